"""Puts the rehearsed model together: its mind, ear and voice for one clinic."""

from __future__ import annotations

from datetime import datetime

import msgspec

from clinic.directory import Clinic
from rehearsal.gemini.faculties import SPEAKING_RATE, Pace
from rehearsal.gemini.server import RehearsedGemini
from rehearsal.gemini.setup_message import Setup
from rehearsal.receptionist.receptionist import Receptionist
from rehearsal.speech.ear import Ear
from rehearsal.speech.voice import receptionist_voice


def rehearsed_gemini(clinic: Clinic, pace: Pace | None = None) -> RehearsedGemini:
    """Return a Gemini Live on loopback whose receptionist knows the clinic's directory."""

    def receptionist_for(setup: Setup) -> Receptionist:
        tools = {name: msgspec.to_builtins(each) for name, each in setup.declarations.items()}
        return Receptionist(clinic, tools, lambda: datetime.now(clinic.zone))

    return RehearsedGemini(
        receptionist_for=receptionist_for,
        ear=Ear(clinic),
        voice=receptionist_voice(SPEAKING_RATE),
        pace=pace,
    )
