"""Reads and writes the messages of Twilio's media streams.

Source: twilio.com/docs/voice/media-streams/websocket-messages.
"""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Callable, Mapping
from typing import Annotated, Any, NoReturn

import msgspec
from msgspec import Meta, Struct

from realtime_service.audio import (
    PHONE_RATE,
    AgentAudio,
    CallerAudio,
    PhoneAgentAudio,
    PhoneCallerAudio,
)
from realtime_service.media import codec
from realtime_service.media.codec import Speaker
from realtime_service.media.events import (
    AudioReceived,
    DigitPressed,
    MarkPlayed,
    MediaEvent,
    MediaStarted,
    MediaStopped,
    ProtocolError,
)

Sid = Annotated[str, Meta(min_length=1, max_length=64)]


class _MediaFormat(Struct, rename="camel", frozen=True):
    encoding: str
    sample_rate: int
    channels: int


class _StartDetails(Struct, rename="camel"):
    stream_sid: Sid
    call_sid: Sid
    media_format: _MediaFormat
    custom_parameters: dict[str, str] = {}


class _Media(Struct):
    track: str
    chunk: str
    timestamp: str
    payload: bytes
    """mu-law, one byte per frame, 8 kHz; msgspec reads the base64 strictly."""


class _Digit(Struct):
    digit: Annotated[str, Meta(pattern=r"^[0-9*#A-D]\Z")]


class _Mark(Struct):
    name: str


class _Connected(Struct, tag_field="event", tag="connected"):
    pass


class _OfStream(Struct, rename="camel", tag_field="event"):
    """Every message after `connected`. Numbers are strings everywhere but in the media format."""

    stream_sid: Sid
    sequence_number: str


class _Started(_OfStream, tag="start"):
    start: _StartDetails


class _MediaSent(_OfStream, tag="media"):
    media: _Media


class _DigitSent(_OfStream, tag="dtmf"):
    dtmf: _Digit


class _MarkSent(_OfStream, tag="mark"):
    mark: _Mark


class _Stopped(_OfStream, tag="stop"):
    pass


_decoder = msgspec.json.Decoder(_Connected | _Started | _MediaSent | _DigitSent | _MarkSent | _Stopped)
_NAMES = frozenset({"connected", "start", "media", "dtmf", "mark", "stop"})
_FORMAT = _MediaFormat("audio/x-mulaw", PHONE_RATE, 1)


class TwilioStream:
    """One call's media stream."""

    bytes_per_ms = PHONE_RATE // 1000

    def __init__(self) -> None:
        self._sid = ""
        self._stopped = False
        self._audio_before, self._audio_after = "", '"}}'

    def receive(self, message: str | bytes) -> list[MediaEvent]:
        """See MediaStream. Binary messages, and any format but 8 kHz mono mu-law, are refused with 1003."""
        if isinstance(message, bytes):
            raise ProtocolError(1003, "binary messages are not taken")
        read = codec.read(_decoder, _NAMES, message)
        if read is None or self._stopped or isinstance(read, _Connected):
            return []
        if isinstance(read, _Started):
            return [self._start(read)]
        self._check_sid(read.stream_sid)
        return _EVENTS[type(read)](self, read)

    def _start(self, message: _Started) -> MediaStarted:
        start = message.start
        if self._sid:
            raise ProtocolError(1008, "the stream has started already")
        if start.media_format != _FORMAT:
            raise ProtocolError(1003, "the audio is not mono mu-law at 8000 Hz")
        if start.stream_sid != message.stream_sid:
            raise ProtocolError(1008, "a message of another stream")
        self._sid = start.stream_sid
        self._audio_before = f'{{"event":"media","streamSid":{codec.quoted(self._sid)},"media":{{"payload":"'
        return MediaStarted(start.stream_sid, start.call_sid, start.custom_parameters)

    def _check_sid(self, sid: str) -> None:
        if not self._sid:
            raise ProtocolError(1008, "the stream has not started")
        if sid != self._sid:
            raise ProtocolError(1008, "a message of another stream")

    def _media(self, message: _MediaSent) -> list[MediaEvent]:
        media = message.media
        return [AudioReceived(media.payload)] if media.track == "inbound" and media.payload else []

    def _digit(self, message: _DigitSent) -> list[MediaEvent]:
        return [DigitPressed(message.dtmf.digit)]

    def _mark(self, message: _MarkSent) -> list[MediaEvent]:
        return [MarkPlayed(message.mark.name)]

    def _stop(self, _: _Stopped) -> list[MediaEvent]:
        self._stopped = True
        return [MediaStopped()]

    def audio(self, payload: bytes) -> str:
        """Return the message that plays mu-law; Twilio buffers any length, no pacing is needed.

        Raises RuntimeError before the stream has started.
        """
        if not self._sid:
            _not_started()
        encoded = b2a_base64(payload, newline=False).decode("ascii")
        return f"{self._audio_before}{encoded}{self._audio_after}"

    def mark(self, name: str) -> str:
        """See MediaStream; RuntimeError before the stream has started."""
        return self._message("mark", f',"mark":{{"name":{codec.quoted(name)}}}')

    def clear(self) -> str:
        """See MediaStream; waiting marks come back at once. RuntimeError before the stream has started."""
        return self._message("clear", "")

    def _message(self, event: str, more: str) -> str:
        if not self._sid:
            _not_started()
        return f'{{"event":"{event}","streamSid":{codec.quoted(self._sid)}{more}}}'

    def ready(self) -> None:
        """A phone shows nothing: None."""

    def caption(self, speaker: Speaker, text: str, final: bool) -> None:
        """A phone shows nothing: None."""

    def card(self, card: Mapping[str, Any]) -> None:
        """A phone shows nothing: None."""

    def caller_audio(self) -> CallerAudio:
        """8 kHz mu-law to 16 kHz PCM16."""
        return PhoneCallerAudio()

    def agent_audio(self) -> AgentAudio:
        """24 kHz PCM16 to 8 kHz mu-law."""
        return PhoneAgentAudio()


def _not_started() -> NoReturn:
    raise RuntimeError("Twilio ignores all messages before it has named the stream in `start`")


_EVENTS: dict[type, Callable[[TwilioStream, Any], list[MediaEvent]]] = {
    _MediaSent: TwilioStream._media,
    _DigitSent: TwilioStream._digit,
    _MarkSent: TwilioStream._mark,
    _Stopped: TwilioStream._stop,
}
