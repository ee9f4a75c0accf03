"""What a rehearsed model is made of: a mind, an ear, a voice, a sense of turns and a pace."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any, Protocol

from msgspec import Struct

from rehearsal.gemini.setup_message import AutomaticActivityDetection, Setup
from rehearsal.receptionist.actions import Action
from rehearsal.speech.expecting import Expecting
from rehearsal.speech.turns import SpeechEnded, SpeechStarted

HEARING_RATE = 16_000
"""Hertz, of the audio that detector and ear get: signed 16-bit little-endian mono, 2 bytes a frame."""
SPEAKING_RATE = 24_000
"""Hertz, of the model's audio: signed 16-bit little-endian mono, 2 bytes a frame."""


class Receptionist(Protocol):
    """The mind of one session. It is copied (`copy.deepcopy`) to be resumed later."""

    @property
    def expecting(self) -> Expecting:
        """What was just asked, for the ear."""

    def heard(self, text: str, /) -> list[Action]:
        """Return what to do about one caller's turn; "" was not understood, [text] is a stage direction."""

    def recall(self, turns: Sequence[tuple[str, str]], /) -> None:
        """Take what was said in an earlier session, role and text: `user` or `model`."""

    def answered(self, name: str, response: dict[str, Any], /) -> list[Action]:
        """Return what to do about a tool's answer."""


class Ear(Protocol):
    """Understands speech; called from one thread."""

    def hear(self, pcm: bytes, expecting: Expecting, /) -> str:
        """Return the words in audio of HEARING_RATE, "" if there are none."""


class Voice(Protocol):
    """Speaks; called from one thread."""

    def speak(self, text: str, /) -> bytes:
        """Return the text as audio of SPEAKING_RATE."""


class Detector(Protocol):
    """Finds where speech begins and ends."""

    def feed(self, pcm: bytes, /) -> list[SpeechStarted | SpeechEnded]:
        """Take audio of HEARING_RATE, of any length, and return what it brought about."""


class Pace(Struct, frozen=True, kw_only=True):
    """How fast the model speaks and how long a connection and a handle last."""

    speed: float = 4.0
    """Seconds of audio sent in a second: the real service is faster than real time, in bursts."""
    connection_seconds: float = 600.0
    notice_seconds: float = 50.0
    """How long before the end of the connection goAway is sent."""
    handle_seconds: float = 7200.0


class Faculties(Struct, frozen=True, kw_only=True):
    """Everything that sessions share."""

    receptionist_for: Callable[[Setup], Receptionist]
    detector_for: Callable[[AutomaticActivityDetection], Detector]
    ear: Ear
    voice: Voice
    ear_thread: Executor
    voice_thread: Executor
    """One worker each: neither a recogniser nor a synthesiser can do two things at once."""
    pace: Pace
