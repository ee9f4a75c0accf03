"""Hangs up once the goodbye has been heard."""

from __future__ import annotations

from msgspec import Struct

from clinic.contracts.tool_call import Result, succeeded
from realtime_service.ongoing_call import OngoingCall


class EndAsked(Struct, frozen=True):
    """There are no arguments: a reason would be the model's words about the caller."""


async def end_call(_: EndAsked, call: OngoingCall) -> Result:
    """Let the call end after the agent's last words; a caller who says something more is not hung up on."""
    call.end("the agent ends it")
    return succeeded(
        "The line closes as soon as your goodbye was heard. If you have said goodbye, say nothing more;"
        " otherwise say it now, in one sentence. If the caller goes on, the call goes on."
    )
