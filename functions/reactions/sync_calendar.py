"""Shows an appointment in its doctor's calendar: inserted, moved or gone, as the book has it now."""

from __future__ import annotations

from clinic.contracts.events import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentCorrected,
    AppointmentRescheduled,
)
from clinic.directory import Clinic
from clinic.ports import Appointments, Calendar
from functions.calendar_mirror import mirror


def sync_calendar(
    fact: AppointmentBooked | AppointmentCancelled | AppointmentRescheduled | AppointmentCorrected,
    *,
    appointments: Appointments,
    calendar: Calendar,
    clinic: Clinic,
) -> None:
    """Mirror the appointment; facts may come late or twice or in another order, and the book decides.

    Where Calendar is down, the booking stands and is marked `calendar: pending`. Raises LookupError,
    UnknownCalendar, SlotTaken or Overtaken: the bus tries again.
    """
    elsewhere = (fact.doctor_id,) if isinstance(fact, AppointmentRescheduled) else ()
    mirror(fact.appointment_id, elsewhere, appointments, calendar, clinic)
