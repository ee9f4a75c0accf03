"""Tests of the media stream's messages, in both directions."""

from __future__ import annotations

import json
from base64 import b64decode

import pytest

from rehearsal.twilio.dictionary import TwilioError
from rehearsal.twilio.messages import Audio, Clear, Mark, Outgoing, read

SID = "MZ0123"


def _code(message: str | bytes) -> int:
    with pytest.raises(TwilioError) as caught:
        read(message, SID)
    return caught.value.notice.code


def test_the_three_messages_of_the_service_are_read() -> None:
    assert read('{"event":"media","streamSid":"MZ0123","media":{"payload":"/38="}}', SID) == Audio(
        b"\xff\x7f"
    )
    assert read('{"event":"mark","streamSid":"MZ0123","mark":{"name":"m1"}}', SID) == Mark("m1")
    assert read('{"event":"clear","streamSid":"MZ0123"}', SID) == Clear()


@pytest.mark.parametrize(
    "message",
    [
        pytest.param("no json", id="no JSON"),
        pytest.param('{"event":"pause","streamSid":"MZ0123"}', id="unknown event"),
        pytest.param('{"event":"clear","streamSid":"MZ9999"}', id="another stream"),
        pytest.param('{"event":"clear","stream_sid":"MZ0123"}', id="stream_sid for streamSid"),
        pytest.param('{"event":"clear"}', id="no streamSid"),
        pytest.param('{"event":"clear","streamSid":"MZ0123","at":1}', id="extra field"),
        pytest.param(
            '{"event":"media","streamSid":"MZ0123","media":{"payload":"","track":"outbound"}}',
            id="extra inside",
        ),
        pytest.param('{"event":"media","streamSid":"MZ0123","media":{"payload":"%%"}}', id="no base64"),
        pytest.param(
            '{"event":"media","streamSid":"MZ0123","media":{"payload":"UklGRiQA"}}', id="WAV header"
        ),
        pytest.param('{"event":"mark","streamSid":"MZ0123","mark":{"name":7}}', id="number for a name"),
    ],
)
def test_a_message_that_twilio_would_ignore_is_31951(message: str) -> None:
    assert _code(message) == 31951


def test_a_binary_frame_is_31950() -> None:
    assert _code(b'{"event":"clear","streamSid":"MZ0123"}') == 31950


def test_messages_are_numbered_from_start_with_numbers_as_strings() -> None:
    out = Outgoing(SID, "CA1", "AC1")
    assert json.loads(out.connected()) == {"event": "connected", "protocol": "Call", "version": "1.0.0"}
    start = json.loads(out.start({"call_id": "c1"}))
    assert start["sequenceNumber"] == "1"
    assert start["start"] == {
        "accountSid": "AC1",
        "callSid": "CA1",
        "streamSid": SID,
        "tracks": ["inbound"],
        "customParameters": {"call_id": "c1"},
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
    }
    assert json.loads(out.stop())["sequenceNumber"] == "2"


def test_media_counts_its_chunks_and_says_when_it_was_spoken() -> None:
    out = Outgoing(SID, "CA1", "AC1")
    out.media(b"\xff", 0)
    media = json.loads(out.media(b"\xff" * 160, 20))
    assert (media["streamSid"], media["sequenceNumber"]) == (SID, "2")
    payload = media["media"].pop("payload")
    assert b64decode(payload) == b"\xff" * 160
    assert len(payload) == 216
    assert media["media"] == {"track": "inbound", "chunk": "2", "timestamp": "20"}


def test_a_key_names_its_track_unlike_audio() -> None:
    assert json.loads(Outgoing(SID, "CA1", "AC1").dtmf("5"))["dtmf"] == {
        "track": "inbound_track",
        "digit": "5",
    }
