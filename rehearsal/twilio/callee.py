"""Who is rung by <Dial>: a human who is briefed first, a voicemail, or nobody."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from rehearsal.twilio import twiml
from rehearsal.twilio.dictionary import TwilioError
from rehearsal.twilio.twiml import Request, Verb
from rehearsal.twilio.webhook import Webhooks

Answers = Literal["human", "machine", "no-answer", "busy", "failed"]


class Callee(Struct, frozen=True):
    """What happens at the number that <Dial> rings."""

    answers: Answers = "human"
    """`machine`: a voicemail takes the call, and presses no key."""


async def dial(
    verb: twiml.Dial,
    callee: Callee,
    webhooks: Webhooks,
    parameters: dict[str, str],
    tell: Callable[[str], None],
) -> dict[str, str]:
    """Ring the number; return the Dial parameters that the verb's action is given.

    `parameters` are the caller's. Raises TwilioError where the briefing fails.
    """
    child = "CA" + secrets.token_hex(16)
    if callee.answers not in ("human", "machine"):
        tell(f"{verb.number} is rung: {callee.answers}")
        return {"DialCallStatus": callee.answers, "DialCallSid": child, "DialCallDuration": "0"}
    ids = {"ParentCallSid": parameters["CallSid"], "CallSid": child}
    briefing = _Briefing(callee, webhooks, {**parameters, **ids}, tell)
    bridged = await briefing.follow(verb.briefing) if verb.briefing else callee.answers == "human"
    tell(f"put through to {verb.number}" if bridged else f"{verb.number} took the call and let it go")
    return {
        "DialCallStatus": "completed",
        "DialCallSid": child,
        "DialCallDuration": "1",
        "DialBridged": "true" if bridged else "false",
    }


class _Briefing:
    """The TwiML that runs on the called party's side, before the two are connected."""

    def __init__(
        self, callee: Callee, webhooks: Webhooks, parameters: dict[str, str], tell: Callable[[str], None]
    ) -> None:
        self._callee, self._webhooks, self._parameters, self._tell = callee, webhooks, parameters, tell

    async def follow(self, request: Request, **more: str) -> bool:
        """Run it; True where the two are connected at its end."""
        for verb in await self._fetch(request, **more):
            if isinstance(verb, twiml.Hangup):
                return False
            if isinstance(verb, twiml.Dial | twiml.Connect):
                raise TwilioError(12200, "no <Dial> and no <Connect> before the two are connected")
            self._hear(verb)
            if isinstance(verb, twiml.Gather) and verb.action and self._callee.answers == "human":
                return await self.follow(verb.action, Digits="1")
        return True

    def _hear(self, verb: Verb) -> None:
        says = verb.says if isinstance(verb, twiml.Gather) else ()
        for text in (verb.text,) if isinstance(verb, twiml.Say) else says:
            self._tell(f"{self._callee.answers} hears: {text}")

    async def _fetch(self, request: Request, **more: str) -> list[Verb]:
        answer = await asyncio.to_thread(self._webhooks.fetch, request, {**self._parameters, **more})
        return twiml.read_twiml(answer.text, request.url)
