"""The ways in which the clinic says no, in words the agent can speak.

Refusal
├── NotUnderstood       what was asked for can't be read; the caller may say it otherwise
├── UnknownDoctor       nobody of that name, or more than one
└── NotAvailable        the slot can't be had; alternatives may follow
"""

from __future__ import annotations

from clinic.booking.saying import Particular, Words
from clinic.contracts.tool_call import ErrorType


class Refusal(Exception):
    """The clinic says no. It is an answer, not a fault: nothing is retried."""

    error_type: ErrorType = "validation"

    def __init__(
        self, reason_code: str, say: str, *, retryable: bool = False, **particulars: Particular
    ) -> None:
        """Take a template of `saying.toml` and what fills it in."""
        super().__init__(reason_code)
        self.reason_code, self.retryable = reason_code, retryable
        self.say: Words = Words(say, **particulars)


class NotUnderstood(Refusal):
    """An argument can't be read as what it should be."""

    def __init__(self, argument: str, say: str) -> None:
        super().__init__(f"invalid_{argument}", say, retryable=True)


class UnknownDoctor(Refusal):
    """No doctor or department fits, or several do: ask, never guess."""

    def __init__(self, reason_code: str, say: str, **particulars: Particular) -> None:
        super().__init__(reason_code, say, retryable=True, **particulars)


class NotAvailable(Refusal):
    """The slot can't be had: taken, closed, past, too soon, too far."""
