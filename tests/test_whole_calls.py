"""Whole calls through the local run, with a model whose every word is scripted."""

import asyncio
import contextlib
import json
import shutil
import signal
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from clinic.adapters.embedded import appointments, bus, calls, ledger
from clinic.contracts.web_token import subprotocols
from clinic.settings import Settings
from functions.dispatch import run_job
from functions.jobs.end_abandoned_calls import end_abandoned_calls
from functions.needs import Needs
from rehearsal.gemini.scripted import Script, ScriptedModel
from rehearsal.receptionist.actions import Call, Raw, Say

ROOT = Path(__file__).parents[1]
ORIGIN = Origin("http://localhost:8080")
Start = Callable[..., Any]
NEW_TOOL = '''"""Tells when the clinic is open."""

from msgspec import Struct

from clinic.contracts.tool_call import ToolCall
from clinic.directory import Clinic
from functions.answer import Answer, say


class HoursAsked(Struct):
    day: str


def tell_opening_hours(call: ToolCall[HoursAsked], *, clinic: Clinic) -> Answer:
    """Return the hours of a weekday."""
    return say(f"{clinic.name} is open on {call.arguments.day} from nine to five.")
'''
BROKEN_TOOL = '''"""Breaks."""

from msgspec import Struct

from clinic.contracts.tool_call import ToolCall
from functions.answer import Answer


class HoursAsked(Struct):
    day: str


def tell_opening_hours(call: ToolCall[HoursAsked]) -> Answer:
    """Raise, whatever is asked."""
    raise RuntimeError("the clock has stopped")
'''
NEW_ROW = {
    "name": "tell_opening_hours",
    "kind": "tool",
    "declaration": {
        "description": "Tells when the clinic is open.",
        "parameters": {"type": "object", "properties": {"day": {"type": "string"}}, "required": ["day"]},
    },
}


@contextmanager
def answered_by(
    start: Start, tmp_path: Path, script: Script, tree: Path = ROOT, **settings: str
) -> Iterator[Any]:
    """Run the clinic with a model that follows a script."""
    model = ScriptedModel(script)
    with model.service.serve_in_thread():
        authority = tmp_path / "authority.pem"
        authority.write_bytes(model.service.authority_pem)
        run = start(
            tree,
            GEMINI_API_KEY="any-key",
            GOOGLE_GEMINI_BASE_URL=model.service.base_url,
            SSL_CERT_FILE=str(authority),
            **settings,
        )
        run.model = model
        run.banner()
        yield run


def offered(token: str) -> list[Subprotocol]:
    return [Subprotocol(name) for name in subprotocols(token)]


@asynccontextmanager
async def visit(run: Any) -> AsyncIterator[tuple[str, ClientConnection]]:
    """Open a web call as the clinic's page would; give its call id and its socket."""
    base = run.address["functions"].removesuffix("/<function")
    request = urllib.request.Request(f"{base}/web-session", data=b"", headers={"Origin": ORIGIN})  # noqa: S310
    session = json.load(await asyncio.to_thread(urllib.request.urlopen, request))
    async with connect(session["url"], origin=ORIGIN, subprotocols=offered(session["token"])) as socket:
        await socket.send(json.dumps({"event": "start", "call_id": session["call_id"]}))
        yield session["call_id"], socket
        # A page that only closes its socket could come back; one that says so has left, and its call is over.
        with contextlib.suppress(ConnectionClosed):
            await socket.send('{"event":"stop"}')
        await socket.wait_closed()


async def said_by_agent(socket: ClientConnection, words: str, seconds: float = 15) -> str:
    """Wait until the agent has said the words; return all it said."""
    text = ""
    async with asyncio.timeout(seconds):
        while words not in text:
            message = await socket.recv()
            event = json.loads(message) if isinstance(message, str) else {}
            if event.get("speaker") == "agent":
                text += event["text"]
    return text


def tree_with(tmp_path: Path, tool: str) -> Path:
    """Return a copy of the tree in which one file and one row were added, and nothing else was touched."""
    tree = tmp_path / "tree"
    shutil.copytree(
        ROOT, tree, ignore=shutil.ignore_patterns(".*", "tests", "__pycache__", "requirements*.txt")
    )
    (tree / "functions" / "tools" / "tell_opening_hours.py").write_text(tool)
    table = tree / "clinic" / "contracts" / "functions.json"
    table.write_text(json.dumps([*json.loads(table.read_text()), NEW_ROW]))
    return tree


async def test_adding_a_tool_is_one_file_and_one_row(start: Start, tmp_path: Path) -> None:
    script: Script = {
        "when are you open": [Call("tell_opening_hours", {"day": "Friday"})],
        "tell_opening_hours answered": [Say("so it is")],
    }
    with answered_by(start, tmp_path, script, tree_with(tmp_path, NEW_TOOL)) as run:
        async with visit(run) as (call_id, socket):
            await socket.send(json.dumps({"event": "text", "text": "when are you open"}))
            await said_by_agent(socket, "so it is")
        ((name, response),) = run.model.receptionist.was_answered
        (logged,) = ledger.open_port(Settings(local_data=str(run.data))).of_call(call_id)
    assert name == "tell_opening_hours"
    assert response["message"] == "Renova Hospitals is open on Friday from nine to five."
    assert (logged.tool, logged.outcome) == ("tell_opening_hours", "succeeded")
    assert logged.delivered_at is not None


