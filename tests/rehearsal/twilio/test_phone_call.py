"""Tests of a whole call, against webhooks and a media stream that the test plays; time is compressed."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from twilio.request_validator import RequestValidator
from websockets.asyncio.server import ServerConnection

from rehearsal.twilio.callee import Answers, Callee
from rehearsal.twilio.dictionary import TwilioError
from rehearsal.twilio.line import Line
from rehearsal.twilio.media_stream import MediaStream
from rehearsal.twilio.phone_call import PhoneCall
from rehearsal.twilio.webhook import NobodyAnswers, WebhookRefused, Webhooks

TOKEN = "12345"
Answer = Callable[[str, dict[str, str], Mapping[str, str]], tuple[int, str, str]]
ServeHttp = Callable[[Answer], str]
ServeStream = Callable[[Callable[[ServerConnection], Awaitable[None]]], Awaitable[str]]


class Webhook:
    """Answers each path with TwiML, and keeps the requests."""

    def __init__(self, **documents: str) -> None:
        self.requests: list[tuple[str, dict[str, str], Mapping[str, str]]] = []
        self._documents = documents

    def __call__(
        self, path: str, parameters: dict[str, str], headers: Mapping[str, str]
    ) -> tuple[int, str, str]:
        self.requests.append((path, parameters, headers))
        document = self._documents.get(path.strip("/"))
        return (
            (404, "text/plain", "")
            if document is None
            else (200, "text/xml", f"<Response>{document}</Response>")
        )

    @property
    def paths(self) -> list[str]:
        return [path for path, _, _ in self.requests]

    def parameters(self, path: str) -> dict[str, str]:
        return next(parameters for asked, parameters, _ in self.requests if asked == path)


class Told:
    """Keeps what the call tells."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, line: str) -> None:
        self.lines.append(line)


async def _listen(stream: MediaStream) -> None:
    await stream.wait(60_000)


async def _hang_up(stream: MediaStream) -> None:
    await stream.wait(40)
    stream.hang_up()
    await stream.wait(60_000)


def _call(
    base: str,
    tell: Callable[[str], None] = lambda _: None,
    talk: Callable[[MediaStream], Awaitable[None]] = _listen,
) -> PhoneCall:
    line = Line(f"{base}/voice", "+918123456789", "+914000000000", "AC" + "0" * 32)
    return PhoneCall(line, Webhooks(TOKEN), talk, tell, frame_seconds=0.0005)


async def _close_after_start(connection: ServerConnection) -> None:
    async for message in connection:
        if json.loads(message)["event"] == "media":
            break


async def _stay(connection: ServerConnection) -> None:
    async for _ in connection:
        pass


async def test_the_webhook_gets_all_of_twilios_parameters_signed(serve_http: ServeHttp) -> None:
    webhook = Webhook(voice="<Hangup/>")
    base = serve_http(webhook)
    call = _call(base)
    await call.ring()
    _, parameters, headers = webhook.requests[0]
    assert re.fullmatch(r"CA[0-9a-f]{32}", parameters["CallSid"])
    assert parameters["CallStatus"] == "ringing"
    assert (parameters["From"], parameters["To"]) == ("+918123456789", "+914000000000")
    assert (parameters["ApiVersion"], parameters["Direction"]) == ("2010-04-01", "inbound")
    assert parameters["FromCity"] == ""
    assert RequestValidator(TOKEN).validate(f"{base}/voice", parameters, headers["X-Twilio-Signature"])
    assert not call.up
    assert call.notices == []


async def test_a_stream_that_the_clinic_closes_goes_on_with_its_action(
    serve_http: ServeHttp, serve_stream: ServeStream
) -> None:
    url = await serve_stream(_close_after_start)
    webhook = Webhook(
        voice=f'<Connect action="/after"><Stream url="{url}"/></Connect><Say>Never reached.</Say>',
        after="<Say>We put you through.</Say><Dial action='/dialled'>+914000000001</Dial>",
        dialled="<Hangup/>",
    )
    told = Told()
    call = _call(serve_http(webhook), told)
    await call.ring()
    assert call.ending == "the clinic hung up"
    assert webhook.paths == ["/voice", "/after", "/dialled"]
    assert webhook.parameters("/after")["CallStatus"] == "in-progress"
    assert webhook.parameters("/after")["CallSid"] == webhook.parameters("/voice")["CallSid"]
    assert webhook.parameters("/dialled")["DialCallStatus"] == "completed"
    assert "Twilio says: We put you through." in told.lines
    assert "put through to +914000000001" in told.lines
    assert "Twilio says: Never reached." not in told.lines


