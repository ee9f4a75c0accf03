"""A model whose every word is scripted: quick parts for whoever tests against the wire protocol."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from rehearsal.gemini.faculties import HEARING_RATE, SPEAKING_RATE, Pace
from rehearsal.gemini.line import Line
from rehearsal.gemini.server import RehearsedGemini
from rehearsal.gemini.setup_message import AutomaticActivityDetection, Setup
from rehearsal.receptionist.actions import Action, Say
from rehearsal.receptionist.directions import asks_to_greet, is_direction, is_renewed, words_to_say
from rehearsal.speech.expecting import Expecting
from rehearsal.speech.turns import SpeechEnded, SpeechStarted

GREETING = "the call is connected"
Script = Mapping[str, Sequence[Action]]
"""What to do when a text is heard, when a tool has answered, `"check answered"`, or for the GREETING."""

_TONE_HERTZ = 440
_LOUD = 1000
"""Of 32767."""
_QUIET_BYTES = int(0.06 * HEARING_RATE) * 2


def tone(seconds: float, rate: int) -> bytes:
    """Return a loud tone: signed 16-bit little-endian mono, 2 bytes a frame."""
    times = np.arange(int(seconds * rate)) / rate
    return bytes((np.sin(times * 2 * np.pi * _TONE_HERTZ) * 12000).astype("<i2").tobytes())


class ToneVoice:
    """Hums for `word_seconds` a word."""

    def __init__(self, word_seconds: float = 0.02) -> None:
        self.word_seconds = word_seconds

    def speak(self, text: str) -> bytes:
        """Return a tone as long as the text has words, at SPEAKING_RATE."""
        return tone(self.word_seconds * len(text.split()), SPEAKING_RATE)


class ScriptedEar:
    """Hears what it was told to hear, turn by turn, and keeps what it was given."""

    def __init__(self) -> None:
        self.will_hear: list[str] = []
        self.given: list[bytes] = []
        self.expected: list[Expecting] = []

    def hear(self, pcm: bytes, expecting: Expecting) -> str:
        """Return the next of `will_hear`, "" when there is none left."""
        self.given.append(pcm)
        self.expected.append(expecting)
        return self.will_hear.pop(0) if self.will_hear else ""


class LoudnessDetector:
    """Takes for speech what is loud; 60 ms of quiet end it."""

    def __init__(self) -> None:
        self._speech = bytearray()
        self._quiet = 0

    def feed(self, pcm: bytes) -> list[SpeechStarted | SpeechEnded]:
        """Take audio of HEARING_RATE; a chunk is loud or quiet as a whole."""
        if pcm and int(np.abs(np.frombuffer(pcm, "<i2").astype(int)).max()) > _LOUD:
            is_new, self._quiet = not self._speech, 0
            self._speech += pcm
            return [SpeechStarted()] if is_new else []
        self._quiet += len(pcm)
        if not self._speech or self._quiet < _QUIET_BYTES:
            return []
        speech, self._speech = bytes(self._speech), bytearray()
        return [SpeechEnded(speech)]


class ScriptedReceptionist:
    """Does what the script says; else says what a direction bids, repeats a caller, is silent on a tool."""

    def __init__(
        self,
        script: Script,
        told: list[str] | None = None,
        answers: list[tuple[str, dict[str, Any]]] | None = None,
    ) -> None:
        """Follow a script. The lists gather what this one and its copies are told and answered."""
        self._script = script
        self._told = [] if told is None else told
        self._answers = [] if answers is None else answers
        self.recalls: list[tuple[str, str]] = []
        self.was_told: list[str] = []
        self.was_answered: list[tuple[str, dict[str, Any]]] = []
        self.expecting = Expecting.ANYTHING

    def heard(self, text: str) -> list[Action]:
        """Return the script's actions for the text; `what did i say` asks for everything heard before."""
        self.was_told.append(text)
        self._told.append(text)
        if text == "what did i say":
            return [Say(" and ".join(self.was_told[:-1]))]
        begins = is_direction(text) and asks_to_greet(text) and not is_renewed(text)
        if begins and text not in self._script:
            return list(self._script.get(GREETING, [Say("hello there")]))
        words = words_to_say(text) if is_direction(text) else ""
        return list(self._script.get(text, [Say(words or f"you said {text}")]))

    def recall(self, turns: Sequence[tuple[str, str]]) -> None:
        """Keep what is said to have been said before."""
        self.recalls += turns

    def answered(self, name: str, response: dict[str, Any]) -> list[Action]:
        """Return the script's actions for `<name> answered`."""
        self.was_answered.append((name, response))
        self._answers.append((name, response))
        return list(self._script.get(f"{name} answered", []))

    def __deepcopy__(self, memo: dict[int, Any]) -> ScriptedReceptionist:
        twin = ScriptedReceptionist(self._script, self._told, self._answers)
        twin.recalls = copy.deepcopy(self.recalls, memo)
        twin.was_told = copy.deepcopy(self.was_told, memo)
        twin.was_answered = copy.deepcopy(self.was_answered, memo)
        return twin


class ScriptedModel:
    """A rehearsed service of scripted parts, and what has come of them."""

    def __init__(
        self,
        script: Script,
        *,
        pace: Pace | None = None,
        port: int = 0,
        api_key: str = "",
        lines: Iterable[Line] = (),
    ) -> None:
        self.ear = ScriptedEar()
        self.voice = ToneVoice()
        self.setups: list[Setup] = []
        self.detections: list[AutomaticActivityDetection] = []
        self.receptionists: list[ScriptedReceptionist] = []
        self.told: list[str] = []
        """What all of them were told, in all sessions, resumed ones too."""
        self.answers: list[tuple[str, dict[str, Any]]] = []
        """What they were answered."""
        self._script = script
        self.service = RehearsedGemini(
            receptionist_for=self._receptionist_for,
            detector_for=self._detector_for,
            ear=self.ear,
            voice=self.voice,
            pace=pace or Pace(speed=100.0),
            port=port,
            api_key=api_key,
            lines=lines,
        )

    @property
    def receptionist(self) -> ScriptedReceptionist:
        """The one of the latest session. Raises IndexError before the first."""
        return self.receptionists[-1]

    def _receptionist_for(self, setup: Setup) -> ScriptedReceptionist:
        self.setups.append(setup)
        self.receptionists.append(ScriptedReceptionist(self._script, self.told, self.answers))
        return self.receptionist

    def _detector_for(self, detection: AutomaticActivityDetection) -> LoudnessDetector:
        self.detections.append(detection)
        return LoudnessDetector()
