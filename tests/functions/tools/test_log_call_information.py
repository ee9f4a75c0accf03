"""Notes of the model in the call's record."""

from collections.abc import Callable
from typing import Any

from clinic.contracts import tool_call
from clinic.contracts.call_record import CallRecord
from clinic.contracts.function_table import FunctionTable
from clinic.contracts.tool_call import ToolCall
from functions.dispatch import answer_tool_call
from functions.needs import Needs
from functions.tools.log_call_information import LONGEST_NOTE, log_call_information

Ask = Callable[..., ToolCall[dict[str, Any]]]


def test_notes_are_added_and_empty_ones_leave_the_record_as_it_was(
    needs: Needs, table: FunctionTable, ask: Ask, ringing: CallRecord
) -> None:
    for notes in (
        {"call_type": "enquiry", "department_enquired": "Cardiology"},
        {"call_type": "booking", "notes": "x" * 9000},
    ):
        call = ask("log_call_information", **notes)
        answer_tool_call(table[call.tool], log_call_information, needs, tool_call.encode(call))
    record = needs.open("calls").get(ringing.call_id)
    assert (record.call_type, record.department_enquired) == ("booking", "Cardiology")
    assert len(record.notes) == LONGEST_NOTE
