"""What is kept of a media stream's fate."""

from collections.abc import Callable
from typing import Any

from structlog.testing import capture_logs

from functions.webhooks.twilio_stream_status import twilio_stream_status

Post = Callable[..., Any]
STREAM = {"CallSid": "CA" + "1" * 32, "StreamSid": "MZ" + "2" * 32}


def test_a_stream_that_failed_is_an_error_with_twilios_code_and_nothing_else(ask_webhook: Post) -> None:
    with capture_logs() as lines:
        text = "31920 - handshake with +919812345678 failed"
        answer = ask_webhook(
            twilio_stream_status, {**STREAM, "StreamEvent": "stream-error", "StreamError": text}
        )
    assert answer.status_code == 204
    (line,) = lines
    assert (line["log_level"], line["error"]) == ("error", "31920")
    assert "98123" not in str(line)


def test_a_stream_that_begins_and_ends_is_a_line_each(ask_webhook: Post) -> None:
    with capture_logs() as lines:
        for event in ("stream-started", "stream-stopped"):
            ask_webhook(twilio_stream_status, {**STREAM, "StreamEvent": event})
    assert [line["stream_event"] for line in lines] == ["started", "stopped"]
