"""A number at Twilio and the two who are connected over it, and what every voice request says of them."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class Line(Struct, frozen=True):
    """A number at Twilio, and who rings it, or whom it rings."""

    voice_url: str
    """What the number's webhook is set to, or what the order of an outgoing call named."""
    caller: str
    """E.164; anonymous callers give words."""
    called: str
    account_sid: str
    status_url: str = ""
    """Told when the call is over; empty: nobody."""
    direction: Literal["inbound", "outbound-api"] = "inbound"

    def parameters(self, call_sid: str, status: str) -> dict[str, str]:
        """Return what every voice request carries. Empty ones are sent and signed as well."""
        places = {f"{whose}{part}": "" for whose in _WHOSE for part in ("City", "State", "Zip")}
        return {
            "AccountSid": self.account_sid,
            "ApiVersion": "2010-04-01",
            "CallSid": call_sid,
            "CallStatus": status,
            "CallToken": '{"parentCallInfoToken":"rehearsed"}',
            "Called": self.called,
            "Caller": self.caller,
            "Direction": self.direction,
            "From": self.caller,
            "To": self.called,
            **{f"{whose}Country": "IN" for whose in _WHOSE},
            **places,
        }


_WHOSE = ("From", "To", "Caller", "Called")