async def test_a_tool_that_throws_is_tried_five_times_and_the_caller_is_told(
    start: Start, tmp_path: Path
) -> None:
    script: Script = {
        "when are you open": [Call("tell_opening_hours", {"day": "Friday"})],
        "tell_opening_hours answered": [Say("sorry about that")],
    }
    with answered_by(start, tmp_path, script, tree_with(tmp_path, BROKEN_TOOL)) as run:
        async with visit(run) as (_, socket):
            await socket.send(json.dumps({"event": "text", "text": "when are you open"}))
            await said_by_agent(socket, "sorry about that")
        ((_, response),) = run.model.receptionist.was_answered
        (letter,) = bus.open_port(Settings(local_data=str(run.data))).dead_letters()
    assert (response["success"], response["error_type"]) == (False, "unknown")
    assert response["message"]
    assert (letter.function, letter.attempts, letter.reason) == ("tell_opening_hours", 5, "HTTP 500")


async def test_a_refused_address_is_asked_for_again_in_the_same_call(start: Start, tmp_path: Path) -> None:
    wish = {
        "patient_name": "Asha Rao",
        "email": "asha@nowhere.invalid",
        "appointment_date": next_friday(),
        "appointment_time": "10:30 AM",
        "doctor_name": "Dr. Anil Mehta",
        "department": "Cardiology",
    }
    script: Script = {
        "book it": [Call("book_appointment", wish)],
        "book_appointment answered": [Say("it is booked")],
        "at example.com": [Call("correct_email", {"email": "asha.rao@example.com"})],
        "correct_email answered": [Say("thank you")],
    }
    with answered_by(start, tmp_path, script) as run:
        async with visit(run) as (call_id, socket):
            await socket.send(json.dumps({"event": "text", "text": "book it"}))
            # The scripted model repeats what it has no line for: here, what the clinic told it.
            assert "asha@nowhere.invalid" in await said_by_agent(socket, "call correct_email")
            await socket.send(json.dumps({"event": "text", "text": "at example.com"}))
            await said_by_agent(socket, "thank you")
            async with asyncio.timeout(10):
                while not (mails := list((run.data / "outbox").glob("confirmation*.eml"))):
                    await asyncio.sleep(0.05)
        assert len(appointments.open_port(Settings(local_data=str(run.data))).of_call(call_id)) == 1
    (mail,) = mails
    assert b"To: asha.rao@example.com" in mail.read_bytes()
    assert "nowhere.invalid" not in run.log


async def test_whatever_nonsense_the_model_calls_it_is_answered_and_the_call_goes_on(
    start: Start, tmp_path: Path
) -> None:
    script: Script = {
        "open the safe": [
            Raw({"toolCall": {"functionCalls": [{"id": "x1", "name": "open_safe", "args": {}}]}})
        ],
        "book anything": [
            Raw(
                {
                    "toolCall": {
                        "functionCalls": [
                            {"id": "x2", "name": "book_appointment", "args": {"email": 7, "patient_name": []}}
                        ]
                    }
                }
            )
        ],
        "speak in tongues": [Raw({"tongues": {"of": "fire"}}), Raw({"serverContent": {"halo": True}})],
    }
    with answered_by(start, tmp_path, script) as run:
        async with visit(run) as (call_id, socket):
            for line in ("open the safe", "book anything", "speak in tongues", "are you there"):
                await socket.send(json.dumps({"event": "text", "text": line}))
                await asyncio.sleep(0.3)
            assert "you said are you there" in await said_by_agent(socket, "you said are you there")
        (logged,) = ledger.open_port(Settings(local_data=str(run.data))).of_call(call_id)
    assert (logged.tool, logged.outcome) == ("book_appointment", "refused")


async def test_a_finished_call_is_in_the_log_with_both_sides_words(start: Start, tmp_path: Path) -> None:
    with answered_by(start, tmp_path, {}) as run:
        async with visit(run) as (call_id, socket):
            await socket.send(json.dumps({"event": "text", "text": "good morning"}))
            await said_by_agent(socket, "you said good morning")
            await socket.send(json.dumps({"event": "stop"}))
            await socket.wait_closed()
        log = calls.open_port(Settings(local_data=str(run.data)))
        register = run.data / "register" / "calls.csv"
        async with asyncio.timeout(10):
            while not register.exists() or call_id not in register.read_text(encoding="utf-8"):
                await asyncio.sleep(0.05)
        record, turns = log.get(call_id), log.turns(call_id)
    assert record is not None
    assert (record.status, record.channel, record.customer_type) == ("completed", "web", "new")
    assert record.resolution
    assert record.ended_at is not None
    assert ("caller", "good morning") in [(turn.speaker, turn.text) for turn in turns]
    assert ("agent", "you said good morning") in [(turn.speaker, turn.text) for turn in turns]
    assert "good morning" not in run.log


