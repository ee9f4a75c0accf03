"""Phone calls through the local run that leave the agent, by the REST API of a rehearsed Twilio."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from clinic.adapters.embedded import authority, calls
from clinic.adapters.embedded.telephone import ANY_CALL, WhereTwilioIs, note_where
from clinic.contracts.call_record import CallRecord
from clinic.directory.clinic_file import DEFAULT_FILE
from clinic.settings import DEVELOPMENT_AUTH_TOKEN, Settings
from rehearsal.gemini.scripted import Script, ScriptedModel, tone
from rehearsal.receptionist.actions import Call
from rehearsal.twilio import mulaw, rest
from rehearsal.twilio.callee import Answers, Callee
from rehearsal.twilio.line import Line
from rehearsal.twilio.media_stream import MediaStream
from rehearsal.twilio.patient import PatientsPhone
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
def clinic_with_a_model(start: Start, tmp_path: Path, **settings: str) -> Iterator[Any]:
    """Run the clinic with a model that hears a human being asked for."""
    model = ScriptedModel(SCRIPT)
    model.ear.will_hear = [ASKS]
    with model.service.serve_in_thread():
        certificate = tmp_path / "authority.pem"
        certificate.write_bytes(model.service.authority_pem)
        run = start(
            GEMINI_API_KEY="any-key",
            GOOGLE_GEMINI_BASE_URL=model.service.base_url,
            SSL_CERT_FILE=str(certificate),
            **settings,
        )
        run.model = model
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
        f"{base}/twilio-voice", "+918123456789", "+914000000000", ACCOUNT, status_url=f"{base}/twilio-status"
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


def clinic_open_day_and_night(tmp_path: Path) -> str:
    """Return a clinic's file without quiet hours: the test may run at any hour."""
    usual = DEFAULT_FILE.read_text(encoding="utf-8")
    file = tmp_path / "clinic.toml"
    hours = ("ring_patients_from = 09:00:00", "ring_patients_until = 20:00:00")
    assert all(each in usual for each in hours)
    always = usual.replace(hours[0], "ring_patients_from = 00:00:00")
    file.write_text(always.replace(hours[1], "ring_patients_until = 23:59:59"), encoding="utf-8")
    return str(file)


def ask_to_ring(base: str, data: Path, body: dict[str, str]) -> tuple[int, dict[str, str]]:
    """Ask for a patient to be rung, as somebody of the clinic's may."""
    issuer = authority.open_port(Settings(local_data=str(data)))
    token = issuer.issue("desk@example.com", f"{base}/call-patient")
    request = urllib.request.Request(  # noqa: S310
        f"{base}/call-patient",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


@asynccontextmanager
async def patients_phone(run: Any, told: list[str], answers: Answers) -> AsyncIterator[PatientsPhone]:
    """Let the clinic ring a patient, by Twilio's REST API."""
    phone = PatientsPhone(
        ACCOUNT, Webhooks(DEVELOPMENT_AUTH_TOKEN), listen, told.append, answers=answers, frame_seconds=FASTER
    )
    at_once = asyncio.get_running_loop().call_soon_threadsafe
    board = Switchboard(
        ACCOUNT, DEVELOPMENT_AUTH_TOKEN, at_once, lambda order: phone.ring(order, board.calls)
    )
    with rest.serve(board) as url:
        note_where(Settings(local_data=str(run.data)), ANY_CALL, WhereTwilioIs(url, ACCOUNT))
        yield phone
        async with asyncio.timeout(30):
            await phone.over()


async def listen(stream: MediaStream) -> None:
    """Hear the agent out, and hang up; a machine is spoken to until it is moved."""
    while not stream.agent_heard_ms:
        await stream.wait(100)
    await stream.wait(3000)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("answers", ["human", "no-answer"])
async def test_a_promised_call_back_is_kept_by_an_agent_who_knows_why_it_rings(
    start: Start, tmp_path: Path, answers: Answers
) -> None:
    told: list[str] = []
    clinic = {"CLINIC_FILE": clinic_open_day_and_night(tmp_path), "AUTHORISED_CALLERS": "desk@example.com"}
    with clinic_with_a_model(start, tmp_path, **clinic) as run:
        base = run.address["functions"].removesuffix("/<function")
        promised = await record_of(run, await ring(run, "no-answer", told))
        log = calls.open_port(Settings(local_data=str(run.data)))
        await until(lambda: log.of_session(promised.session_id).call_back)  # type: ignore[union-attr]
        wanted = {"reason": "call_back", "id": promised.call_id}
        async with patients_phone(run, told, answers) as phone:
            status, answer = await asyncio.to_thread(ask_to_ring, base, run.data, wanted)
            assert status == 202
            await until(lambda: log.of_session(answer["call_sid"]).ended_at is not None)  # type: ignore[union-attr]
        assert phone.notices == []
        record = log.of_session(answer["call_sid"])
        again, _ = await asyncio.to_thread(ask_to_ring, base, run.data, wanted)
        directions = [text for text in run.model.receptionist.was_told if "You have rung a patient" in text]
    assert record is not None
    if answers == "human":
        assert (record.status, record.direction, record.errand) == (
            "completed",
            "outbound",
            f"call back {promised.call_id}",
        )
        assert again == 409
        assert "It was about: Wants to speak about a bill." in directions[0]
    else:
        assert (record.status, record.resolution) == ("failed", "no answer")
        assert directions == []
        assert again != 409
    assert "812345" not in run.log
