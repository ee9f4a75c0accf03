"""What a caller's side tells the session, whichever codec read it."""

from __future__ import annotations

from msgspec import Struct


class ProtocolError(Exception):
    """The peer broke the media protocol; close its connection.

    `close_code` (RFC 6455 section 7.4.1) is 1003, data of a kind not taken here, 1007, not a valid message,
    1008, a message out of place, or 1009, too big. `reason` fits a close frame and quotes nothing received.
    """

    def __init__(self, close_code: int, reason: str) -> None:
        super().__init__(close_code, reason)
        self.close_code = close_code
        self.reason = reason


class MediaStarted(Struct, frozen=True):
    """The stream is open; nothing but this comes first, and it comes once."""

    stream_sid: str
    call_sid: str
    """Twilio's sid of the call; of a web call, the call id."""
    parameters: dict[str, str]
    """As handed to the caller's side by the webhook: `call_id`, `token`, …"""


class AudioReceived(Struct, frozen=True):
    """A piece of the caller's voice, to go through the codec's `caller_audio()`."""

    payload: bytes
    """As on the wire: 8 kHz mu-law from the phone, 16 kHz PCM16 from the browser; any length but zero."""


class DigitPressed(Struct, frozen=True):
    """A key of the phone, `0` to `9`, `*`, `#`, `A` to `D`."""

    digit: str


class TextTyped(Struct, frozen=True):
    """A line typed on the web page instead of said."""

    text: str


class MarkPlayed(Struct, frozen=True):
    """All audio sent before that mark has been played, or cleared: a clear brings all waiting marks back."""

    name: str


class MediaStopped(Struct, frozen=True):
    """The caller's side is over; nothing comes after it."""


MediaEvent = MediaStarted | AudioReceived | DigitPressed | TextTyped | MarkPlayed | MediaStopped
