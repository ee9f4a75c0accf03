"""A waiting caller hears a soft tone, where the clinic wants it."""

import numpy as np

from realtime_service.audio import is_loud
from realtime_service.comfort_tone import PIECE_SECONDS, ComfortTone


def test_a_pulse_is_due_every_other_second() -> None:
    tone = ComfortTone()
    due = [tenth / 10 for tenth in range(100, 150) if tone.is_due(tenth / 10)]
    assert due == [10.0, 12.0, 14.0]


def test_a_pulse_is_heard_but_softer_than_a_voice_and_begins_and_ends_without_a_click() -> None:
    pulse = np.frombuffer(ComfortTone.pulse, "<i2")
    assert len(pulse) == PIECE_SECONDS * 24_000
    assert 300 < np.abs(pulse).max() < 1000
    assert not is_loud(ComfortTone.pulse)
    assert np.abs(pulse[:100]).max() < 5
    assert np.abs(pulse[-100:]).max() < 5
