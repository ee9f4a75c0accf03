"""The JSON messages of a bidirectional media stream, as strict as Twilio is.

https://www.twilio.com/docs/voice/media-streams/websocket-messages. Audio is
mu-law, 8000 samples a second, one byte a sample, without a file header.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from rehearsal.twilio.dictionary import TwilioError


class Audio(Struct, frozen=True):
    """Audio to play after what is buffered."""

    mulaw: bytes


class Mark(Struct, frozen=True):
    """A name to send back when everything before it has been played."""

    name: str


class Clear(Struct, frozen=True):
    """Empty the buffer."""


Received = Audio | Mark | Clear


class _Payload(Struct, forbid_unknown_fields=True):
    payload: str


class _Name(Struct, forbid_unknown_fields=True):
    name: str


class _Message(Struct, tag_field="event", forbid_unknown_fields=True, rename="camel"):
    stream_sid: str


class _Media(_Message, tag="media"):
    media: _Payload


class _MarkMessage(_Message, tag="mark"):
    mark: _Name


class _ClearMessage(_Message, tag="clear"):
    pass


_READER = msgspec.json.Decoder(_Media | _MarkMessage | _ClearMessage)


def read(message: str | bytes, stream_sid: str) -> Received:
    """Read a message of the service.

    Raises TwilioError 31950 or 31951 where Twilio would ignore it and log that;
    the reason names the field, never the content.
    """
    if isinstance(message, bytes):
        raise TwilioError(31950, f"{len(message)} bytes")
    try:
        parsed = _READER.decode(message)
    except msgspec.DecodeError as error:
        raise TwilioError(31951, str(error)) from error
    if parsed.stream_sid != stream_sid:
        raise TwilioError(31951, "the streamSid is not this stream's")
    if isinstance(parsed, _Media):
        return Audio(_mulaw(parsed.media.payload))
    return Mark(parsed.mark.name) if isinstance(parsed, _MarkMessage) else Clear()


def _mulaw(payload: str) -> bytes:
    try:
        mulaw = b64decode(payload, validate=True)
    except (binascii.Error, ValueError) as error:
        raise TwilioError(31951, "the payload is not base64") from error
    if mulaw.startswith(b"RIFF"):
        raise TwilioError(31951, "the payload begins with a WAV header, which would be played as noise")
    return mulaw


class Outgoing:
    """Writes what Twilio sends, numbering it. Every number outside mediaFormat is a string."""

    def __init__(self, stream_sid: str, call_sid: str, account_sid: str) -> None:
        self._stream_sid = stream_sid
        self._ids = {"accountSid": account_sid, "callSid": call_sid}
        self._sequence_number = 0
        self._chunk = 0

    def connected(self) -> str:
        """Write the first message; the only one without number and streamSid."""
        return _json({"event": "connected", "protocol": "Call", "version": "1.0.0"})

    def start(self, parameters: Mapping[str, str]) -> str:
        """Write the second message, with the parameters of the TwiML."""
        started = {
            **self._ids,
            "streamSid": self._stream_sid,
            "tracks": ["inbound"],
            "customParameters": dict(parameters),
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        }
        return self._numbered("start", started)

    def media(self, mulaw: bytes, timestamp_ms: int) -> str:
        """Write some of the caller's audio; the timestamp counts from the stream's start."""
        self._chunk += 1
        media = {
            "track": "inbound",
            "chunk": str(self._chunk),
            "timestamp": str(timestamp_ms),
            "payload": b64encode(mulaw).decode(),
        }
        return self._numbered("media", media)

    def dtmf(self, digit: str) -> str:
        """Write a key that the caller pressed; its track is named unlike media's."""
        return self._numbered("dtmf", {"track": "inbound_track", "digit": digit})

    def mark(self, name: str) -> str:
        """Write a mark back."""
        return self._numbered("mark", {"name": name})

    def stop(self) -> str:
        """Write the last message."""
        return self._numbered("stop", self._ids)

    def _numbered(self, event: str, content: Mapping[str, Any]) -> str:
        self._sequence_number += 1
        return _json(
            {
                "event": event,
                "sequenceNumber": str(self._sequence_number),
                "streamSid": self._stream_sid,
                event: content,
            }
        )


def _json(message: Mapping[str, Any]) -> str:
    return msgspec.json.encode(message).decode()
