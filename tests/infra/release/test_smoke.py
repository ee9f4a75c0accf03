from collections.abc import Callable
from typing import Protocol

import pytest

from clinic.settings import DEVELOPMENT_AUTH_TOKEN
from infra.release.rollout import ReleaseError
from infra.release.smoke import smoke
from rehearsal.twilio.greeting import Line


def line(address: dict[str, str], token: str = DEVELOPMENT_AUTH_TOKEN) -> Line:
    """How a call gets into a local run."""
    return Line(
        voice_url=f"{address['functions'].rpartition('/')[0]}/twilio-voice",
        auth_token=token,
        account_sid="AC" + "0" * 32,
        called="+15005550006",
    )


class Run(Protocol):
    """A local run; see tests/conftest.py."""

    address: dict[str, str]

    def banner(self) -> str: ...


def opened(run: Run) -> dict[str, str]:
    """Wait for the local run; return its addresses."""
    run.banner()
    return run.address


def test_a_revision_that_greets_its_caller_passes(start: Callable[[], Run]) -> None:
    address = opened(start())
    told: list[str] = []
    smoke(address["page"], line(address), told.append)
    assert told[0] == "healthy"
    assert told[1] == "refuses an unsigned media stream"
    assert told[2].startswith("greets a caller")


def test_another_account_s_token_fails_at_the_webhook(start: Callable[[], Run]) -> None:
    address = opened(start())
    with pytest.raises(ReleaseError, match="HTTP 403"):
        smoke(address["page"], line(address, "another"), lambda _: None)


def test_a_revision_that_does_not_answer_fails() -> None:
    with pytest.raises(ReleaseError, match="/health"):
        smoke("http://127.0.0.1:9", line({"functions": "http://127.0.0.1:9/"}), lambda _: None)