async def test_a_caller_who_hangs_up_still_has_the_action_requested_but_not_followed(
    serve_http: ServeHttp, serve_stream: ServeStream
) -> None:
    url = await serve_stream(_stay)
    webhook = Webhook(
        voice=f'<Connect action="/after"><Stream url="{url}"/></Connect>', after="<Say>Still there?</Say>"
    )
    told = Told()
    call = _call(serve_http(webhook), told, _hang_up)
    await call.ring()
    assert call.ending == "the caller hung up"
    assert webhook.parameters("/after")["CallStatus"] == "completed"
    assert not any("Still there" in line for line in told.lines)
    assert call.notices == []


async def test_without_an_action_the_next_verb_follows_the_stream(
    serve_http: ServeHttp, serve_stream: ServeStream
) -> None:
    url = await serve_stream(_close_after_start)
    webhook = Webhook(voice=f'<Connect><Stream url="{url}"/></Connect><Say>Thank you.</Say>')
    told = Told()
    await _call(serve_http(webhook), told).ring()
    assert told.lines[-1] == "Twilio says: Thank you."


async def test_a_stream_that_fails_is_noted_and_the_call_goes_on_with_the_action(
    serve_http: ServeHttp,
) -> None:
    base_of: dict[str, str] = {}

    class Failing(Webhook):
        def __call__(
            self, path: str, parameters: dict[str, str], headers: Mapping[str, str]
        ) -> tuple[int, str, str]:
            self._documents["voice"] = (
                f'<Connect action="/after"><Stream url="{base_of["url"].replace("http", "ws")}/media" '
                'statusCallback="/stream"/></Connect>'
            )
            return super().__call__(path, parameters, headers)

    webhook = Failing(after="<Say>Please ring our staff.</Say>", stream="")
    base_of["url"] = serve_http(webhook)
    told = Told()
    call = _call(base_of["url"], told)
    await call.ring()
    assert [notice.code for notice in call.notices] == [31920]
    assert call.ending == "broken"
    assert told.lines[-1] == "Twilio says: Please ring our staff."
    assert webhook.parameters("/stream")["StreamEvent"] == "stream-error"


async def test_the_streams_status_callback_hears_of_start_and_stop(
    serve_http: ServeHttp, serve_stream: ServeStream
) -> None:
    url = await serve_stream(_close_after_start)
    webhook = Webhook(voice=f'<Connect><Stream url="{url}" statusCallback="/stream"/></Connect>', stream="")
    call = _call(serve_http(webhook))
    await call.ring()
    told = [parameters for path, parameters, _ in webhook.requests if path == "/stream"]
    assert [parameters["StreamEvent"] for parameters in told] == ["stream-started", "stream-stopped"]
    assert call.stream is not None
    assert {parameters["StreamSid"] for parameters in told} == {call.stream.stream_sid}


async def test_a_rejected_call_is_never_answered(serve_http: ServeHttp) -> None:
    webhook = Webhook(voice="<Reject reason='busy'/>")
    call = _call(serve_http(webhook))
    await call.ring()
    assert call.rejected
    assert call.stream is None


async def test_a_redirect_is_followed_with_its_method(serve_http: ServeHttp) -> None:
    webhook = Webhook(voice="<Pause length='1'/><Redirect method='GET'>/other</Redirect>", other="<Hangup/>")
    await _call(serve_http(webhook)).ring()
    assert webhook.paths == ["/voice", "/other"]
    assert webhook.parameters("/other")["CallStatus"] == "ringing"


async def test_a_call_sent_round_in_circles_ends(serve_http: ServeHttp) -> None:
    webhook = Webhook(voice="<Redirect>/voice</Redirect>")
    call = _call(serve_http(webhook))
    await call.ring()
    assert len(webhook.requests) == 20
    assert [notice.code for notice in call.notices] == [11200]


