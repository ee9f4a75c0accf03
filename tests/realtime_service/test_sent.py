"""What a page that comes back is sent: all it has not got, and nothing it must not hear any more."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_service.media.browser import CLEAR, BrowserStream
from realtime_service.sent import MOST_AUDIO_KEPT, Sent

STREAM = BrowserStream()
CAPTION = STREAM.caption("agent", "hello", final=False)


def gets(sent: Sent, has: int = 0) -> list[str | bytes]:
    """Return what a page that has so many messages is sent, without the notes of what is left out."""
    found: list[str | bytes] = []
    while has < len(sent):
        message, has = sent.after(has)
        if isinstance(message, bytes) or json.loads(message)["event"] != "skip":
            found.append(message)
    return found


def of(*messages: str | bytes) -> Sent:
    sent = Sent()
    for message in messages:
        sent.add(message)
    return sent


def test_a_page_that_has_nothing_gets_everything_in_order() -> None:
    messages: list[str | bytes] = [STREAM.ready(), CAPTION, b"\x01\x02", STREAM.mark("one")]
    assert gets(of(*messages)) == messages


def test_a_page_that_has_some_gets_the_rest() -> None:
    assert gets(of(CAPTION, b"\x01\x02", STREAM.mark("one")), has=1) == [b"\x01\x02", STREAM.mark("one")]


def test_what_was_played_is_not_sent_again_but_what_was_said_is() -> None:
    sent = of(CAPTION, b"\x01\x02", STREAM.mark("one"), b"\x03\x04", STREAM.mark("two"))
    sent.played("one")
    assert gets(sent) == [CAPTION, b"\x03\x04", STREAM.mark("two")]


def test_an_unknown_mark_says_nothing() -> None:
    sent = of(b"\x01\x02", STREAM.mark("one"))
    sent.played("another")
    sent.played("")
    assert gets(sent) == [b"\x01\x02", STREAM.mark("one")]


def test_a_clear_withdraws_the_audio_before_it() -> None:
    sent = of(CAPTION, b"\x01\x02", STREAM.mark("one"), CLEAR, b"\x05\x06")
    assert gets(sent) == [CAPTION, CLEAR, b"\x05\x06"]


def test_a_page_that_never_brings_a_mark_back_is_kept_a_minute_of_audio() -> None:
    second = bytes(48_000)
    sent = of(*[second] * 90)
    assert sum(len(message) for message in gets(sent)) == MOST_AUDIO_KEPT == 60 * 48_000


def test_there_is_nothing_after_the_last() -> None:
    with pytest.raises(IndexError):
        of(CAPTION).after(1)


MESSAGES = st.lists(st.sampled_from(["caption", "audio", "mark", "clear", "played"]), max_size=40)


@given(MESSAGES, st.integers(0, 40))
def test_the_page_that_counts_is_always_in_step(kinds: list[str], has: int) -> None:
    sent, marks = Sent(), 0
    for kind in kinds:
        if kind == "played":
            sent.played(f"m{marks}")
            continue
        marks += kind == "mark"
        made: dict[str, str | bytes] = {
            "caption": CAPTION,
            "audio": b"\x00\x00",
            "mark": STREAM.mark(f"m{marks}"),
            "clear": CLEAR,
        }
        sent.add(made[kind])
    count = min(has, len(sent))
    while count < len(sent):
        message, after = sent.after(count)
        skip = isinstance(message, str) and json.loads(message)["event"] == "skip"
        count += json.loads(message)["count"] if skip else 1
        assert count == after
