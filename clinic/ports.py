"""What the functions need from the world, on one page. Embedded and cloud adapters keep the same promises.

A function names its needs as parameters, and a need is opened when a call first
asks for it: `appointments` is `clinic/adapters/<store>/appointments.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from clinic.booking.appointment import Appointment, Patient, Waiting
from clinic.booking.change import Change, TakenCell
from clinic.contracts.call_record import CallNotes, CallRecord, Status, Turn
from clinic.contracts.dead_letter import DeadLetter, KeptLetter
from clinic.contracts.events import Fact
from clinic.contracts.notice import Notice
from clinic.contracts.tool_call import LoggedToolCall, Outcome, Result, ToolCall
from clinic.staff_ports import AddressRefused as AddressRefused
from clinic.staff_ports import Attempts as Attempts
from clinic.staff_ports import Backup as Backup
from clinic.staff_ports import Calendar as Calendar
from clinic.staff_ports import Mailer as Mailer
from clinic.staff_ports import Register as Register
from clinic.staff_ports import ReturnedMail as ReturnedMail
from clinic.staff_ports import Unavailable as Unavailable
from clinic.staff_ports import UnknownCalendar as UnknownCalendar


class AlreadyAnswered(Exception):
    """This tool call has its answer: the delivery is a duplicate."""


class Overtaken(Exception):
    """What a change was decided on is not so any more: decide anew."""


class SlotTaken(Overtaken):
    """A cell of the change was taken, or changed, by somebody else since it was read."""


class AskedBefore(Overtaken):
    """The same was asked, and done, in this call already."""


class TooManyCalls(Exception):
    """As many calls are going on as the clinic allows."""


class Appointments(Protocol):
    """The appointment book. A tool's change goes through the ledger, with its answer."""

    def taken(self, doctor_ids: Sequence[str], first: datetime, last: datetime) -> dict[str, TakenCell]:
        """Return the cells that are booked, held or blocked in [first, last), UTC, by id."""

    def held_by(self, holder: str) -> dict[str, TakenCell]:
        """Return the cells held for a call or a waiting patient, expired or not, by id."""

    def get(self, appointment_id: str) -> Appointment | None:
        """Return an appointment."""

    def of_call(self, call_id: str) -> list[Appointment]:
        """Return the appointments made in a call."""

    def of_patients(self, patient_ids: Sequence[str], after: datetime) -> list[Appointment]:
        """Return the patients' appointments that stand and begin after an instant, in order."""

    def coming(self, after: datetime, until: datetime | None = None) -> list[Appointment]:
        """Return all appointments that stand and begin after an instant, and not after another, in order."""

    def waiting(self) -> list[Waiting]:
        """Return who waits for a slot or has been offered one, the longest waiting first."""

    def apply(self, change: Change) -> None:
        """Write a change that no tool call asked for. Raises SlotTaken; nothing is written then."""


class Patients(Protocol):
    """Whom the clinic knows."""

    def with_phone(self, phone: str) -> list[Patient]:
        """Return the patients of an E.164 number, the latest first."""

    def with_email(self, email: str) -> list[Patient]:
        """Return the patients of an e-mail address, the latest first."""


class Ledger(Protocol):
    """Every tool call: asked, answered once, delivered. Answer and effect are one commit."""

    def request(self, call: ToolCall[Any]) -> None:
        """Note that the model asked. Asking again with the same id changes nothing."""

    def answer(self, call_id: str) -> Result | None:
        """Return the answer of a tool call, once it has one."""

    def commit(
        self,
        call: ToolCall[Any],
        outcome: Outcome,
        result: Result,
        change: Change = ...,
        facts: Sequence[Fact] = (),
        meaning: str = "",
    ) -> None:
        """Write change, answer and the facts to be published, all or nothing.

        `meaning` is a digest of what was asked, for what a call does once only.
        Raises AlreadyAnswered, SlotTaken or AskedBefore; nothing is written then.
        """

    def answer_to(self, meaning: str) -> Result | None:
        """Return the answer that was committed with this meaning."""

    def unpublished(self, tool_call_id: str) -> list[bytes]:
        """Return the encoded facts that an answer committed and nobody has published yet."""

    def published(self, tool_call_id: str) -> None:
        """Note that the facts of an answer are on the bus."""

    def delivered(self, tool_call_id: str, at: datetime) -> None:
        """Note that the model has been given the answer."""

    def of_call(self, call_id: str) -> list[LoggedToolCall]:
        """Return a call's tool calls in the order they were asked."""


