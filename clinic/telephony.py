"""What the functions need to act on phone calls and to place them; `clinic/ports.py` has the other ports."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Protocol


class CallOver(Exception):
    """The phone call has ended, or never was: nothing can be done to it any more."""


class Telephone(Protocol):
    """The phone company: acts on a call from outside of its media stream."""

    def ring(self, number: str, *, twiml_url: str, status_url: str, machine_url: str) -> str:
        """Place a call to an E.164 number; return its CallSid.

        `twiml_url` is asked when somebody answers, `machine_url` told whether that is a human,
        `status_url` told when it is over. Raises ValueError where the number can't be rung.
        """

    def status(self, call_sid: str) -> str:
        """Return Twilio's CallStatus: `queued`, `ringing`, `in-progress`, `completed`, `busy` …

        Raises CallOver where there never was such a call.
        """

    def move(self, call_sid: str, twiml: str) -> None:
        """Go on with this TwiML, at once, whatever the call is doing. Raises CallOver."""

    def hang_up(self, call_sid: str) -> None:
        """End a call; one that is over stays so."""

    def record(self, call_sid: str, told_at: str) -> str:
        """Record both sides from now on; return the recording's sid. `told_at` hears when it is complete.

        Raises CallOver.
        """


Attempt = Literal["begun", "reached", "under_way", "given_up"]


class PatientCalls(Protocol):
    """The calls that the clinic places, by errand: the id of what each is about."""

    def begin(self, errand: str, now: datetime, most: int) -> Attempt:
        """Count an attempt and let it begin, or say why not.

        Not where the patient was reached for this, where another attempt is under way, or after `most`.
        """

    def end(self, errand: str, *, reached: bool) -> None:
        """Note what came of the attempt; who was reached stays reached."""
