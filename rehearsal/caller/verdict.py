"""Judges a call when it is over: did it end as the caller wished, or at least in order?"""

from __future__ import annotations

from collections.abc import Iterator

from rehearsal.caller.call_log_view import CallLogView
from rehearsal.caller.conversation import Conversation
from rehearsal.caller.persona import Persona
from rehearsal.caller.script import Caller
from rehearsal.twilio.phone_call import PhoneCall


def verdict(call: PhoneCall, conversation: Conversation, caller: Caller, log: CallLogView) -> tuple[int, str]:
    """Return the exit code and the reason in words: 0 for a call that ended well, 1 for a broken one."""
    complaints = [*_of_the_line(call), *_of_the_caller(call, conversation, caller, log)]
    if complaints:
        return 1, complaints[0]
    if isinstance(caller, Persona) and caller.declined:
        return 0, "the call ended well: the caller was refused, politely"
    return 0, "the call ended well"


def _of_the_line(call: PhoneCall) -> Iterator[str]:
    if call.stream is None:
        yield "the clinic opened no media stream"
    if call.ending == "broken":
        yield "the call broke off"
    if call.notices:
        yield "Twilio would have complained, so a caller may have heard nothing"


def _of_the_caller(
    call: PhoneCall, conversation: Conversation, caller: Caller, log: CallLogView
) -> Iterator[str]:
    if conversation.end == "silence":
        yield "the caller hung up after 30 seconds of silence"
    if not isinstance(caller, Persona):
        return
    if caller.gave_up:
        yield "the caller was not understood and gave up"
    if call.ending == "the clinic hung up" and not (caller.said_goodbye or caller.heard_goodbye):
        yield "the clinic hung up in the middle of the conversation"
    if caller.wants_appointment and log.appointment(conversation.call_id) is None:
        yield "goodbye was said, but nothing was booked"
