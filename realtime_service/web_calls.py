"""The web's door: which page may open a media stream, and to which conversation its socket belongs."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request

from clinic.contracts.call_record import CallRecord
from clinic.contracts.ticket import digest
from clinic.contracts.web_token import WebToken, read, token_among
from clinic.directory import Clinic
from clinic.settings import Settings
from realtime_service.admission import POLICY_VIOLATION, TRY_LATER, first_start
from realtime_service.media.browser import BrowserStream
from realtime_service.media.codec import MediaStream
from realtime_service.media.events import MediaStarted, ProtocolError
from realtime_service.ports import CallLog
from realtime_service.visit import AWAY_SECONDS, Visit

Begin = Callable[[CallRecord, Visit, MediaStream], Awaitable[None]]
"""Begins a conversation beside the socket that opened it, and returns at once."""


class WebCalls:
    """The visits of one process."""

    def __init__(
        self,
        settings: Settings,
        clinic: Clinic,
        call_log: CallLog,
        start_within: float,
        away_seconds: float = AWAY_SECONDS,
    ) -> None:
        self._settings, self._clinic, self._call_log = settings, clinic, call_log
        self._start_within, self._away_seconds = start_within, away_seconds
        self._visits: dict[str, Visit] = {}

    def may_open(self, request: Request) -> bool:
        """Tell whether a page that the clinic knows shows a token that was issued to it.

        A token begins a call for a minute; who is in a call may come back with it until the call is over.
        """
        origin = request.headers.get("Origin", "")
        said = self._token(request)
        if origin not in self._settings.origins or said is None:
            return False
        is_ours = (said.origin, said.clinic) == (origin, self._clinic.id)
        return is_ours and (said.is_fresh(datetime.now(UTC)) or said.call_id in self._visits)

    async def take(self, connection: ServerConnection, request: Request, begin: Begin) -> None:
        """Carry a socket's messages to the conversation it begins or comes back to.

        Raises ProtocolError 1008 where it names another call than its token, or the token was used up,
        1013 where there are too many calls.
        """
        stream = BrowserStream()
        started = await first_start(connection, stream, self._start_within)
        visit = self._visits.get(started.call_sid) or await self._admitted(request, started, stream, begin)
        if not self._is_holder(request, started, visit):
            raise ProtocolError(POLICY_VIOLATION, "not admitted")
        await visit.carry(connection, int(started.parameters["received"]))

    def leave(self, call_id: str) -> None:
        """Forget a visit: its conversation is over."""
        self._visits.pop(call_id, None)

    async def _admitted(
        self, request: Request, started: MediaStarted, stream: MediaStream, begin: Begin
    ) -> Visit:
        if len(self._visits) >= self._settings.max_sessions:
            raise ProtocolError(TRY_LATER, "too many calls")
        ticket = digest(_shown(request))
        record = await self._call_log.admit(ticket, started.call_sid, datetime.now(UTC))
        if record is None:
            raise ProtocolError(POLICY_VIOLATION, "not admitted")
        visit = self._visits[record.call_id] = Visit(ticket, self._away_seconds)
        await begin(record, visit, stream)
        return visit

    def _is_holder(self, request: Request, started: MediaStarted, visit: Visit) -> bool:
        said = self._token(request)
        is_of_call = said is not None and said.call_id == started.call_sid
        return is_of_call and hmac.compare_digest(visit.ticket, digest(_shown(request)))

    def _token(self, request: Request) -> WebToken | None:
        return read(_shown(request), self._settings.web_secret)


def _shown(request: Request) -> str:
    # A page may send the header twice, and gets nothing for it.
    return token_among(", ".join(request.headers.get_all("Sec-WebSocket-Protocol")))
