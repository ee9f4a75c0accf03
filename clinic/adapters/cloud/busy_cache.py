"""When doctors are busy, from Calendar's free/busy, remembered for five minutes.

An answer counts where it names a calendar and no error of it. A calendar that is unknown is busy all the
time and asked about again; one that can't be reached is as it was last seen.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import structlog

from clinic.adapters.cloud.workspace import WorkspaceApi
from clinic.booking.change import TakenCell
from clinic.booking.mirror import SOMEBODY, blocked_cells
from clinic.ports import Unavailable

FRESH_SECONDS = 300.0
OUT_OF_REACH_SECONDS = 20.0
"""How long nobody waits again for a Calendar that has just let somebody wait in vain."""
_DAYS_AT_ONCE = 17
"""What alternatives look through, and the UTC day before, in which a clinic's day may begin: so that they
and the slot asked for are one request."""
_MOST_CALENDARS = 50
_MOST_DAYS_KEPT = 20_000
_DAY = timedelta(days=1)

_log = structlog.get_logger("clinic")

Cells = dict[str, TakenCell]


class BusyCache:
    """One process's memory of free/busy; many threads ask."""

    def __init__(self, calendar_ids: Mapping[str, str], api: WorkspaceApi) -> None:
        self._calendar_ids, self._api = calendar_ids, api
        self._days: dict[tuple[str, date], tuple[float, Cells]] = {}
        self._out_of_reach_until = 0.0

    def blocked(self, doctor_ids: Sequence[str], first: datetime, last: datetime) -> Cells:
        """Return the cells in [first, last) that are busy in these doctors' calendars, by id."""
        wanted = [doctor_id for doctor_id in doctor_ids if self._calendar_ids.get(doctor_id)]
        days = list(_days(first, last))
        oldest = time.monotonic() - FRESH_SECONDS
        stale = [each for each in wanted if not self._is_fresh(each, days, oldest)]
        unknown = self._read(stale, days) if stale else []
        found: Cells = {}
        for doctor_id in wanted:
            if doctor_id in unknown:
                found.update(blocked_cells(doctor_id, [(first, last)], first, last, SOMEBODY))
            else:
                found.update(self._known(doctor_id, days, first, last))
        return found

    def confirm(self, doctor_id: str, first: datetime, last: datetime, staffs: Cells) -> None:
        """Remember that in [first, last) only these cells are staff's, as long as the day is remembered."""
        for day in _days(first, last):
            read_at, cells = self._days.get((doctor_id, day), (0.0, {}))
            kept = {name: each for name, each in cells.items() if not first <= each.cell.starts_at < last}
            mine = {name: each for name, each in staffs.items() if each.cell.starts_at.date() == day}
            if read_at:
                self._days[doctor_id, day] = (read_at, {**kept, **mine})

    def check_in_reach(self) -> None:
        """Raise Unavailable while Calendar is not to be waited for."""
        if time.monotonic() < self._out_of_reach_until:
            raise Unavailable("Calendar could not be reached a moment ago")

    def note_out_of_reach(self) -> None:
        """Let nobody wait for a while."""
        self._out_of_reach_until = time.monotonic() + OUT_OF_REACH_SECONDS

    def _is_fresh(self, doctor_id: str, days: Sequence[date], oldest: float) -> bool:
        return all(self._days.get((doctor_id, day), (-FRESH_SECONDS, {}))[0] > oldest for day in days)

    def _known(self, doctor_id: str, days: Sequence[date], first: datetime, last: datetime) -> Cells:
        found: Cells = {}
        for day in days:
            _, cells = self._days.get((doctor_id, day), (0.0, {}))
            begins = datetime(day.year, day.month, day.day, tzinfo=UTC)
            if first <= begins and begins + _DAY <= last:
                found.update(cells)
            else:
                found.update(
                    {name: each for name, each in cells.items() if first <= each.cell.starts_at < last}
                )
        return found

    def _read(self, doctor_ids: Sequence[str], days: Sequence[date]) -> list[str]:
        """Ask about these doctors; return those whose calendar Google does not know."""
        since = days[0] - _DAY
        until = max(days[-1], since + _DAY * (_DAYS_AT_ONCE - 1))
        all_days = [since + _DAY * number for number in range((until - since).days + 1)]
        unknown: list[str] = []
        try:
            self.check_in_reach()
            for at in range(0, len(doctor_ids), _MOST_CALENDARS):
                unknown += self._ask(doctor_ids[at : at + _MOST_CALENDARS], all_days)
        except Unavailable as reason:
            # The book is ours: it goes on without the calendars, with what was last seen of them.
            _log.warning("! calendar out of reach", reason=str(reason))
            self.note_out_of_reach()
        return unknown

    def _ask(self, doctor_ids: Sequence[str], days: Sequence[date]) -> list[str]:
        items = [{"id": self._calendar_ids[doctor_id]} for doctor_id in doctor_ids]
        window = {"timeMin": f"{days[0]}T00:00:00Z", "timeMax": f"{days[-1] + _DAY}T00:00:00Z"}
        answer = self._api.ask(lambda api: api.freebusy().query(body={**window, "items": items}))
        unknown = []
        for doctor_id in doctor_ids:
            found = answer.get("calendars", {}).get(self._calendar_ids[doctor_id], {})
            if "busy" not in found or found.get("errors"):
                _log.error("! calendar unknown", doctor_id=doctor_id)
                unknown.append(doctor_id)
            else:
                self._keep(doctor_id, days, found["busy"])
        return unknown

    def _keep(self, doctor_id: str, days: Sequence[date], busy: Sequence[Mapping[str, Any]]) -> None:
        if len(self._days) > _MOST_DAYS_KEPT:
            self._days.clear()
        read_at = time.monotonic()
        spans = [tuple(datetime.fromisoformat(each[name]) for name in ("start", "end")) for each in busy]
        fresh: dict[date, Cells] = {day: {} for day in days}
        for start, end in spans:
            for day in _days(start, end):
                begins = datetime(day.year, day.month, day.day, tzinfo=UTC)
                cells = blocked_cells(doctor_id, [(start, end)], begins, begins + _DAY, SOMEBODY)
                fresh.get(day, {}).update(cells)
        self._days.update({(doctor_id, day): (read_at, cells) for day, cells in fresh.items()})


def _days(first: datetime, last: datetime) -> Iterator[date]:
    """Yield the UTC days that [first, last) touches; the first at least."""
    day, end = first.astimezone(UTC).date(), (last - timedelta(microseconds=1)).astimezone(UTC).date()
    yield day
    while day < end:
        day += _DAY
        yield day
