"""The work list of messages that nobody could deal with."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from clinic.adapters.embedded import bus, dead_letters
from clinic.adapters.embedded.bus import EmbeddedBus
from clinic.contracts import events
from clinic.contracts.events import CallEnded
from clinic.contracts.subscriptions import load_pubsub
from clinic.settings import Settings
from functions.dead_letters import main

LAST = max(each.most_attempts for each in load_pubsub().deliveries.values())
"""By then any message is given up."""


@pytest.fixture
def letters(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EmbeddedBus:
    """A bus on which one tool call, of Asha's, has failed for good."""
    monkeypatch.setenv("LOCAL_DATA", str(tmp_path))
    queue = bus.open_port(settings)
    queue.publish("book_appointment", b'{"patient_name": "Asha"}', {"tool": "book_appointment"})
    (message,) = queue.take_due(1)
    queue.fail(msgspec.structs.replace(message, attempts=LAST), "HTTP 500")
    return queue


def test_the_list_names_function_and_reason_but_nobody(
    letters: EmbeddedBus, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["list"]) == 0
    printed = capsys.readouterr().out
    assert "book_appointment" in printed
    assert "HTTP 500" in printed
    assert "Asha" not in printed


def test_show_prints_the_whole_message(letters: EmbeddedBus, capsys: pytest.CaptureFixture[str]) -> None:
    (letter,) = letters.dead_letters()
    assert main(["show", str(letter.number)]) == 0
    assert "Asha" in capsys.readouterr().out


def test_replay_makes_it_due_again_and_says_that_a_tool_calls_answer_stands(
    letters: EmbeddedBus, capsys: pytest.CaptureFixture[str]
) -> None:
    (letter,) = letters.dead_letters()
    assert main(["replay", str(letter.number)]) == 0
    assert letters.dead_letters() == []
    assert letter.number in [message.number for message in letters.take_due(10)]
    printed = capsys.readouterr().out
    assert printed.startswith("book_appointment gets it again. ")
    assert "what was not done then is not done now" in printed


def test_of_a_fact_that_is_replayed_nothing_stands_in_the_way(
    letters: EmbeddedBus, capsys: pytest.CaptureFixture[str]
) -> None:
    fact = CallEnded(id="e", call_id="c", occurred_at=datetime.now(UTC))
    letters.publish("call.ended", events.encode(fact), events.attributes(fact))
    for message in letters.take_due(10):
        letters.fail(msgspec.structs.replace(message, attempts=LAST), "HTTP 500")
    letter = letters.dead_letters()[-1]
    main(["replay", str(letter.number)])
    assert capsys.readouterr().out == f"{letter.function} gets it again.\n"


def test_the_reason_is_the_fault_by_its_name(
    letters: EmbeddedBus, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    (letter,) = letters.dead_letters()
    dead_letters.open_port(settings).note_fault(letter.function, letter.data, "RetryError")
    assert main(["list"]) == 0
    assert "attempts  RetryError" in capsys.readouterr().out


def test_the_list_tells_that_a_fact_is_of_an_unknown_version(
    letters: EmbeddedBus, capsys: pytest.CaptureFixture[str]
) -> None:
    fact = CallEnded(id="e", call_id="c", occurred_at=datetime.now(UTC), version=9)
    letters.publish("call.ended", events.encode(fact), events.attributes(fact))
    for message in letters.take_due(10):
        letters.fail(msgspec.structs.replace(message, attempts=LAST), "HTTP 500")
    main(["list"])
    assert "call.ended of version 9; this reader knows 1" in capsys.readouterr().out


@pytest.mark.parametrize("action", ["show", "replay"])
def test_a_number_that_is_none_is_said_so(
    letters: EmbeddedBus, action: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([action, "99999"]) == 1
    assert "99999" in capsys.readouterr().err


def test_wrong_arguments_print_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["shred"])
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err
