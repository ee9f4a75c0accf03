"""Puts the caller through to the clinic's staff, who are told first what it is about."""

from __future__ import annotations

from msgspec import Struct

from clinic.booking.change import Change
from clinic.booking.patient_details import read_phone
from clinic.contracts.call_record import CallNotes, CallRecord
from clinic.contracts.tool_call import ToolCall, refused, succeeded
from clinic.directory import Clinic
from clinic.ports import Calls
from clinic.settings import Settings
from clinic.telephony import CallOver, Telephone
from functions.answer import Answer
from functions.phone_words import words
from functions.twiml import put_through

LONGEST_REASON = 300


class HumanWanted(Struct, frozen=True, kw_only=True):
    """The arguments, as the model gives them."""

    reason: str = ""
    emergency: bool = False
    phone: str = ""


def transfer_to_human(
    call: ToolCall[HumanWanted], *, calls: Calls, clinic: Clinic, telephone: Telephone, settings: Settings
) -> Answer:
    """Move a phone call to the clinic's number, at once; a web visitor is given the number instead.

    Moved before the answer is committed: were a delivery lost in between, the human would be rung anew,
    unless one has answered. Raises LookupError where the call has no record.
    """
    record = calls.get(call.call_id)
    if record is None:
        raise LookupError(f"no record of call {call.call_id}")
    if record.channel == "web":
        return _give_number(call, clinic)
    if record.transfer in ("asked", "answered"):
        return Answer(result=succeeded("The caller is being put through already. Say nothing more."))
    return _move(call, record, clinic, telephone, settings)


def _move(
    call: ToolCall[HumanWanted], record: CallRecord, clinic: Clinic, telephone: Telephone, settings: Settings
) -> Answer:
    sentences = filter(None, [_emergency_words(call, clinic), words("putting_through", call.language)])
    twiml = put_through(record.session_id, sentences, call.language, clinic, settings)
    try:
        telephone.move(record.session_id, str(twiml))
    except CallOver:
        over = refused("The caller has hung up.", "call_over", error_type="service")
        return Answer(result=over, outcome="refused", first=False)
    notes = CallNotes(call_id=call.call_id, transfer="asked", transfer_reason=_reason(call))
    done = succeeded("The caller is being put through. Say nothing more.")
    return Answer(result=done, change=Change(call_notes=notes))


def _give_number(call: ToolCall[HumanWanted], clinic: Clinic) -> Answer:
    """Tell a web visitor where staff answer, and note the wish to be called back where a number is known."""
    number = read_phone(call.arguments.phone, clinic.country)
    notes = CallNotes(
        call_id=call.call_id,
        transfer="unanswered",
        transfer_reason=_reason(call),
        call_back=bool(number),
        call_back_number=number,
    )
    later = f"They will call back on {number}." if number else "Ask for a number to be called back on."
    message = f"{_emergency_words(call, clinic)} Our staff answer on {clinic.human_number}. {later}".strip()
    return Answer(result=succeeded(message, phone=clinic.human_number), change=Change(call_notes=notes))


def _reason(call: ToolCall[HumanWanted]) -> str:
    return call.arguments.reason.strip()[:LONGEST_REASON] or "Asks for a human."


def _emergency_words(call: ToolCall[HumanWanted], clinic: Clinic) -> str:
    """Return what the clinic says first to a caller in danger; empty for any other."""
    in_danger = call.arguments.emergency or clinic.names_danger(call.arguments.reason)
    return clinic.emergency_message.get(call.language, "") if in_danger else ""
