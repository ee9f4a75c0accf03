"""Tests of the codec of Twilio's media streams."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from realtime_service.audio import PhoneAgentAudio, PhoneCallerAudio
from realtime_service.media.codec import MediaStream
from realtime_service.media.events import (
    AudioReceived,
    DigitPressed,
    MarkPlayed,
    MediaStarted,
    MediaStopped,
    ProtocolError,
)
from realtime_service.media.twilio import TwilioStream

AT_ANY_PACE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""The table of all characters is built at the first draw of a fresh clone, which takes a second."""

STREAM = "MZ" + "a" * 32
CALL = "CA" + "b" * 32
CONNECTED = json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"})
MU_LAW = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}

Fields = dict[str, Any]


def start(**changed: Any) -> str:
    details = {
        "accountSid": "AC" + "c" * 32,
        "streamSid": STREAM,
        "callSid": CALL,
        "tracks": ["inbound"],
        "customParameters": {"token": "once", "call_id": "call-1"},
        "mediaFormat": MU_LAW,
        **changed,
    }
    return json.dumps({"event": "start", "sequenceNumber": "1", "streamSid": STREAM, "start": details})


def of_stream(event: str, **more: Any) -> str:
    return json.dumps({"event": event, "sequenceNumber": "7", "streamSid": STREAM, **more})


def media(payload: str, **changed: Any) -> str:
    details = {"track": "inbound", "chunk": "2", "timestamp": "20", "payload": payload, **changed}
    return of_stream("media", media=details)


def without(message: str, *path: str) -> str:
    fields = json.loads(message)
    inner = fields
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return json.dumps(fields)


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
def stream() -> TwilioStream:
    started = TwilioStream()
    started.receive(CONNECTED)
    started.receive(start())
    return started


def test_a_call_begins_with_its_sids_and_the_parameters_of_the_webhook() -> None:
    stream = TwilioStream()
    assert stream.receive(CONNECTED) == []
    assert stream.receive(start()) == [MediaStarted(STREAM, CALL, {"token": "once", "call_id": "call-1"})]


def test_a_stream_without_parameters_starts_with_none() -> None:
    assert TwilioStream().receive(without(start(), "start", "customParameters")) == [
        MediaStarted(STREAM, CALL, {})
    ]


@AT_ANY_PACE
@given(st.binary(min_size=1, max_size=2_000))
def test_the_callers_audio_comes_out_as_it_went_in_whatever_its_length(mulaw: bytes) -> None:
    stream = TwilioStream()
    stream.receive(start())
    assert stream.receive(media(base64.b64encode(mulaw).decode())) == [AudioReceived(mulaw)]


def test_a_key_a_mark_and_the_end_are_told(stream: TwilioStream) -> None:
    dtmf = of_stream("dtmf", dtmf={"track": "inbound_track", "digit": "#"})
    assert stream.receive(dtmf) == [DigitPressed("#")]
    assert stream.receive(of_stream("mark", mark={"name": "answer 3"})) == [MarkPlayed("answer 3")]
    assert stream.receive(of_stream("stop", stop={"accountSid": "AC1", "callSid": CALL})) == [MediaStopped()]


def test_nothing_is_told_after_the_end(stream: TwilioStream) -> None:
    stream.receive(of_stream("stop", stop={}))
    assert stream.receive(of_stream("stop", stop={})) == []
    assert stream.receive(media("/w==")) == []


def test_empty_audio_and_the_audio_of_another_track_are_not_the_callers_voice(stream: TwilioStream) -> None:
    assert stream.receive(media("")) == []
    assert stream.receive(media("/w==", track="outbound")) == []


def test_an_event_of_a_later_version_is_ignored_by_its_name(stream: TwilioStream) -> None:
    assert stream.receive(of_stream("transcription", transcription={"text": "hello"})) == []


def test_fields_of_a_later_version_are_ignored(stream: TwilioStream) -> None:
    assert stream.receive(media("/w==", loudness=3, sequenceNumber="9" * 5_000)) == [AudioReceived(b"\xff")]


def test_the_agents_audio_is_the_message_twilio_documents_and_nothing_more(stream: TwilioStream) -> None:
    assert json.loads(stream.audio(b"\xff\x7f")) == {
        "event": "media",
        "streamSid": STREAM,
        "media": {"payload": "/38="},
    }


def test_a_mark_and_a_clear_are_the_messages_twilio_documents(stream: TwilioStream) -> None:
    mark = {"event": "mark", "streamSid": STREAM, "mark": {"name": 'turn "1" é'}}
    assert json.loads(stream.mark('turn "1" é')) == mark
    assert json.loads(stream.clear()) == {"event": "clear", "streamSid": STREAM}


def test_an_odd_stream_sid_cannot_break_out_of_its_field() -> None:
    stream, sid = TwilioStream(), 'MZ","event":"clear'
    message = json.loads(start(streamSid=sid))
    stream.receive(json.dumps({**message, "streamSid": sid}))
    assert json.loads(stream.audio(b"a"))["streamSid"] == sid
    assert json.loads(stream.audio(b"a"))["event"] == "media"


