"""The local run, from outside: it starts, says what it is, refuses bad settings, and stops cleanly."""

import json
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Start = Callable[..., Any]
START_SECONDS = 30
ROOT = Path(__file__).parents[1]


def refused(start: Start, **settings: str) -> str:
    """Start with settings that can't be used; return the one line that says so."""
    run = start(**settings)
    code, printed = run.finish(START_SECONDS)
    assert (code, printed) == (2, "")
    (line,) = run.log.splitlines()
    return str(line)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_what_is_real_and_stops_when_told(start: Start, number: int) -> None:
    run = start()
    banner = run.banner()
    for words in ("rehearsed on this machine", "make call", "/healthz", "SQLite", "/twilio and /browser"):
        assert words in banner
    with urllib.request.urlopen(run.address["health"]) as response:  # noqa: S310
        assert json.load(response) == {"status": "ok", "calls": 0}
    with urllib.request.urlopen(run.address["page"]) as response:  # noqa: S310
        assert "Renova Hospitals" in response.read().decode()
    code, seconds = run.end(number)
    assert code == 0
    assert seconds < 10


def test_every_function_is_served_under_its_name(start: Start) -> None:
    run = start()
    run.banner()
    base = run.address["functions"].removesuffix("/<function")
    for name, status in {"twilio_voice": 403, "book_appointment": 415, "no_such_function": 404}.items():
        request = urllib.request.Request(f"{base}/{name}", data=b"x=1", method="POST")  # noqa: S310
        with pytest.raises(urllib.error.HTTPError) as answered:
            urllib.request.urlopen(request)  # noqa: S310
        assert answered.value.code == status
        answered.value.close()


def test_a_busy_port_is_one_clear_line(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"PORT={port}: " in refused(start, PORT=str(port))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"PORT": "eighty"}, "PORT='eighty'"),
        ({"LOCAL_DATA": "/proc/nowhere"}, "LOCAL_DATA='/proc/nowhere'"),
        ({"CLINIC_FILE": "no-such-clinic.toml"}, "no-such-clinic.toml: file:"),
        ({"FUNCTIONS_URL": "https://clinic.example.com"}, "TWILIO_AUTH_TOKEN"),
        ({"LETTERS_FOLDER": "no-such-folder"}, "no-such-folder: folder: is not there"),
        ({"MAX_SESSIONS": "0"}, "MAX_SESSIONS='0'"),
    ],
)
def test_a_setting_that_can_not_be_used_is_one_clear_line(
    start: Start, settings: dict[str, str], words: str
) -> None:
    assert words in refused(start, **settings)


def test_help_says_what_it_is_and_a_wrong_argument_is_refused() -> None:
    for argument, code in (("--help", 0), ("--no-such-option", 2)):
        done = subprocess.run(
            [sys.executable, "local.py", argument], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == code
        assert "usage: local.py" in done.stdout + done.stderr