async def test_an_action_that_fails_ends_the_call_with_twilios_apology(
    serve_http: ServeHttp, serve_stream: ServeStream
) -> None:
    url = await serve_stream(_close_after_start)
    webhook = Webhook(voice=f'<Connect action="/after"><Stream url="{url}"/></Connect>')
    told = Told()
    call = _call(serve_http(webhook), told)
    await call.ring()
    assert [notice.code for notice in call.notices] == [11200]
    assert told.lines[-1] == "Twilio says: an application error has occurred. Goodbye."


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((403, "text/plain", "no"), WebhookRefused),
        ((200, "text/xml", "<Response>"), TwilioError),
        ((200, "application/json", "{}"), TwilioError),
    ],
)
async def test_a_call_that_is_not_even_taken_raises(
    serve_http: ServeHttp, answer: tuple[int, str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await _call(serve_http(lambda *_: answer)).ring()


async def test_a_clinic_that_is_not_there_raises() -> None:
    with pytest.raises(NobodyAnswers):
        await _call("http://127.0.0.1:9").ring()


async def test_the_parameters_of_the_twiml_reach_the_service(
    serve_http: ServeHttp, serve_stream: ServeStream
) -> None:
    started: list[dict[str, Any]] = []

    async def serve(connection: ServerConnection) -> None:
        await connection.recv()
        started.append(json.loads(await connection.recv())["start"])

    url = await serve_stream(serve)
    stream = f'<Stream url="{url}"><Parameter name="call_id" value="c1"/></Stream>'
    call = _call(serve_http(Webhook(voice=f"<Connect>{stream}</Connect>")))
    await call.ring()
    assert started[0]["customParameters"] == {"call_id": "c1"}
    assert started[0]["callSid"] == call.call_sid


async def test_a_call_that_is_moved_leaves_its_stream_and_asks_for_no_action(
    serve_http: ServeHttp, serve_stream: ServeStream
) -> None:
    url = await serve_stream(_stay)
    webhook = Webhook(
        voice=f'<Connect action="/after"><Stream url="{url}"/></Connect>', after="<Say>Never asked.</Say>"
    )
    told = Told()

    async def moved(stream: MediaStream) -> None:
        await stream.wait(40)
        call.move("<Response><Say>We put you through.</Say></Response>")
        await stream.wait(60_000)

    call = _call(serve_http(webhook), told, moved)
    await call.ring()
    assert call.ending == "the clinic moved the call"
    assert webhook.paths == ["/voice"]
    assert told.lines[-1] == "Twilio says: We put you through."
    assert call.notices == []


async def test_an_address_without_a_host_in_moved_twiml_is_15004(
    serve_http: ServeHttp, serve_stream: ServeStream
) -> None:
    url = await serve_stream(_stay)

    async def moved(stream: MediaStream) -> None:
        call.move('<Response><Dial action="/after">+914000000001</Dial></Response>')
        await stream.wait(60_000)

    call = _call(
        serve_http(Webhook(voice=f'<Connect><Stream url="{url}"/></Connect>')), lambda _: None, moved
    )
    await call.ring()
    assert [notice.code for notice in call.notices] == [15004]


BRIEFED = (
    '<Dial action="/dialled"><Number url="/brief">+914000000001</Number></Dial>',
    '<Gather action="/key"><Say>A caller.</Say></Gather><Hangup/>',
)


@pytest.mark.parametrize(
    ("answers", "status", "bridged", "paths"),
    [
        ("human", "completed", "true", ["/voice", "/brief", "/key", "/dialled"]),
        ("machine", "completed", "false", ["/voice", "/brief", "/dialled"]),
        ("no-answer", "no-answer", None, ["/voice", "/dialled"]),
        ("busy", "busy", None, ["/voice", "/dialled"]),
    ],
)
async def test_a_human_is_briefed_a_voicemail_presses_no_key_and_nobody_is_nobody(
    serve_http: ServeHttp, answers: Answers, status: str, bridged: str | None, paths: list[str]
) -> None:
    voice, brief = BRIEFED
    webhook = Webhook(voice=voice, brief=brief, key="", dialled="<Hangup/>")
    line = Line(f"{serve_http(webhook)}/voice", "+918123456789", "+914000000000", "AC" + "0" * 32)
    call = PhoneCall(line, Webhooks(TOKEN), _listen, lambda _: None, staff=Callee(answers))
    await call.ring()
    assert webhook.paths == paths
    dialled = webhook.parameters("/dialled")
    assert (dialled["DialCallStatus"], dialled.get("DialBridged")) == (status, bridged)
    if "/brief" in paths:
        assert webhook.parameters("/brief")["ParentCallSid"] == call.call_sid


async def test_the_end_of_a_call_and_its_recording_are_told(serve_http: ServeHttp) -> None:
    webhook = Webhook(voice="<Hangup/>", status="", recording="")
    base = serve_http(webhook)
    line = Line(
        f"{base}/voice", "+918123456789", "+914000000000", "AC" + "0" * 32, status_url=f"{base}/status"
    )
    call = PhoneCall(line, Webhooks(TOKEN), _listen, lambda _: None)
    sid = call.record(f"{base}/recording")
    await call.ring()
    assert webhook.parameters("/status")["CallStatus"] == "completed"
    assert webhook.parameters("/recording")["RecordingSid"] == sid
