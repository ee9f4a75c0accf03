"""Reads and writes the web page's messages: audio as binary frames, the rest as JSON."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from realtime_service.audio import HEARD_RATE, SPOKEN_RATE, AgentAudio, CallerAudio, WholeFrames
from realtime_service.media import codec
from realtime_service.media.codec import Speaker
from realtime_service.media.events import (
    AudioReceived,
    MarkPlayed,
    MediaEvent,
    MediaStarted,
    MediaStopped,
    ProtocolError,
    TextTyped,
)

LONGEST_PIECE = HEARD_RATE * 2 // 5
"""Bytes, 200 ms of 16 kHz PCM16. The page sends 20 to 40 ms; a throttled tab may gather a few."""

_MOST_LINES_KNOWN = 64
"""Lines that are known again; a page has a few on the way at most."""

CLEAR = '{"event":"clear"}'


class _Started(Struct, tag_field="event", tag="start"):
    call_id: Annotated[str, Meta(min_length=1, max_length=64)]
    received: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    """How many messages the page has of this call: more than none when it comes back."""


class _Typed(Struct, tag_field="event", tag="text"):
    text: Annotated[str, Meta(max_length=2_000)]
    id: Annotated[str, Meta(max_length=64)] = ""
    """Of the line: a page that lost its network sends again what it does not see taken."""


class _Played(Struct, tag_field="event", tag="mark"):
    name: str


class _Stopped(Struct, tag_field="event", tag="stop"):
    pass


_decoder = msgspec.json.Decoder(_Started | _Typed | _Played | _Stopped)
_NAMES = frozenset({"start", "text", "mark", "stop"})


class BrowserStream:
    """One web call's stream."""

    bytes_per_ms = SPOKEN_RATE * 2 // 1000

    def __init__(self) -> None:
        self._started = False
        self._stopped = False
        self._taken: deque[str] = deque(maxlen=_MOST_LINES_KNOWN)

    def receive(self, message: str | bytes) -> list[MediaEvent]:
        """See MediaStream. A binary message is PCM16 little-endian mono at 16 kHz, 200 ms at most (1009)."""
        if isinstance(message, bytes):
            return self._piece(message)
        read = codec.read(_decoder, _NAMES, message)
        if read is None or self._stopped:
            return []
        if not isinstance(read, _Started):
            self._check_started()
        return _EVENTS[type(read)](self, read)

    def _piece(self, pcm: bytes) -> list[MediaEvent]:
        self._check_started()
        if len(pcm) > LONGEST_PIECE:
            raise ProtocolError(1009, "more than 200 ms of audio in a message")
        return [AudioReceived(pcm)] if pcm and not self._stopped else []

    def _check_started(self) -> None:
        if not self._started:
            raise ProtocolError(1008, "the stream has not started")

    def _start(self, message: _Started) -> list[MediaEvent]:
        if self._started:
            raise ProtocolError(1008, "the stream has started already")
        self._started = True
        parameters = {"received": str(message.received)}
        return [MediaStarted(message.call_id, message.call_id, parameters)]

    def _text(self, message: _Typed) -> list[MediaEvent]:
        if message.id and message.id in self._taken:
            return []
        self._taken.append(message.id)
        text = message.text.strip()
        return [TextTyped(text)] if text else []

    def _mark(self, message: _Played) -> list[MediaEvent]:
        return [MarkPlayed(message.name)]

    def _stop(self, _: _Stopped) -> list[MediaEvent]:
        self._stopped = True
        return [MediaStopped()]

    def audio(self, payload: bytes) -> bytes:
        """Return the binary message that plays PCM16 little-endian mono at 24 kHz: the payload itself."""
        return payload

    def mark(self, name: str) -> str:
        """See MediaStream."""
        return f'{{"event":"mark","name":{codec.quoted(name)}}}'

    def clear(self) -> str:
        """See MediaStream."""
        return CLEAR

    def ready(self) -> str:
        """Return the message on which the page opens the microphone."""
        return '{"event":"ready"}'

    def caption(self, speaker: Speaker, text: str, final: bool) -> str:
        """See MediaStream."""
        return _message("caption", {"speaker": speaker, "text": text, "final": final})

    def card(self, card: Mapping[str, Any]) -> str:
        """See MediaStream; TypeError when the card holds what JSON can't."""
        return _message("card", card)

    def caller_audio(self) -> CallerAudio:
        """16 kHz PCM16, cut at frame borders only."""
        return WholeFrames()

    def agent_audio(self) -> AgentAudio:
        """24 kHz PCM16, cut at frame borders only."""
        return WholeFrames()


def skipped(count: int) -> str:
    """Return the message that stands for as many others, which the page need not have any more."""
    return f'{{"event":"skip","count":{count}}}'


def _message(event: str, more: Mapping[str, Any]) -> str:
    return msgspec.json.encode({**more, "event": event}).decode()


_EVENTS: dict[type, Callable[[BrowserStream, Any], list[MediaEvent]]] = {
    _Started: BrowserStream._start,
    _Typed: BrowserStream._text,
    _Played: BrowserStream._mark,
    _Stopped: BrowserStream._stop,
}
