"""Notes in the call's record what the call was about."""

from __future__ import annotations

from msgspec import Struct

from clinic.booking.change import Change
from clinic.contracts.call_record import CallNotes
from clinic.contracts.tool_call import ToolCall, succeeded
from functions.answer import Answer

LONGEST_NOTE = 2000


class CallInformation(Struct, frozen=True, kw_only=True):
    """The arguments, as the model gives them."""

    call_type: str
    department_enquired: str = ""
    doctor_enquired: str = ""
    customer_name: str = ""
    customer_email: str = ""
    language: str = ""
    resolution: str = ""
    notes: str = ""


def log_call_information(call: ToolCall[CallInformation]) -> Answer:
    """Add what the model found out; a field left empty leaves the record as it was."""
    said = call.arguments
    notes = CallNotes(
        call_id=call.call_id,
        call_type=said.call_type[:LONGEST_NOTE],
        department_enquired=said.department_enquired[:LONGEST_NOTE],
        doctor_enquired=said.doctor_enquired[:LONGEST_NOTE],
        customer_name=said.customer_name[:LONGEST_NOTE],
        customer_email=said.customer_email[:LONGEST_NOTE],
        language=said.language[:LONGEST_NOTE],
        resolution=said.resolution[:LONGEST_NOTE],
        notes=said.notes[:LONGEST_NOTE],
    )
    return Answer(result=succeeded("Noted."), change=Change(call_notes=notes))
