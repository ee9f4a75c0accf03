"""Notes of the model in the call's record."""

from collections.abc import Callable
from typing import Any

from clinic.contracts import tool_call
from clinic.contracts.call_record import CallRecord
from clinic.contracts.function_table import FunctionTable
from clinic.contracts.tool_call import ToolCall
from functions.dispatch import answer_tool_call
from functions.needs import Needs
from functions.tools.log_call_information import LONGEST_NOTE, LONGEST_WORDS, log_call_information

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


def test_what_can_not_be_is_left_out_and_names_are_the_directorys(
    needs: Needs, table: FunctionTable, ask: Ask, ringing: CallRecord
) -> None:
    call = ask(
        "log_call_information",
        call_type="Waiting List",
        department_enquired="heart doctor",
        doctor_enquired="mehta",
        customer_name="Asha\r\nRao",
        customer_email="not an address",
        language="fr",
        resolution="will\x00 ring\nagain " + "x" * 500,
    )
    answer_tool_call(table[call.tool], log_call_information, needs, tool_call.encode(call))
    record = needs.open("calls").get(ringing.call_id)
    assert (record.call_type, record.language) == ("waiting_list", ringing.language)
    assert (record.department_enquired, record.doctor_enquired) == ("Cardiology", "Dr. Anil Mehta")
    assert (record.customer_name, record.customer_email) == ("Asha Rao", "")
    assert record.resolution.startswith("will ring again x")
    assert len(record.resolution) == LONGEST_WORDS


def test_a_type_that_nobody_knows_is_other(
    needs: Needs, table: FunctionTable, ask: Ask, ringing: CallRecord
) -> None:
    call = ask("log_call_information", call_type="chit-chat")
    answer_tool_call(table[call.tool], log_call_information, needs, tool_call.encode(call))
    assert needs.open("calls").get(ringing.call_id).call_type == "other"
