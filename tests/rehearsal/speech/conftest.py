"""The clinic, its ear, and a telephone line between the caller and it."""

from collections.abc import Callable

import numpy as np
import pytest
import soxr

from clinic.directory import Clinic, load_clinic
from rehearsal.speech.ear import Ear
from rehearsal.speech.expecting import Expecting
from rehearsal.speech.voice import Voice
from rehearsal.twilio import mulaw


@pytest.fixture(scope="session")
def clinic() -> Clinic:
    return load_clinic()


@pytest.fixture(scope="session")
def ear(clinic: Clinic) -> Ear:
    return Ear(clinic)


@pytest.fixture(scope="session")
def phoned() -> Callable[..., bytes]:
    """Say a text into an 8 kHz mu-law telephone; what comes out is 16 kHz, 16-bit little-endian."""

    def say(text: str, voice: Voice | None = None) -> bytes:
        pcm = (voice or Voice(rate=8000)).speak(text)
        line = np.frombuffer(mulaw.decode(mulaw.encode(pcm)), "<i2").astype(np.float32)
        return bytes(soxr.resample(line, 8000, 16000).clip(-32768, 32767).astype("<i2").tobytes())

    return say


@pytest.fixture
def hear(ear: Ear, phoned: Callable[..., bytes]) -> Callable[..., str]:
    """Say a text over the telephone and return what the ear makes of it."""

    def over_the_line(text: str, expecting: Expecting = Expecting.ANYTHING) -> str:
        return ear.hear(phoned(text), expecting)

    return over_the_line
