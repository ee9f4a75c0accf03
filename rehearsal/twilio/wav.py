"""Writes a call as a WAV file: the caller on the left, the agent as heard on the right."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from rehearsal.twilio import mulaw


class Recording:
    """Both sides of a call, in step: mu-law, 8000 bytes a second and side."""

    def __init__(self) -> None:
        self.caller = bytearray()
        self.agent = bytearray()

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.caller) / (1000 * mulaw.BYTES_PER_MS)

    def add(self, caller: bytes, agent: bytes) -> None:
        """Append the same stretch of time of both sides; ValueError if they differ in length."""
        if len(caller) != len(agent):
            raise ValueError(f"{len(caller)} bytes of the caller, {len(agent)} of the agent")
        self.caller += caller
        self.agent += agent

    def write(self, path: Path) -> None:
        """Write stereo 16-bit PCM, 8000 frames a second, 4 bytes a frame; OSError where that can't be."""
        path.parent.mkdir(parents=True, exist_ok=True)
        sides = [np.frombuffer(mulaw.decode(bytes(side)), dtype="<i2") for side in (self.caller, self.agent)]
        with wave.open(str(path), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(1000 * mulaw.BYTES_PER_MS)
            file.writeframes(np.column_stack(sides).astype("<i2").tobytes())
