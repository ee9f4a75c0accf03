"""Tests of the whole command, against a clinic that the test plays; time is compressed but for one test."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import sys
import wave
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import pytest
from twilio.request_validator import RequestValidator
from websockets.asyncio.server import ServerConnection

from clinic.directory.clinic_file import load_clinic
from clinic.settings import DEVELOPMENT_AUTH_TOKEN, Settings
from rehearsal.call import Surroundings, main, make_call
from rehearsal.caller.call_log_view import ToolCallRow, Turn
from rehearsal.caller.call_options import read_options
from rehearsal.caller.screen import Screen

ServeHttp = Callable[[Callable[[str, dict[str, str], Mapping[str, str]], tuple[int, str, str]]], str]
ServeStream = Callable[[Callable[[ServerConnection], Awaitable[None]]], Awaitable[str]]
CONVERSATION = (
    "Thank you for calling Renova Hospitals. How can I help you?",
    "Doctor Mehta is free then. What is your name, please?",
    "So that is Doctor Mehta, for Asha Rao. Shall I book it?",
    "It is booked. Is there anything else I can do for you?",
    "Thank you for your call. Goodbye.",
)
SILENT = 10
"""Frames of silence after which the clinic takes the caller to have finished."""


class Clinic:
    """Says its lines one after the other, each once the caller has spoken; keeps a call log."""

    def __init__(
        self, lines: tuple[str, ...] = CONVERSATION, *, books: bool = True, hangs_up: bool = True
    ) -> None:
        self.base = ""
        self.stream_url = ""
        self.token = DEVELOPMENT_AUTH_TOKEN
        self.wrong_message = ""
        self._lines, self._books, self._hangs_up = list(lines), books, hangs_up
        self._turns: list[Turn] = []
        self._rows: list[ToolCallRow] = []

    def webhook(
        self, path: str, parameters: dict[str, str], headers: Mapping[str, str]
    ) -> tuple[int, str, str]:
        signature = headers["X-Twilio-Signature"]
        if not RequestValidator(self.token).validate(self.base + path, parameters, signature):
            return 403, "text/plain", "forbidden"
        if path == "/after":
            return 200, "text/xml", "<Response><Hangup/></Response>"
        return (
            200,
            "text/xml",
            f'<Response><Connect action="/after"><Stream url="{self.stream_url}">'
            '<Parameter name="call_id" value="c1"/></Stream></Connect></Response>',
        )

    async def stream(self, connection: ServerConnection) -> None:
        sid, silent, spoke = "", 0, False
        async for text in connection:
            message = json.loads(text)
            if message["event"] == "start":
                sid = message["streamSid"]
                await connection.send(self.wrong_message or json.dumps({"event": "clear", "streamSid": sid}))
                await self._speak(connection, sid)
            if message["event"] == "mark" and message["mark"]["name"] == "last" and self._hangs_up:
                return
            if message["event"] == "media":
                quiet = set(b64decode(message["media"]["payload"])) == {0xFF}
                silent, spoke = (silent + 1, spoke) if quiet else (0, True)
                if spoke and silent == SILENT:
                    spoke = False
                    await self._speak(connection, sid)

    async def _speak(self, connection: ServerConnection, sid: str) -> None:
        if not self._lines:
            return
        line = self._lines.pop(0)
        if "is booked" in line and self._books:
            self._rows.append(ToolCallRow("book_appointment", "succeeded", 9, "It is booked."))
        self._turns.append(Turn(len(self._turns) + 1, "agent", line))
        audio = {"payload": b64encode(b"\x10" * 1600).decode()}
        mark = {"name": "middle" if self._lines else "last"}
        await connection.send(json.dumps({"event": "media", "streamSid": sid, "media": audio}))
        await connection.send(json.dumps({"event": "mark", "streamSid": sid, "mark": mark}))

    def turns(self, call_id: str, after: int) -> list[Turn]:
        return [turn for turn in self._turns if call_id == "c1" and turn.number > after]

    def tool_calls(self, call_id: str) -> list[ToolCallRow]:
        return list(self._rows) if call_id == "c1" else []

    def appointment(self, call_id: str) -> str | None:
        return "booked: Dr. Anil Mehta" if self._rows and call_id == "c1" else None


async def _open(clinic: Clinic, serve_http: ServeHttp, serve_stream: ServeStream) -> None:
    clinic.base = serve_http(clinic.webhook)
    clinic.stream_url = await serve_stream(clinic.stream)


async def _ring(clinic: Clinic, folder: Path, *arguments: str, base: str = "") -> tuple[int, list[str]]:
    out = io.StringIO()
    around = Surroundings(
        settings=Settings(local_data=str(folder)),
        clinic=load_clinic(),
        log=clinic,
        speak=lambda words: b"\x00\x10" * 80 * len(words),
        screen=Screen(out, {}),
        typed=io.StringIO(),
        frame_seconds=0.0005,
    )
    code = await make_call(read_options(["--functions-url", base or clinic.base, *arguments]), around)
    return code, out.getvalue().splitlines()


async def test_a_caller_rings_is_booked_and_the_whole_call_is_shown_and_recorded(
    serve_http: ServeHttp, serve_stream: ServeStream, tmp_path: Path
) -> None:
    clinic = Clinic()
    await _open(clinic, serve_http, serve_stream)
    code, shown = await _ring(clinic, tmp_path, "--day", "2030-12-04", "--time", "10:30")
    spoken = [line for line in shown if line.startswith(("   agent", "  caller", "    tool"))]
    assert [line.split("  (")[0] for line in spoken] == [
        f"   agent  {CONVERSATION[0]}",
        "  caller  i would like to see doctor mehta on the fourth of december at ten thirty",
        f"   agent  {CONVERSATION[1]}",
        "  caller  my name is asha rao",
        f"   agent  {CONVERSATION[2]}",
        "  caller  yes please",
        "    tool  book_appointment succeeded in 9 ms: It is booked.",
        f"   agent  {CONVERSATION[3]}",
        "  caller  no thank you goodbye",
        f"   agent  {CONVERSATION[4]}",
    ]
    assert "          appointment: booked: Dr. Anil Mehta" in shown
    assert shown[-1] == "          the call ended well"
    assert code == 0
    with wave.open(str(tmp_path / "calls" / "c1.wav")) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 8000)
        assert file.getnframes() > 5 * 1600


async def test_a_call_without_the_appointment_is_not_well_ended(
    serve_http: ServeHttp, serve_stream: ServeStream, tmp_path: Path
) -> None:
    clinic = Clinic(books=False)
    await _open(clinic, serve_http, serve_stream)
    code, shown = await _ring(clinic, tmp_path)
    assert code == 1
    assert "          appointment: none" in shown
    assert shown[-1] == " warning  goodbye was said, but nothing was booked"


async def test_a_message_that_twilio_would_ignore_is_shown_and_breaks_the_call(
    serve_http: ServeHttp, serve_stream: ServeStream, tmp_path: Path
) -> None:
    clinic = Clinic()
    clinic.wrong_message = '{"event":"clear","stream_sid":"MZ1"}'
    await _open(clinic, serve_http, serve_stream)
    code, shown = await _ring(clinic, tmp_path)
    assert code == 1
    assert any(line.startswith(" warning  Twilio 31951") for line in shown)


async def test_a_script_says_its_lines_and_hangs_up(
    serve_http: ServeHttp, serve_stream: ServeStream, tmp_path: Path
) -> None:
    clinic = Clinic(("How can I help you?", "Anything else?", "Goodbye."), hangs_up=False)
    await _open(clinic, serve_http, serve_stream)
    path = tmp_path / "own.wav"
    code, shown = await _ring(
        clinic, tmp_path, "--say", "where are you", "--say", "thank you", "--wav", str(path)
    )
    assert [line for line in shown if "  caller" in line] == [
        "  caller  where are you",
        "  caller  thank you",
    ]
    assert code == 0
    assert path.exists()


async def test_a_clinic_that_never_says_a_word_is_hung_up_on(
    serve_http: ServeHttp, serve_stream: ServeStream, tmp_path: Path
) -> None:
    clinic = Clinic(())
    await _open(clinic, serve_http, serve_stream)
    code, shown = await _ring(clinic, tmp_path)
    assert code == 1
    assert "30 seconds of silence" in shown[-1]


async def test_where_nobody_answers_one_line_says_so(tmp_path: Path) -> None:
    code, shown = await _ring(Clinic(), tmp_path, base="http://127.0.0.1:9/")
    assert code == 2
    assert shown[1:] == [
        " warning  nothing answers at http://127.0.0.1:9; start the clinic with `make run` first"
    ]


async def test_a_refused_signature_is_told_with_what_to_look_at(
    serve_http: ServeHttp, serve_stream: ServeStream, tmp_path: Path
) -> None:
    clinic = Clinic()
    clinic.token = "another"
    await _open(clinic, serve_http, serve_stream)
    code, shown = await _ring(clinic, tmp_path)
    assert code == 1
    assert "HTTP 403" in shown[-1]
    assert "TWILIO_AUTH_TOKEN" in shown[-1]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((500, "text/plain", ""), "did not take the call"),
        ((200, "text/xml", "<Response>"), "12100"),
        ((200, "text/xml", "<Response><Reject/></Response>"), "opened no media stream"),
    ],
)
async def test_a_call_that_the_clinic_does_not_take_is_told_why(
    serve_http: ServeHttp, tmp_path: Path, answer: tuple[int, str, str], said: str
) -> None:
    code, shown = await _ring(Clinic(), tmp_path, base=serve_http(lambda *_: answer))
    assert code == 1
    assert said in shown[-1]


def test_a_setting_that_can_not_be_used_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FUNCTIONS_URL", "ftp://clinic.example.com")
    assert main([]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "FUNCTIONS_URL='ftp://clinic.example.com': must begin with https://"
    ]


async def test_ctrl_c_hangs_up_and_still_writes_the_sound(
    serve_http: ServeHttp, serve_stream: ServeStream, tmp_path: Path
) -> None:
    """The real command, with its real voice and in real time."""
    clinic = Clinic(("How can I help you?",), hangs_up=False)
    await _open(clinic, serve_http, serve_stream)
    environment = {
        **os.environ,
        "LOCAL_DATA": str(tmp_path),
        "FUNCTIONS_URL": clinic.base,
        "TWILIO_AUTH_TOKEN": "",
    }
    call = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "rehearsal.call", "--say", "hello", "--wav", str(tmp_path / "call.wav")),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
    )
    assert call.stdout
    async with asyncio.timeout(15):
        while b"media stream" not in await call.stdout.readline():
            assert call.returncode is None
        call.send_signal(signal.SIGINT)
        rest, _ = await call.communicate()
    assert b"you hung up" in rest
    assert call.returncode == 130
    assert (tmp_path / "call.wav").exists()
