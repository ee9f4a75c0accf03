"""Log lines are JSON objects that Cloud Logging understands, ours and the libraries'."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

SPEAKER = """
import logging, sys
import structlog
from clinic.log import configure_log
configure_log(sys.argv[1])
log = structlog.get_logger("clinic")
log.debug("= details")
log.info("? answered", call_id="call-1", tool="book_appointment")
log.warning("! refused")
structlog.contextvars.bind_contextvars(session_id="CA1")
try:
    raise ValueError("broken")
except ValueError:
    log.exception("! fault", fault="ValueError")
logging.getLogger("library").info("chatter")
logging.getLogger("library").warning("careful %s", "now")
logging.getLogger("werkzeug").info("GET / 200")
"""


@pytest.fixture(scope="module")
def lines() -> dict[str, list[dict[str, Any]]]:
    """What is written to standard error, by level. A process each: logging is one per process."""
    written: dict[str, list[dict[str, Any]]] = {}
    for level in ("DEBUG", "INFO", "ERROR"):
        done = subprocess.run(
            [sys.executable, "-c", SPEAKER, level], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert done.stdout == ""
        written[level] = [json.loads(line) for line in done.stderr.splitlines()]
    return written


def test_a_line_has_severity_message_time_and_the_ids(lines: dict[str, list[dict[str, Any]]]) -> None:
    line = lines["INFO"][0]
    assert (line["severity"], line["message"]) == ("INFO", "? answered")
    assert (line["call_id"], line["tool"]) == ("call-1", "book_appointment")
    assert datetime.now(UTC) - datetime.fromisoformat(line["time"]) < timedelta(minutes=5)


def test_the_session_in_hand_is_on_every_line_that_follows(lines: dict[str, list[dict[str, Any]]]) -> None:
    sessions = {line["message"]: line.get("session_id") for line in lines["INFO"]}
    assert (sessions["! refused"], sessions["! fault"]) == (None, "CA1")


def test_a_fault_is_one_line_with_its_traceback_inside(lines: dict[str, list[dict[str, Any]]]) -> None:
    (fault,) = (line for line in lines["INFO"] if line["message"] == "! fault")
    assert (fault["severity"], fault["fault"]) == ("ERROR", "ValueError")
    assert "ValueError: broken" in fault["exception"]


def test_the_libraries_are_heard_when_they_warn(lines: dict[str, list[dict[str, Any]]]) -> None:
    messages = [line["message"] for line in lines["INFO"]]
    assert "careful now" in messages
    assert not {"chatter", "GET / 200"} & set(messages)


@pytest.mark.parametrize(
    ("level", "ours"),
    [
        ("DEBUG", ["= details", "? answered", "! refused", "! fault"]),
        ("INFO", ["? answered", "! refused", "! fault"]),
        ("ERROR", ["! fault"]),
    ],
)
def test_the_level_says_how_much_of_ours_is_logged(
    lines: dict[str, list[dict[str, Any]]], level: str, ours: list[str]
) -> None:
    assert [line["message"] for line in lines[level] if line["message"] != "careful now"] == ours
