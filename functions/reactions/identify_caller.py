"""Finds out who calls: one of the patients, else somebody of the staff's register, else somebody new."""

from __future__ import annotations

from clinic.contracts.call_record import CallNotes
from clinic.contracts.events import CallStarted
from clinic.contracts.notice import Notice
from clinic.contracts.sheets import PATIENTS
from clinic.ports import Calls, Patients, Register

_ONE = "The clinic's register has the caller's number: {who}. It may be somebody else of the family."
_SEVERAL = "The clinic's register has the caller's number, for several patients: {who}."
_ASK = " Ask who calls before you use the name, and have the address confirmed."


def identify_caller(fact: CallStarted, *, calls: Calls, patients: Patients, register: Register) -> None:
    """Note what kind of caller it is, and tell the agent whom only the register knows.

    Raises LookupError if there is no such record: the bus tries again.
    """
    record = calls.get(fact.call_id)
    if record is None:
        raise LookupError(f"no record of call {fact.call_id}")
    if record.customer_type:
        # Known in this very session: the service has noted that the caller comes back to it.
        return
    phone = record.caller_phone
    if phone and patients.with_phone(phone):
        # The service has told the agent with its greeting.
        calls.note(CallNotes(call_id=fact.call_id, customer_type="returning"))
        return
    rows = register.find(PATIENTS, "phone", phone) if phone else []
    calls.note(CallNotes(call_id=fact.call_id, customer_type="returning" if rows else "new"))
    if rows:
        calls.leave_notice(Notice(id=f"{fact.id}.register", call_id=fact.call_id, text=_told(rows)))


def _told(rows: list[dict[str, str]]) -> str:
    names = list(dict.fromkeys(row["name"] for row in rows if row.get("name")))
    if len(rows) > 1:
        return _SEVERAL.format(who=", ".join(names) or "no names") + _ASK
    known = [*names, rows[0].get("email", "")]
    return _ONE.format(who=", ".join(filter(None, known)) or "no name") + _ASK
