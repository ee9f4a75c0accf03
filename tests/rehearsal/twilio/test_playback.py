"""Tests of Twilio's playback buffer; 8 mu-law bytes are a millisecond."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rehearsal.twilio.messages import Audio, Clear, Mark
from rehearsal.twilio.playback import Playback


def test_audio_is_played_in_the_order_it_came_and_in_real_time() -> None:
    playback = Playback()
    playback.receive(Audio(b"a" * 200))
    playback.receive(Audio(b"b" * 40))
    assert playback.advance(20).audio == b"a" * 160
    assert playback.buffered_ms == 10
    assert playback.advance(20).audio == b"a" * 40 + b"b" * 40 + b"\xff" * 80


def test_an_empty_buffer_is_silence() -> None:
    played = Playback().advance(20)
    assert played.audio == b"\xff" * 160
    assert not played.audible


def test_a_mark_comes_back_when_everything_before_it_was_played() -> None:
    playback = Playback()
    playback.receive(Audio(b"a" * 320))
    assert playback.receive(Mark("greeting")) == []
    playback.receive(Audio(b"b" * 160))
    assert playback.advance(20).marks == []
    assert playback.advance(20).marks == ["greeting"]
    assert playback.advance(20).marks == []


def test_a_mark_with_nothing_before_it_comes_back_at_once() -> None:
    playback = Playback()
    assert playback.receive(Mark("at once")) == ["at once"]
    playback.receive(Audio(b"a" * 160))
    playback.advance(20)
    assert playback.receive(Mark("after all was played")) == ["after all was played"]


def test_clear_empties_the_buffer_and_returns_the_waiting_marks_in_order() -> None:
    playback = Playback()
    playback.receive(Audio(b"a" * 800))
    playback.receive(Mark("first"))
    playback.receive(Audio(b"a" * 800))
    playback.receive(Mark("second"))
    playback.advance(20)
    assert playback.receive(Clear()) == ["first", "second"]
    assert playback.idle
    assert not playback.advance(20).audible


def test_a_mark_after_a_clear_waits_only_for_what_came_after_the_clear() -> None:
    playback = Playback()
    playback.receive(Audio(b"a" * 800))
    playback.receive(Clear())
    playback.receive(Audio(b"b" * 160))
    assert playback.receive(Mark("b")) == []
    assert playback.advance(20) == (b"b" * 160, True, ["b"])


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=500).map(Audio),
            st.integers(0, 99).map(lambda number: Mark(str(number))),
            st.integers(1, 60),
        )
    )
)
def test_nothing_is_lost_and_every_mark_comes_back_once_in_order(steps: list[Audio | Mark | int]) -> None:
    playback, returned, played_ms = Playback(), [], 0
    for step in steps:
        if isinstance(step, int):
            returned += playback.advance(step).marks
            played_ms += step
        else:
            returned += playback.receive(step)
    left = playback.advance(60_000)
    returned += left.marks
    assert returned == [step.name for step in steps if isinstance(step, Mark)]
    assert playback.idle
    assert len(left.audio) == 480_000
