"""Phone calls through the local run that leave the agent, by the REST API of a rehearsed Twilio."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from clinic.adapters.embedded import calls
from clinic.adapters.embedded.telephone import WhereTwilioIs, note_where
from clinic.contracts.call_record import CallRecord
from clinic.settings import DEVELOPMENT_AUTH_TOKEN, Settings
from rehearsal.gemini.scripted import Script, ScriptedModel, tone
from rehearsal.receptionist.actions import Call
from rehearsal.twilio import mulaw, rest
from rehearsal.twilio.callee import Answers, Callee
from rehearsal.twilio.line import Line
from rehearsal.twilio.media_stream import MediaStream
from rehearsal.twilio.phone_call import PhoneCall
from rehearsal.twilio.switchboard import Switchboard
from rehearsal.twilio.webhook import Webhooks

ACCOUNT = "AC" + "0" * 32
ASKS = "i want to speak to a human"
SCRIPT: Script = {ASKS: [Call("transfer_to_human", {"reason": "Wants to speak about a bill."})]}
FASTER = 0.010
"""Seconds a frame of 20 ms takes here."""
Start = Callable[..., Any]


@contextmanager
def clinic_with_a_model(start: Start, tmp_path: Path) -> Iterator[Any]:
    """Run the clinic with a model that hears a human being asked for."""
    model = ScriptedModel(SCRIPT)
    model.ear.will_hear = [ASKS]
    with model.service.serve_in_thread():
        authority = tmp_path / "authority.pem"
        authority.write_bytes(model.service.authority_pem)
        run = start(
            GEMINI_API_KEY="any-key",
            GOOGLE_GEMINI_BASE_URL=model.service.base_url,
            SSL_CERT_FILE=str(authority),
        )
        run.banner()
        yield run


async def say_something(stream: MediaStream) -> None:
    """Let the agent greet, then speak; who hears it hears a human being asked for."""
    while not stream.agent_heard_ms:
        await stream.wait(100)
    await stream.wait(1000)
    stream.speak(mulaw.encode(tone(0.4, 8000)))
    await stream.wait(60_000)


async def ring(run: Any, staff: Answers, told: list[str]) -> PhoneCall:
    """Ring the clinic, with Twilio's REST API within its reach."""
    base = run.address["functions"].removesuffix("/<function")
    line = Line(
        f"{base}/twilio_voice", "+918123456789", "+914000000000", ACCOUNT, status_url=f"{base}/twilio_status"
    )
    call = PhoneCall(
        line,
        Webhooks(DEVELOPMENT_AUTH_TOKEN),
        say_something,
        told.append,
        staff=Callee(staff),
        frame_seconds=FASTER,
    )
    at_once = asyncio.get_running_loop().call_soon_threadsafe
    switchboard = Switchboard(ACCOUNT, DEVELOPMENT_AUTH_TOKEN, at_once)
    switchboard.calls[call.call_sid] = call
    with rest.serve(switchboard) as url:
        note_where(Settings(local_data=str(run.data)), call.call_sid, WhereTwilioIs(url, ACCOUNT))
        async with asyncio.timeout(30):
            await call.ring()
    return call


async def record_of(run: Any, call: PhoneCall) -> CallRecord:
    log = calls.open_port(Settings(local_data=str(run.data)))
    async with asyncio.timeout(10):
        while (record := log.of_session(call.call_sid)) is None or record.ended_at is None:
            await asyncio.sleep(0.05)
    return record


@pytest.mark.parametrize("staff", ["human", "no-answer"])
async def test_a_caller_who_asks_for_a_human_is_put_through_or_promised_a_call_back(
    start: Start, tmp_path: Path, staff: Answers
) -> None:
    told: list[str] = []
    with clinic_with_a_model(start, tmp_path) as run:
        call = await ring(run, staff, told)
        record = await record_of(run, call)
    assert call.ending == "the clinic moved the call"
    assert call.notices == []
    heard = "\n".join(told)
    assert "I am putting you through to our staff" in heard
    if staff == "human":
        assert "human hears: A call from the voice agent. Wants to speak about a bill." in heard
        assert "put through to +914000000001" in heard
        assert (record.transfer, record.call_back) == ("answered", False)
    else:
        assert "The clinic will call you back" in heard
        assert (record.transfer, record.call_back) == ("unanswered", True)
    assert record.status == "completed"
    assert "812345" not in run.log