@pytest.mark.parametrize("say", [TwilioStream.clear, lambda s: s.mark("a"), lambda s: s.audio(b"a")])
def test_nothing_can_be_said_before_twilio_has_named_the_stream(say: Any) -> None:
    with pytest.raises(RuntimeError, match="start"):
        say(TwilioStream())


def test_a_phone_shows_neither_captions_nor_cards(stream: TwilioStream) -> None:
    phone: MediaStream = stream
    caption = phone.caption(speaker="agent", text="Good morning", final=True)
    assert [phone.ready(), caption, phone.card(card={"title": "Booked"})] == [None, None, None]


def test_a_phone_speaks_and_hears_mulaw(stream: TwilioStream) -> None:
    assert isinstance(stream.caller_audio(), PhoneCallerAudio)
    assert isinstance(stream.agent_audio(), PhoneAgentAudio)
    assert stream.agent_audio() is not stream.agent_audio()


MALFORMED = {
    "not JSON": "hello",
    "empty": "",
    "cut off": media("/w==")[:-1],
    "two messages in one": media("/w==") * 2,
    "a list": "[]",
    "a number": "7",
    "no event": "{}",
    "an event that is no text": '{"event":7}',
    "NaN": media("/w==").replace('"20"', "NaN"),
    "Infinity in a field of no interest": '{"event":"mark","mark":{"name":"a"},"x":-Infinity}',
    "nested deeply": "[" * 60_000,
    "nested deeply in a field of no interest": '{"event":"media","x":' + "[" * 30_000 + "]" * 30_000 + "}",
    "nested deeply in an unknown event": '{"event":"x","x":' + '{"a":' * 30_000 + "1" + "}" * 30_000 + "}",
    "a number of 5000 digits": start().replace("8000", "9" * 5_000),
    "a chunk that is a number": media("/w==", chunk=2),
    "a chunk of 5000 digits": media("/w==").replace('"2"', "1" * 5_000),
    "a sequence number that is a number": media("/w==").replace('"7"', "7"),
    "base64 with strange letters": media("!!!!"),
    "base64 of the other alphabet": media("_w=="),
    "base64 without its end": media("/w"),
    "a payload that is no text": media("/w==").replace('"/w=="', "[1,2]"),
    "null": media("/w==").replace('"/w=="', "null"),
    "no payload": without(media("/w=="), "media", "payload"),
    "no media": without(media("/w=="), "media"),
    "no stream sid": without(media("/w=="), "streamSid"),
    "no call sid": without(start(), "start", "callSid"),
    "no media format": without(start(), "start", "mediaFormat"),
    "an empty stream sid": start(streamSid=""),
    "an endless call sid": start(callSid="C" * 10_000),
    "a parameter that is no text": start(customParameters={"token": 5}),
    "a key no phone has": of_stream("dtmf", dtmf={"digit": "12"}),
    "a key that ends in a line break": of_stream("dtmf", dtmf={"digit": "1\n"}),
    "a lone surrogate": '{"event":"\ud800"}',
}


@pytest.mark.parametrize("message", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_message_ends_the_stream_as_invalid(message: str) -> None:
    assert broken(TwilioStream(), message) == (1007, "not a valid message")


def test_a_binary_message_ends_the_stream_as_data_not_taken(stream: TwilioStream) -> None:
    assert broken(stream, media("/w==").encode())[0] == 1003


@pytest.mark.parametrize("changed", [{"encoding": "audio/l16"}, {"sampleRate": 16_000}, {"channels": 2}])
def test_audio_that_is_not_mono_mulaw_at_8_khz_ends_the_stream_as_data_not_taken(changed: Fields) -> None:
    assert broken(TwilioStream(), start(mediaFormat={**MU_LAW, **changed}))[0] == 1003


def test_a_second_start_is_out_of_place(stream: TwilioStream) -> None:
    assert broken(stream, start())[0] == 1008


@pytest.mark.parametrize(
    "message",
    [media("/w=="), of_stream("stop", stop={}), of_stream("mark", mark={"name": "a"})],
)
def test_anything_before_the_start_is_out_of_place(message: str) -> None:
    assert broken(TwilioStream(), message) == (1008, "the stream has not started")


def test_a_message_of_another_stream_is_out_of_place(stream: TwilioStream) -> None:
    other = media("/w==").replace(STREAM, "MZ" + "d" * 32)
    assert broken(stream, other) == (1008, "a message of another stream")
    assert broken(TwilioStream(), start(streamSid="MZ" + "d" * 32))[0] == 1008


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(["connected", "start", "media", "dtmf", "mark", "stop", "other"])


@AT_ANY_PACE
@given(st.text() | st.binary() | JSON.map(json.dumps))
def test_whatever_comes_is_ignored_or_refused_with_a_reason_that_fits_a_close_frame(
    message: str | bytes,
) -> None:
    refused = refusal(TwilioStream(), message)
    assert refused is None or refused.close_code in {1003, 1007}
    assert refused is None or len(refused.reason.encode()) <= 123


@AT_ANY_PACE
@given(NAMES, JSON)
def test_whatever_a_known_event_holds_it_is_read_or_refused(event: str, inner: Any) -> None:
    stream = TwilioStream()
    stream.receive(start())
    refused = refusal(stream, of_stream(event, **{event: inner}))
    assert refused is None or refused.close_code in {1007, 1008}
