"""Tests of the codec of the web page."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from realtime_service.media.browser import LONGEST_PIECE, BrowserStream, skipped
from realtime_service.media.codec import MediaStream
from realtime_service.media.events import (
    AudioReceived,
    MarkPlayed,
    MediaStarted,
    MediaStopped,
    ProtocolError,
    TextTyped,
)

AT_ANY_PACE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""The table of all characters is built at the first draw of a fresh clone, which takes a second."""

START = '{"event":"start","call_id":"call-1"}'


def broken(stream: MediaStream, message: str | bytes) -> tuple[int, str]:
    with pytest.raises(ProtocolError) as broke:
        stream.receive(message)
    return broke.value.close_code, broke.value.reason


def refusal(stream: MediaStream, message: str | bytes) -> ProtocolError | None:
    try:
        stream.receive(message)
    except ProtocolError as refused:
        return refused
    return None


@pytest.fixture
def stream() -> BrowserStream:
    started = BrowserStream()
    started.receive(START)
    return started


def test_a_web_call_begins_with_its_call_id() -> None:
    assert BrowserStream().receive(START) == [MediaStarted("call-1", "call-1", {"received": "0"})]


def test_a_page_that_comes_back_says_how_much_it_has() -> None:
    [started] = BrowserStream().receive('{"event":"start","call_id":"c","received":17}')
    assert isinstance(started, MediaStarted)
    assert started.parameters == {"received": "17"}


@AT_ANY_PACE
@given(st.binary(min_size=1, max_size=LONGEST_PIECE))
def test_a_binary_message_is_the_callers_voice(pcm: bytes) -> None:
    stream = BrowserStream()
    stream.receive(START)
    assert stream.receive(pcm) == [AudioReceived(pcm)]


def test_an_empty_binary_message_is_nothing(stream: BrowserStream) -> None:
    assert stream.receive(b"") == []


def test_a_typed_line_a_mark_and_the_end_are_told(stream: BrowserStream) -> None:
    assert stream.receive('{"event":"text","text":" Doctor Mehta, please "}') == [
        TextTyped("Doctor Mehta, please")
    ]
    assert stream.receive('{"event":"mark","name":"m1"}') == [MarkPlayed("m1")]
    assert stream.receive('{"event":"stop"}') == [MediaStopped()]


def test_a_blank_line_says_nothing(stream: BrowserStream) -> None:
    assert stream.receive('{"event":"text","text":"  "}') == []


def test_a_line_that_is_sent_again_is_taken_once(stream: BrowserStream) -> None:
    line = '{"event":"text","id":"1-0.5","text":"yes please"}'
    assert stream.receive(line) == [TextTyped("yes please")]
    assert stream.receive(line) == []
    assert stream.receive(line.replace("1-0.5", "2-0.5")) == [TextTyped("yes please")]


def test_nothing_is_told_after_the_end(stream: BrowserStream) -> None:
    stream.receive('{"event":"stop"}')
    assert stream.receive(b"\x00\x00") == []
    assert stream.receive('{"event":"text","text":"hello"}') == []


def test_an_event_of_a_later_page_is_ignored_by_its_name(stream: BrowserStream) -> None:
    assert stream.receive('{"event":"volume","level":3}') == []


@pytest.mark.parametrize(
    "message",
    [
        "hello",
        "[]",
        '{"event":1}',
        '{"event":"start"}',
        '{"event":"start","call_id":""}',
        '{"event":"start","call_id":"c","received":-1}',
        '{"event":"start","call_id":"c","received":"7"}',
        '{"event":"text"}',
        '{"event":"text","text":"' + "a" * 2_001 + '"}',
        '{"event":"text","text":NaN}',
        '{"event":"mark","name":null}',
        '{"event":"stop","x":' + "[" * 40_000 + "]" * 40_000 + "}",
    ],
)
def test_a_malformed_message_ends_the_stream_as_invalid(message: str) -> None:
    assert broken(BrowserStream(), message) == (1007, "not a valid message")


@pytest.mark.parametrize("message", [b"\x00\x00", '{"event":"text","text":"a"}', '{"event":"stop"}'])
def test_anything_before_the_start_is_out_of_place(message: str | bytes) -> None:
    assert broken(BrowserStream(), message) == (1008, "the stream has not started")


def test_a_second_start_is_out_of_place(stream: BrowserStream) -> None:
    assert broken(stream, START)[0] == 1008


def test_more_than_a_fifth_of_a_second_in_one_message_is_too_big(stream: BrowserStream) -> None:
    assert stream.receive(bytes(16_000 * 2 // 5)) != []
    assert broken(stream, bytes(16_000 * 2 // 5 + 1))[0] == 1009


def test_the_page_gets_audio_as_binary_and_the_rest_as_json(stream: BrowserStream) -> None:
    page: MediaStream = stream
    assert page.audio(b"\x01\x02") == b"\x01\x02"
    assert json.loads(page.mark('a"b')) == {"event": "mark", "name": 'a"b'}
    assert json.loads(page.clear()) == {"event": "clear"}
    assert json.loads(page.ready() or "") == {"event": "ready"}


def test_the_page_is_told_how_many_messages_it_need_not_have() -> None:
    assert json.loads(skipped(3)) == {"event": "skip", "count": 3}


def test_the_page_gets_captions_and_cards(stream: BrowserStream) -> None:
    assert json.loads(stream.caption(speaker="caller", text='I said "ten"', final=False)) == {
        "event": "caption",
        "speaker": "caller",
        "text": 'I said "ten"',
        "final": False,
    }
    assert json.loads(stream.card({"kind": "appointment", "at": "10:30", "event": "forged"})) == {
        "event": "card",
        "kind": "appointment",
        "at": "10:30",
    }


def test_the_pages_audio_needs_no_conversion_but_whole_frames(stream: BrowserStream) -> None:
    caller, agent = stream.caller_audio(), stream.agent_audio()
    assert [caller.convert(b"\x01"), caller.convert(b"\x02\x03\x04")] == [b"", b"\x01\x02\x03\x04"]
    assert agent.convert(b"\x01\x02") + agent.flush() == b"\x01\x02"


@AT_ANY_PACE
@given(st.text() | st.binary(max_size=64))
def test_whatever_comes_is_ignored_or_refused(message: str | bytes) -> None:
    refused = refusal(BrowserStream(), message)
    assert refused is None or refused.close_code in {1007, 1008}
    assert refused is None or len(refused.reason.encode()) <= 123
