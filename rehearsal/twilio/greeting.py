"""Rings a clinic, waits for its first words and hangs up: the shortest call that shows that it answers."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping

import msgspec
from msgspec import Struct

from rehearsal.twilio.dictionary import TwilioError
from rehearsal.twilio.media_stream import MediaStream
from rehearsal.twilio.phone_call import REAL_TIME
from rehearsal.twilio.twiml import Connect, Request, read_twiml
from rehearsal.twilio.webhook import Webhooks

CALLER = "+15005550006"
"""Twilio's own number for tests: nobody has it, so the call is in nobody's record."""
_LONGEST_MS, _LISTENED_MS = 15_000, 1_000


class Line(Struct, frozen=True, kw_only=True):
    """How the call gets in."""

    voice_url: str
    """The webhook twilio_voice, as Twilio is configured with it."""
    auth_token: str
    account_sid: str
    called: str


def ms_to_greeting(
    line: Line, stream_url: str = "", more_headers: Mapping[str, str] | None = None
) -> int | None:
    """Return after how many milliseconds of the stream the agent is heard; None if it is not, in 15 s.

    `stream_url` is dialled instead of the stream's own address, as which it is still
    signed, with those headers more: so one revision of several is met. Raises TwilioError
    where the call does not get in.
    """
    return asyncio.run(_listen(line, stream_url, more_headers))


async def _listen(line: Line, stream_url: str, more_headers: Mapping[str, str] | None) -> int | None:
    call_sid = "CA" + secrets.token_hex(16)
    webhooks = Webhooks(line.auth_token)
    verb = await asyncio.to_thread(_media_stream, webhooks, line, call_sid)
    signature = webhooks.signature(verb.url, {})
    here = msgspec.structs.replace(verb, url=stream_url or verb.url)
    stream = MediaStream(here, call_sid, line.account_sid, frame_seconds=REAL_TIME)
    await stream.open(signature, more_headers)
    await stream.run(_hears_the_greeting)
    return stream.agent_began_ms if stream.agent_heard_ms else None


def _media_stream(webhooks: Webhooks, line: Line, call_sid: str) -> Connect:
    parameters = {
        "AccountSid": line.account_sid,
        "ApiVersion": "2010-04-01",
        "CallSid": call_sid,
        "CallStatus": "ringing",
        "Direction": "inbound",
        "From": CALLER,
        "To": line.called,
    }
    answer = webhooks.fetch(Request(line.voice_url), parameters)
    for verb in read_twiml(answer.text, line.voice_url):
        if isinstance(verb, Connect):
            return verb
    raise TwilioError(11200, f"{line.voice_url} opened no media stream")


async def _hears_the_greeting(stream: MediaStream) -> None:
    while stream.now_ms < _LONGEST_MS and stream.agent_heard_ms < stream.agent_began_ms + _LISTENED_MS:
        await stream.wait(100)
