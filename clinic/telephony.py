"""What the functions need of the phone company. The other ports are in `clinic/ports.py`."""

from __future__ import annotations

from typing import Protocol


class CallOver(Exception):
    """The phone call has ended, or never was: nothing can be done to it any more."""


class Telephone(Protocol):
    """The phone company: acts on a call from outside of its media stream."""

    def ring(self, number: str, *, twiml_url: str, status_url: str, machine_url: str) -> str:
        """Place a call to an E.164 number; return its CallSid.

        `twiml_url` is asked when somebody answers, `machine_url` told whether that is a human,
        `status_url` told when it is over. Raises ValueError where the number can't be rung.
        """

    def move(self, call_sid: str, twiml: str) -> None:
        """Go on with this TwiML, at once, whatever the call is doing. Raises CallOver."""

    def hang_up(self, call_sid: str) -> None:
        """End a call; one that is over stays so."""

    def record(self, call_sid: str, told_at: str) -> str:
        """Record both sides from now on; return the recording's sid. `told_at` hears when it is complete.

        Raises CallOver.
        """
