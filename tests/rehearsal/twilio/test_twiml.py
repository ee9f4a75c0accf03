"""Tests of reading TwiML as Twilio does."""

from __future__ import annotations

import pytest

from rehearsal.twilio.dictionary import TwilioError
from rehearsal.twilio.twiml import (
    Connect,
    Dial,
    Hangup,
    Pause,
    Play,
    Redirect,
    Reject,
    Request,
    Say,
    Verb,
    read_twiml,
)

HOST = "https://clinic.example.com/twilio-voice"


def _read(verbs: str) -> list[Verb]:
    return read_twiml(f'<?xml version="1.0" encoding="UTF-8"?><Response>{verbs}</Response>', HOST)


def _code(document: str) -> int:
    with pytest.raises(TwilioError) as caught:
        read_twiml(document, HOST)
    return caught.value.notice.code


def test_a_stream_is_read_with_its_parameters_and_what_follows() -> None:
    connect = _read(
        '<Connect action="/after"><Stream url="wss://live.example.com/media" statusCallback="/stream">'
        '<Parameter name="call_id" value="c1"/><Parameter name="token" value="t"/></Stream></Connect>'
    )
    assert connect == [
        Connect(
            url="wss://live.example.com/media",
            parameters={"call_id": "c1", "token": "t"},
            action=Request("https://clinic.example.com/after"),
            status_callback=Request("https://clinic.example.com/stream"),
        )
    ]


def test_the_other_verbs_are_read_in_their_order() -> None:
    verbs = _read(
        "<Say>Please  hold.</Say><Play>https://example.com/a.mp3</Play><Pause length='2'/>"
        "<Dial action='/dialled'><Number>+914000000001</Number></Dial><Dial>+914000000002</Dial>"
        "<Redirect method='get'>/again</Redirect><Hangup/><Reject reason='busy'/>"
    )
    assert verbs == [
        Say("Please hold."),
        Play("https://example.com/a.mp3"),
        Pause(2),
        Dial("+914000000001", Request("https://clinic.example.com/dialled")),
        Dial("+914000000002"),
        Redirect(Request("https://clinic.example.com/again", "GET")),
        Hangup(),
        Reject("busy"),
    ]


def test_a_relative_stream_is_dialled_at_the_webhooks_host() -> None:
    assert _read('<Connect><Stream url="/media"/></Connect>') == [
        Connect("wss://clinic.example.com/media", {})
    ]


def test_a_stream_without_tls_is_let_through_to_this_machine_only() -> None:
    assert _read('<Connect><Stream url="ws://127.0.0.1:8080/media"/></Connect>')
    assert (
        _code('<Response><Connect><Stream url="ws://live.example.com/media"/></Connect></Response>') == 31922
    )


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("<Response><Say>half</Response>", 12100),
        ("", 12100),
        ("<Answer/>", 12200),
        ("<Response><Shout>hello</Shout></Response>", 12200),
        ("<Response><Connect/></Response>", 12200),
        ("<Response><Dial/></Response>", 12200),
        ("<Response><Redirect/></Response>", 12200),
        ("<Response><Connect><Stream url='wss://a/b' track='both_tracks'/></Connect></Response>", 31941),
        ("<Response><Connect><Stream/></Connect></Response>", 31923),
        ("<Response><Connect><Stream url='wss://'/></Connect></Response>", 31923),
        ("<Response><Connect><Stream url='https://a/b'/></Connect></Response>", 31922),
        (f"<Response><Say>{'a' * 65536}</Say></Response>", 11750),
    ],
)
def test_a_document_that_twilio_refuses_has_twilios_code(document: str, code: int) -> None:
    assert _code(document) == code


def test_a_parameter_of_500_characters_is_refused_and_one_of_499_is_not() -> None:
    stream = '<Connect><Stream url="wss://a/b"><Parameter name="token" value="{}"/></Stream></Connect>'
    assert _read(stream.format("v" * 494))
    assert _code(f"<Response>{stream.format('v' * 495)}</Response>") == 12200


def test_a_query_on_the_stream_is_refused_for_twilio_drops_it() -> None:
    assert _code('<Response><Connect><Stream url="wss://a/b?token=1"/></Connect></Response>') == 31920
