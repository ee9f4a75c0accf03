"""Log lines are JSON objects that Cloud Logging understands, ours and the libraries'."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
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
logging.getLogger("library").error("550 no mailbox asha.rao+clinic@mail.example.com")
try:
    raise OSError("can not ring +91 98123 45678 or 9812345678 of 3f2a9812345678bc at 2027-01-01T05:00:00")
except OSError:
    log.exception("! not rung", call_id="CA00000000000000000000000000000001")
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
    grammar = ("=", "?", "!")
    said = [line["message"] for line in lines[level] if line["message"].startswith(grammar)]
    assert [message for message in said if message != "! not rung"] == ours


def test_an_address_or_number_in_a_librarys_words_is_left_out(lines: dict[str, list[dict[str, Any]]]) -> None:
    (mail,) = [line["message"] for line in lines["INFO"] if "mailbox" in line["message"]]
    (fault,) = [line for line in lines["INFO"] if line["message"] == "! not rung"]
    assert mail == "550 no mailbox <address>"
    words = "can not ring <number> or <number> of 3f2a9812345678bc at 2027-01-01T05:00:00"
    assert fault["exception"].endswith(f"OSError: {words}")
    assert fault["call_id"] == "CA00000000000000000000000000000001"


def log_calls() -> Iterator[tuple[str, ast.Call]]:
    """Yield every call of a module's `_log`, with where it is."""
    for package in ("clinic", "functions", "realtime_service"):
        for file in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                function = node.func if isinstance(node, ast.Call) else None
                if isinstance(function, ast.Attribute) and ast.unparse(function.value) == "_log":
                    assert isinstance(node, ast.Call)
                    yield f"{file.relative_to(ROOT)}:{node.lineno}", node


def test_every_line_of_ours_has_fixed_words_of_the_grammar_and_the_rest_in_fields() -> None:
    wrong = [
        where
        for where, call in log_calls()
        if len(call.args) != 1
        or not isinstance(call.args[0], ast.Constant)
        or not re.match(r"[<>=?!] \S", str(call.args[0].value))
    ]
    assert wrong == []


def test_the_page_on_observability_names_no_line_that_is_not_there() -> None:
    page = (ROOT / "docs" / "observability.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `([<>=?!] [^`]+)` \|", page, re.MULTILINE))
    assert len(named) > 20
    assert named <= {str(ast.literal_eval(call.args[0])) for _, call in log_calls()}