class Calls(Protocol):
    """The call log: one record and its turns per conversation."""

    def ring(self, record: CallRecord, ticket: str, admit_until: datetime, most: int) -> CallRecord:
        """Begin a record and leave a ticket for its media stream, or return the record of that session.

        `ticket` is a digest; the token itself is never stored, and a call that rings no longer
        gets no new one. Raises TooManyCalls where `most` calls are ringing or in progress.
        """

    def admit(self, ticket: str, session_id: str, now: datetime) -> CallRecord | None:
        """Use a ticket up: the record it belongs to, now in progress, or None where it is no good."""

    def get(self, call_id: str) -> CallRecord | None:
        """Return a record."""

    def of_session(self, session_id: str) -> CallRecord | None:
        """Return the record of a CallSid or web visit."""

    def note(self, notes: CallNotes) -> None:
        """Add what a function found out."""

    def end(self, call_id: str, status: Status, at: datetime) -> None:
        """Note how and when the conversation ended."""

    def alive(self, call_id: str, at: datetime) -> None:
        """Note that the service still holds the call."""

    def abandoned(self, silent_since: datetime, ringing_since: datetime) -> list[CallRecord]:
        """Return the calls in progress silent since, and those that rang before and never connected."""

    def unlogged(self, first: datetime, last: datetime) -> list[CallRecord]:
        """Return the calls that ended in [first, last) and whose record is not finished."""

    def leave_notice(self, notice: Notice) -> None:
        """Leave news for the agent of a call. The same id again changes nothing."""

    def notices(self, call_id: str) -> list[Notice]:
        """Return the news left for the agent of a call, the oldest first."""

    def add_turn(self, call_id: str, turn: Turn) -> None:
        """Append one side's words. The same number again changes nothing."""

    def turns(self, call_id: str, after: int = 0) -> list[Turn]:
        """Return the turns with a higher number, in order."""


class Bus(Protocol):
    """Pub/Sub: at least once; in order only within an ordering key."""

    def publish(self, topic: str, data: bytes, attributes: Mapping[str, str], ordering_key: str = "") -> None:
        """Accept a message for all subscribers of a topic; durable on return.

        Reactions get a topic's messages of one key in the order they were accepted,
        the next when the one before is dealt with, or dead; tools take no notice of keys.
        Raises ValueError where `data` is empty, LookupError where there is no such topic.
        """


class Reacted(Protocol):
    """Remembers which facts a reaction has dealt with."""

    def once(self, reaction: str, fact_id: str) -> bool:
        """Tell whether this fact is still to be dealt with."""

    def done(self, reaction: str, fact_id: str) -> None:
        """Note that it is dealt with."""


class Limits(Protocol):
    """Counts what may happen only so often, for all instances together."""

    def count(self, key: str, now: datetime) -> int:
        """Count one more in this minute, and return how many that makes. `key` holds nothing personal."""


class DeadLetters(Protocol):
    """The messages that no attempt could deliver, as a work list."""

    def note_fault(self, function: str, data: bytes, fault: str) -> None:
        """Note what a function raised on a message, by its name, in case no attempt will do better."""

    def keep(self, letter: DeadLetter, at: datetime) -> None:
        """Put a letter on the list. The same letter again changes nothing."""

    def all(self) -> list[KeptLetter]:
        """Return the list, the oldest first."""

    def replay(self, letter_id: str) -> bool:
        """Deliver one again, for the function that failed alone and with all its attempts, and strike it off.

        False if there is none of that id. A tool call that has an answer keeps it.
        """
