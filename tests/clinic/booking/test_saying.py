"""Whatever the clinic refuses, it can say in every language of the clinic."""

import ast
import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from clinic.booking.saying import Words, said_in, sayings
from clinic.directory import load_clinic

ROOT = Path(__file__).parents[3]
LANGUAGES = load_clinic().languages
SCRIPTS = {"hi": re.compile(r"[\u0900-\u097f]"), "te": re.compile(r"[\u0c00-\u0c7f]")}
WITH_WORDS = {"Words": 0, "NotAvailable": 1, "NotUnderstood": 1, "UnknownDoctor": 1}
"""What takes a template, and at which place."""
WHEN = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Asia/Kolkata"))


def templates() -> Iterator[str]:
    """Yield every template in the code that can be refused, or said, with."""
    for package in ("clinic", "functions", "realtime_service"):
        for file in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    place = WITH_WORDS.get(node.func.id)
                    if place is not None and len(node.args) > place:
                        given = node.args[place]
                        if isinstance(given, ast.Constant):
                            yield str(given.value)
                        elif isinstance(given, ast.JoinedStr):
                            yield ast.unparse(given)


def test_every_refusal_in_the_code_can_be_said_in_every_language() -> None:
    found = set(templates())
    assert len(found) > 25
    assert found - sayings().keys() == set()


def test_there_are_no_words_that_nobody_says() -> None:
    assert sayings().keys() - set(templates()) == set()


@pytest.mark.parametrize("template", sayings())
def test_each_saying_has_the_same_particulars_in_its_own_script(template: str) -> None:
    said = sayings()[template]
    assert set(said) >= set(LANGUAGES)
    for language in LANGUAGES:
        assert set(re.findall(r"{(\w+)}", said[language])) == set(re.findall(r"{(\w+)}", template))
    for language, script in SCRIPTS.items():
        assert script.search(said[language]) or template == "{when}"


def test_a_refusal_is_english_until_it_is_said_in_another_language() -> None:
    words = Words("{doctor} is not free on {when}.", doctor="Dr. Anil Mehta", when=WHEN)
    assert (
        words == "Dr. Anil Mehta is not free on Tuesday the 24th of November at ten o'clock in the morning."
    )
    assert words.in_language("hi") == "Dr. Anil Mehta मंगलवार, 24 नवंबर को सुबह दस बजे ख़ाली नहीं हैं।"
    assert words.in_language("ta") == words


def test_words_within_words_are_said_in_the_language_too() -> None:
    reason = Words("{doctor} does not see patients on {day}.", doctor="Dr. Rao", day=date(2026, 11, 24))
    words = Words("{reason} I find nothing else in the next two weeks.", reason=reason)
    assert words.in_language("te").startswith("Dr. Rao మంగళవారం, నవంబర్ 24న రోగులను చూడరు. ")


def test_a_whole_result_is_plain_values_in_one_language() -> None:
    slot = {"date": "2026-11-24", "spoken": Words("{when}", when=WHEN)}
    result = said_in("hi", {"success": True, "alternatives": [slot], "count": 1, "none": None})
    assert result["alternatives"][0]["spoken"] == "मंगलवार, 24 नवंबर को सुबह दस बजे"
    assert type(result["alternatives"][0]["spoken"]) is str
    assert json.loads(msgspec.json.encode(result)) == result
