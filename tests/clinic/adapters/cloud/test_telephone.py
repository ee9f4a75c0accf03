"""What Twilio's own client does, beyond the contract."""

from collections.abc import Callable
from pathlib import Path

import pytest

from clinic.adapters.cloud.telephone import open_port
from clinic.settings import Settings
from rehearsal.twilio.rest import serve
from rehearsal.twilio.switchboard import Order, Switchboard

ACCOUNT = "AC" + "1" * 32


def test_an_api_key_is_used_instead_of_the_auth_token(tmp_path: Path) -> None:
    placed: list[Order] = []

    def at_once(step: Callable[[], object]) -> object:
        return step()

    switchboard = Switchboard(ACCOUNT, "key's secret", at_once, placed.append, user="SK" + "7" * 32)
    with serve(switchboard) as url:
        telephone = open_port(
            Settings(
                twilio_account_sid=ACCOUNT,
                twilio_auth_token="for signatures only",
                twilio_api_key="SK" + "7" * 32,
                twilio_api_secret="key's secret",
                twilio_phone_number="+914000000000",
                twilio_api_url=url,
            )
        )
        telephone.ring("+918123456789", twiml_url=url, status_url=url, machine_url=url)
    assert len(placed) == 1


def test_a_number_that_can_not_be_rung_is_said_without_the_number() -> None:
    switchboard = Switchboard(ACCOUNT, "secret", lambda step: step(), lambda _: None)
    with serve(switchboard) as url:
        telephone = open_port(
            Settings(
                twilio_account_sid=ACCOUNT,
                twilio_auth_token="secret",
                twilio_phone_number="+914000000000",
                twilio_api_url=url,
            )
        )
        with pytest.raises(ValueError, match="21211") as raised:
            telephone.ring("12", twiml_url=url, status_url=url, machine_url=url)
    assert raised.value.__cause__ is None
