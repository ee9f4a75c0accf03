"""The record of a call, as auditors read it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

Status = Literal["ringing", "in_progress", "completed", "failed"]
Channel = Literal["phone", "web"]
CustomerType = Literal["new", "returning", "existing", ""]
Speaker = Literal["caller", "agent"]
Direction = Literal["inbound", "outbound"]
Transfer = Literal["", "asked", "answered", "unanswered"]
"""Whether a human was asked to take the call, and whether one did."""


class Turn(Struct, frozen=True):
    """One side's words, until the other spoke."""

    number: int
    """From 1, in the order of the conversation."""
    speaker: Speaker
    text: str
    spoken_at: datetime
    interrupted: bool = False
    """The caller spoke over the agent, or left: `text` is what was heard of its words."""


class CallRecord(Struct, frozen=True, kw_only=True):
    """One conversation with a caller. The field names are those of the clinic's call sheet."""

    call_id: str
    session_id: str
    """Twilio's CallSid; on the web, the call id."""
    channel: Channel
    timestamp: datetime
    """When the call came in."""
    caller_phone: str = ""
    """E.164; empty where withheld."""
    customer_name: str = ""
    customer_email: str = ""
    language: str = "en"
    call_type: str = ""
    status: Status = "ringing"
    connected_at: datetime | None = None
    alive_at: datetime | None = None
    """When the service said last that it holds the call; None before the first time."""
    ended_at: datetime | None = None
    logged_at: datetime | None = None
    """When the record was finished after the call's end."""
    duration_seconds: int = 0
    department_enquired: str = ""
    doctor_enquired: str = ""
    customer_type: CustomerType = ""
    resolution: str = ""
    notes: str = ""
    identified: tuple[str, ...] = ()
    """Ids of the patients for whom the caller may speak: shown by number, or by name and address."""
    identity_failures: int = 0
    """How often the caller said who they were and it fitted nobody."""
    preamble_heard_at: datetime | None = None
    """When the caller had heard the utterance that begins with the clinic's preamble; None: not, or none."""
    direction: Direction = "inbound"
    """`outbound`: the clinic rang the patient."""
    errand: str = ""
    """Of an outbound call: the id of what it is about; a patient is never rung twice for the same."""
    reason: str = ""
    """Of an outbound call: why the agent rings, in words for the agent."""
    transfer: Transfer = ""
    transfer_reason: str = ""
    """What the human is told of why."""
    call_back: bool = False
    """The caller was promised that the clinic rings back."""
    call_back_number: str = ""
    """E.164, as a web visitor gave it; nobody has shown that it is theirs. Empty: `caller_phone`."""
    recording_sid: str = ""
    """Of Twilio's recording; the sound itself stays there."""
    hung_up_at: datetime | None = None
    """When Twilio said that the phone call was over, whatever our side knew by then."""


class CallNotes(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a function adds to a call's record; empty fields leave the record as it was."""

    call_id: str
    call_type: str = ""
    customer_name: str = ""
    customer_email: str = ""
    customer_type: CustomerType = ""
    language: str = ""
    department_enquired: str = ""
    doctor_enquired: str = ""
    resolution: str = ""
    notes: str = ""
    identified: tuple[str, ...] = ()
    identity_failures: int = 0
    transfer: Transfer = ""
    transfer_reason: str = ""
    call_back: bool = False
    call_back_number: str = ""
    recording_sid: str = ""
    hung_up_at: datetime | None = None
    preamble_heard_at: datetime | None = None
    logged_at: datetime | None = None
