"""Ends the records of calls that nobody holds any more, because their service was killed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog

from clinic.contracts.call_record import CallNotes, CallRecord
from clinic.contracts.events import CallEnded
from clinic.ports import Appointments, Calls

_log = structlog.get_logger("clinic")

_SILENT_FOR = timedelta(seconds=90)
"""The service says every 30 s that it holds a call, and its clock may differ from ours by 30 s."""
_RINGING_FOR = timedelta(minutes=5)
_LOGGED_WITHIN = timedelta(minutes=2)
_LOOKED_AT_FOR = timedelta(minutes=15)
_LOST = "broken off: our service was lost"
_NEVER_CONNECTED = "never connected"


def end_abandoned_calls(*, calls: Calls, appointments: Appointments, now: datetime) -> Iterator[CallEnded]:
    """End each abandoned call as failed, when the caller hung up or it was heard of last, and tell it.

    Also told again, under the same id, is the end of a call whose record nobody has
    finished: its service may have been killed between the record and the fact.
    """
    for call in calls.unlogged(now - _LOOKED_AT_FOR, now - _LOGGED_WITHIN):
        yield _ended(call, now)
    for call in calls.abandoned(now - _SILENT_FOR, now - _RINGING_FOR):
        _log.warning("! call abandoned", call_id=call.call_id, status=call.status)
        calls.end(call.call_id, "failed", _was_over(call))
        # What was booked is the resolution, which is noted with everything else when the record is finished.
        if not call.resolution and not appointments.of_call(call.call_id):
            resolution = _NEVER_CONNECTED if call.connected_at is None else _LOST
            calls.note(CallNotes(call_id=call.call_id, resolution=resolution))
        yield _ended(call, now)


def _was_over(call: CallRecord) -> datetime:
    heard_of = call.alive_at or call.connected_at or call.timestamp
    # A service holds a call that was hung up for as long as a booking in it is under way.
    return min(heard_of, call.hung_up_at or heard_of)


def _ended(call: CallRecord, now: datetime) -> CallEnded:
    # The id that the service gives it too.
    return CallEnded(id=f"{call.call_id}.ended", call_id=call.call_id, occurred_at=call.ended_at or now)