def next_friday() -> str:
    today = datetime.now(ZoneInfo("Asia/Kolkata")).date()
    return (today + timedelta(days=7 + (4 - today.weekday()) % 7)).isoformat()


async def test_a_visitor_is_shown_what_was_booked_and_nothing_for_a_refusal(
    start: Start, tmp_path: Path
) -> None:
    asked = {
        "patient_name": "Asha Rao",
        "email": "asha.rao@example.com",
        "appointment_date": next_friday(),
        "appointment_time": "10:30 AM",
        "doctor_name": "Dr. Anil Mehta",
        "department": "Cardiology",
    }
    script: Script = {
        "at night": [Call("book_appointment", {**asked, "appointment_time": "11:00 PM"})],
        "book it": [Call("book_appointment", asked)],
    }
    with answered_by(start, tmp_path, script) as run:
        async with visit(run) as (_, socket), asyncio.timeout(15):
            for line in ("at night", "book it"):
                await socket.send(json.dumps({"event": "text", "text": line}))
            card: dict[str, Any] = {}
            while card.get("event") != "card":
                message = await socket.recv()
                card = json.loads(message) if isinstance(message, str) else {}
    assert (card["tool"], bool(card["appointment_id"])) == ("book_appointment", True)
    shown = card["appointment"]
    assert (shown["doctor_name"], shown["department"]) == ("Dr. Anil Mehta", "Cardiology")
    assert shown["starts_at"] == f"{next_friday()}T10:30:00+05:30"
    assert shown["ends_at"] == f"{next_friday()}T11:00:00+05:30"


async def test_a_call_that_is_going_on_when_the_clinic_is_stopped_gets_its_record(
    start: Start, tmp_path: Path
) -> None:
    with answered_by(start, tmp_path, {}) as run:
        async with visit(run) as (call_id, socket):
            await socket.send(json.dumps({"event": "text", "text": "good morning"}))
            await said_by_agent(socket, "you said good morning")
            code, seconds = await asyncio.to_thread(run.end, signal.SIGTERM)
        record = calls.open_port(Settings(local_data=str(run.data))).get(call_id)
    assert (code, seconds < 10) == (0, True)
    assert record is not None
    assert (record.status, record.resolution) == ("failed", "broken off")


async def test_a_call_whose_service_was_killed_gets_an_honest_record_and_frees_its_line(
    start: Start, tmp_path: Path
) -> None:
    with answered_by(start, tmp_path, {}) as run:
        async with visit(run) as (call_id, socket):
            await socket.send(json.dumps({"event": "text", "text": "good morning"}))
            await said_by_agent(socket, "you said good morning")
            run.kill()
    settings = Settings(local_data=str(run.data))
    log = calls.open_port(settings)
    left = log.get(call_id)
    # A minute and a half later, by the clock of the function.
    world = {"now": datetime.now(UTC) + timedelta(seconds=91)}
    run_job(end_abandoned_calls, Needs(settings, world))
    with answered_by(start, tmp_path, {}):
        async with asyncio.timeout(10):
            while (record := log.get(call_id)) is None or record.logged_at is None:
                await asyncio.sleep(0.05)
    assert left is not None
    assert (left.status, left.ended_at) == ("in_progress", None)
    assert (record.status, record.resolution) == ("failed", "broken off: our service was lost")


@pytest.mark.parametrize("origin", ["https://elsewhere.example.com", None])
async def test_a_page_that_is_not_allowed_opens_nothing(start: Start, tmp_path: Path, origin: Any) -> None:
    with answered_by(start, tmp_path, {}) as run:
        url = run.address["streams"].replace("/twilio", "/browser")
        with pytest.raises(InvalidStatus, match="403"):
            async with connect(url, origin=origin):
                pass


async def test_what_was_booked_is_what_staff_see(start: Start, tmp_path: Path) -> None:
    wish = {
        "patient_name": "Asha Rao",
        "email": "asha.rao@example.com",
        "phone": "+919812345678",
        "appointment_date": next_friday(),
        "appointment_time": "10:30 AM",
        "doctor_name": "Dr. Anil Mehta",
        "department": "Cardiology",
    }
    script: Script = {
        "book it": [Call("book_appointment", wish)],
        "book_appointment answered": [Say("it is booked")],
    }
    shown = ("<b>10:30–11:00</b> Asha Rao (Cardiology)", "to asha.rao@example.com", "<td>+919812345678</td>")
    with answered_by(start, tmp_path, script, MAIL="", SHEETS="", CALENDAR="") as run:
        async with visit(run) as (_, socket):
            await socket.send(json.dumps({"event": "text", "text": "book it"}))
            await said_by_agent(socket, "it is booked")
        page = ""
        async with asyncio.timeout(15):
            while not all(words in page for words in shown):
                await asyncio.sleep(0.1)
                page = await asyncio.to_thread(page_of, run.address["staff"])
    assert "asha.rao" not in run.log


def page_of(url: str) -> str:
    with urllib.request.urlopen(url) as response:  # noqa: S310
        return str(response.read().decode())
