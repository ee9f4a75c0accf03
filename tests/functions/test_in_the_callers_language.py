"""What a tool answers is in the language that the caller speaks then, and the appointment remembers it."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from clinic.contracts import tool_call
from clinic.contracts.function_table import FunctionTable
from functions.dispatch import answer_tool_call
from functions.needs import Needs
from functions.tools.book_appointment import book_appointment
from functions.tools.check_appointment_availability import check_appointment_availability

Use = Callable[..., dict[str, Any]]
TAKEN = {"hi": "ख़ाली नहीं हैं", "te": "అందుబాటులో లేరు", "en": "is not free on"}
HALF_PAST_TEN = {"hi": "सुबह साढ़े दस बजे", "te": "ఉదయం పదిన్నరకు", "en": "half past ten in the morning"}


@pytest.fixture
def use_in(needs: Needs, table: FunctionTable, ask: Callable[..., Any]) -> Use:
    """Call a tool in a language, and return its result."""

    def run(language: str, tool: Callable[..., Any], **arguments: Any) -> dict[str, Any]:
        call = msgspec.structs.replace(ask(tool.__name__, **arguments), language=language)
        answer_tool_call(table[tool.__name__], tool, needs, tool_call.encode(call))
        result: dict[str, Any] = needs.open("ledger").answer(call.id)
        return result

    return run


@pytest.mark.parametrize("language", TAKEN)
def test_a_taken_slot_is_refused_in_the_callers_language_with_alternatives_in_it(
    use_in: Use, book: Use, free_day: str, language: str
) -> None:
    assert book()["success"]
    asked = {"appointment_date": free_day, "appointment_time": "10:30 AM", "doctor_name": "Mehta"}
    result = use_in(language, check_appointment_availability, **asked)
    assert result["available"] is False
    assert TAKEN[language] in result["message"]
    assert HALF_PAST_TEN[language] in result["message"]
    assert result["alternatives"]
    english = [" o'clock", "quarter", " half ", "twelve"]
    said = [each["spoken"] for each in result["alternatives"]]
    assert any(word in each for each in said for word in english) is (language == "en")


@pytest.mark.parametrize("language", TAKEN)
def test_an_appointment_is_in_the_language_it_was_made_in(
    use_in: Use, needs: Needs, free_day: str, language: str
) -> None:
    booked = use_in(
        language,
        book_appointment,
        patient_name="Asha Rao",
        email="asha@example.com",
        appointment_date=free_day,
        appointment_time="10:30 AM",
        doctor_name="Dr. Anil Mehta",
        department="Cardiology",
    )
    assert booked["success"]
    assert HALF_PAST_TEN[language] in booked["appointment"]["spoken"]
    assert needs.open("appointments").get(booked["appointment_id"]).language == language
