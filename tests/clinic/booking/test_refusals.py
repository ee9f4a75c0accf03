"""Every refusal is words, a code and a kind, and may be told apart from a fault."""

import pytest

from clinic.booking.refusals import NotAvailable, NotUnderstood, Refusal, UnknownDoctor


@pytest.mark.parametrize(
    ("refusal", "code", "retryable"),
    [
        (NotUnderstood("email", "Again?"), "invalid_email", True),
        (UnknownDoctor("doctor_unclear", "Again?"), "doctor_unclear", True),
        (NotAvailable("closed", "Again?"), "closed", False),
        (NotAvailable("closed", "Again?", retryable=True), "closed", True),
    ],
)
def test_a_refusal_carries_a_code_and_what_to_say(refusal: Refusal, code: str, retryable: bool) -> None:
    assert (refusal.reason_code, refusal.say, refusal.retryable) == (code, "Again?", retryable)
    assert refusal.error_type == "validation"
    assert str(refusal) == code
