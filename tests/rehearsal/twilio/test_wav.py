"""Tests of the recording."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from rehearsal.twilio import mulaw
from rehearsal.twilio.wav import Recording


def test_the_caller_is_on_the_left_and_the_agent_on_the_right(tmp_path: Path) -> None:
    recording = Recording()
    recording.add(mulaw.encode(b"\xe8\x03" * 160), b"\xff" * 160)
    recording.add(b"\xff" * 160, mulaw.encode(b"\x18\xfc" * 160))
    recording.write(tmp_path / "calls" / "c1.wav")
    with wave.open(str(tmp_path / "calls" / "c1.wav")) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 8000)
        samples = np.frombuffer(file.readframes(320), dtype="<i2").reshape(-1, 2)
    assert recording.seconds == 0.04
    assert samples[:160, 0] == pytest.approx(1000, abs=20)
    assert samples[160:, 1] == pytest.approx(-1000, abs=20)
    assert not samples[:160, 1].any()
    assert not samples[160:, 0].any()


def test_sides_that_are_out_of_step_are_refused() -> None:
    with pytest.raises(ValueError, match="160 bytes of the caller, 80 of the agent"):
        Recording().add(b"\xff" * 160, b"\xff" * 80)
