"""Keeps a copy of the staff's sheets, one a day."""

from __future__ import annotations

from datetime import datetime

from clinic.contracts.sheets import SHEETS, SheetChanged, as_csv
from clinic.directory import Clinic
from clinic.ports import Backup, Register


def back_up_register(*, register: Register, backup: Backup, clinic: Clinic, now: datetime) -> None:
    """Write `<day>/<sheet>.csv` of each sheet; run again that day, it adds what is missing.

    Raises ExceptionGroup of the sheets whose first row was changed, after the others were kept.
    """
    day = now.astimezone(clinic.zone).date()
    faults: list[SheetChanged] = []
    for sheet in SHEETS:
        try:
            rows = register.rows(sheet)
        except SheetChanged as fault:
            faults.append(fault)
            continue
        backup.keep(f"{day}/{sheet.name}.csv", as_csv(list(rows[0]) if rows else sheet.columns, rows))
    if faults:
        raise ExceptionGroup("not every sheet was copied", faults)
