"""What is left when all else is down."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from functions.webhooks.twilio_fallback import twilio_fallback

ROOT = Path(__file__).parents[3]
Post = Callable[..., Any]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_whoever_asks_is_put_through(post: Post, method: str) -> None:
    twiml = post(twilio_fallback, {"ErrorCode": "11200"}, "no signature", method=method)
    assert [verb.tag for verb in twiml] == ["Say", "Dial", "Say"]
    assert twiml.findtext("Dial") == "+914000000001"
    assert "action" not in twiml.find("Dial").attrib


def test_it_loads_neither_store_nor_twilio_nor_any_rule() -> None:
    program = (
        "import sys; import functions.webhooks.twilio_fallback; "
        "wanted = ('clinic.', 'twilio.', 'google.cloud.', 'sqlite'); "
        "print(*(name for name in sys.modules if name.startswith(wanted)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert {name.split(".")[1] for name in done.stdout.split()} == {"directory"}
