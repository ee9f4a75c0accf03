"""One session: reads what the client sends on a connection and keeps the service's rules."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, NoReturn

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from rehearsal.gemini.bookmarks import Bookmarks
from rehearsal.gemini.calls import Calls
from rehearsal.gemini.contents import Blob, declared_in
from rehearsal.gemini.conversation import Conversation
from rehearsal.gemini.faculties import Detector, Ear, Faculties, Receptionist, Voice
from rehearsal.gemini.line import Line
from rehearsal.gemini.listening import Event, Listening, rate_of
from rehearsal.gemini.models import model_of
from rehearsal.gemini.refusal import ABNORMAL, INTERNAL_ERROR, INVALID_ARGUMENT, Refused, invalid
from rehearsal.gemini.setup_message import Setup
from rehearsal.gemini.turn import Scene
from rehearsal.gemini.usage import Usage
from rehearsal.gemini.wire import (
    ClientContent,
    ContextUpdate,
    GoAway,
    RealtimeInput,
    ServerMessage,
    SetupComplete,
    ToolResponse,
    duration,
    read_client_message,
    written,
)
from rehearsal.speech.turns import SpeechStarted

__all__ = ["Detector", "Ear", "Receptionist", "Session", "Voice"]

_ROLES = ("user", "model")
_HANDLES_A_SESSION = 3
"""The last ones; a client that asks for an older one has missed the newer."""


class Session:
    """A connection from its set-up message to its end."""

    def __init__(
        self,
        connection: ServerConnection,
        faculties: Faculties,
        bookmarks: Bookmarks,
        line: Line,
        names_calls: bool,
    ) -> None:
        """Take a connection. `names_calls`: function calls have ids, as they may not on Vertex AI."""
        self._connection = connection
        self._line = line
        self._names_calls = names_calls
        self._faculties = faculties
        self._bookmarks = bookmarks
        self._context: list[tuple[str, str]] = []
        self._handles: list[str] = []

    async def run(self) -> None:
        """Serve the connection until either side ends it. Raises what the receptionist raises."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._expire())
                await self._set_up()
                tasks.create_task(self._conversation.think(tasks))
                while True:
                    message = read_client_message(await self._connection.recv())
                    if self._line.hears:
                        self._take(message)
        except* ConnectionClosed:
            pass  # The client has hung up, which is how sessions end.
        except* Refused as refusals:
            await self._refuse(refusals.exceptions)

    async def _refuse(self, refusals: Iterable[BaseException]) -> None:
        for refusal in refusals:
            if isinstance(refusal, Refused) and refusal.code == ABNORMAL:
                self._connection.transport.abort()
            elif isinstance(refusal, Refused):
                await self._connection.close(refusal.code, refusal.reason)

    async def _expire(self) -> NoReturn:
        pace, line = self._faculties.pace, self._line
        seconds = pace.connection_seconds if line.seconds is None else line.seconds
        notice = pace.notice_seconds if line.notice_seconds is None else line.notice_seconds
        await asyncio.sleep(seconds - notice)
        if notice:
            await self._send(ServerMessage(go_away=GoAway(time_left=duration(notice))))
        await asyncio.sleep(notice)
        raise Refused(INTERNAL_ERROR, "Deadline expired before operation could complete.")

    async def _send(self, message: ServerMessage | dict[str, Any]) -> None:
        await self._connection.send(written(message))

    async def _set_up(self) -> None:
        setup = read_client_message(await self._connection.recv())
        if not isinstance(setup, Setup):
            raise _out_of_order()
        self._setup = setup
        self._history_is_due = setup.begins_with_history
        self._scene = self._scene_of(setup)
        self._listening = self._listening_of(setup)
        self._conversation = Conversation(self._scene, self._bookmark)
        await self._keep_waiting(self._line.setup_seconds)
        if self._line.setup_refused is not None:
            raise self._line.setup_refused
        await self._send(ServerMessage(setup_complete=SetupComplete()))

    async def _keep_waiting(self, seconds: float) -> None:
        """Let the client wait. Raises ConnectionClosed if it does not."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._connection.wait_closed()
            await self._connection.recv()

    def _scene_of(self, setup: Setup) -> Scene:
        return Scene(
            send=self._send,
            setup=setup,
            model=model_of(setup),
            receptionist=self._receptionist_of(setup),
            faculties=self._faculties,
            calls=self._calls_of(setup),
            usage=Usage(),
            line=self._line,
        )

    def _calls_of(self, setup: Setup) -> Calls:
        handle = setup.session_resumption.handle if setup.session_resumption else ""
        return Calls(self._bookmarks.calls_of(handle), has_ids=self._names_calls)

    def _receptionist_of(self, setup: Setup) -> Receptionist:
        if setup.session_resumption is not None and setup.session_resumption.handle:
            return self._bookmarks.resume(setup.session_resumption.handle, setup.model)
        return self._faculties.receptionist_for(setup)

    def _listening_of(self, setup: Setup) -> Listening:
        detection = setup.activity_detection
        detector = None if detection.disabled else self._faculties.detector_for(detection)
        return Listening(detector, detection)

    def _bookmark(self) -> str:
        handle = self._bookmarks.keep(
            self._scene.receptionist,
            self._setup.model,
            _watch(self._connection),
            self._scene.calls.not_blocking,
        )
        self._handles.append(handle)
        while len(self._handles) > _HANDLES_A_SESSION:
            self._bookmarks.forget(self._handles.pop(0))
        return handle

    def _take(self, message: object) -> None:
        takes: dict[type, Callable[[Any], None]] = {
            Setup: self._set_up_again,
            ClientContent: self._content,
            RealtimeInput: self._realtime,
            ToolResponse: self._tool_response,
            ContextUpdate: self._context_update,
        }
        takes[type(message)](message)

    def _set_up_again(self, _setup: Setup) -> NoReturn:
        raise _out_of_order()

    def _content(self, content: ClientContent) -> None:
        for turn in content.turns or ():
            if turn.role not in _ROLES:
                raise invalid("Please use a valid role: user, model.")
            self._context.append((turn.role, turn.text))
        if not content.turn_complete:
            return
        context, self._context = self._context, []
        if self._history_is_due:
            self._history_is_due = False
            self._scene.receptionist.recall(context)
        else:
            self._conversation.typed("\n".join(text for role, text in context if role == "user"))

    def _realtime(self, given: RealtimeInput) -> None:
        takes: dict[str, Callable[[Any], None]] = {
            "audio": self._audio,
            "video": lambda _: None,
            "text": self._conversation.typed,
            "activity_start": lambda _: self._events(self._listening.activity_start()),
            "activity_end": lambda _: self._events(self._listening.activity_end()),
            "audio_stream_end": lambda ends: self._events(self._listening.stream_end() if ends else ()),
        }
        for name, take in takes.items():
            value = getattr(given, name)
            if value is not None:
                take(value)

    def _audio(self, blob: Blob) -> None:
        events = self._listening.audio(blob)
        self._scene.usage.heard(len(blob.data) / 2 / rate_of(blob))
        self._events(events)

    def _events(self, events: Iterable[Event]) -> None:
        for event in events:
            if isinstance(event, SpeechStarted):
                self._conversation.speech_started()
            else:
                self._conversation.speech_ended(event.pcm)

    def _tool_response(self, given: ToolResponse) -> None:
        for response in given.function_responses:
            self._conversation.answered(response)

    def _context_update(self, update: ContextUpdate) -> None:
        if update.tools is not None:
            # In place: the set-up is what turns look their tools up in.
            self._setup.declarations.clear()
            self._setup.declarations.update(declared_in(update.tools.tools or []))


def _watch(connection: ServerConnection) -> Callable[[], bool]:
    # Weakly, for a handle outlives its connection by hours, and a connection's buffers are large.
    watched = weakref.ref(connection)

    def is_open() -> bool:
        connection = watched()
        return connection is not None and connection.state is State.OPEN

    return is_open


def _out_of_order() -> Refused:
    # BidiGenerateContentSetup is "to be sent in the first (and only in the first)" client message
    # (API reference); the wording of the reason is that of field reports.
    return Refused(INVALID_ARGUMENT, "setup must be the first message and only the first")
