"""The caller's last words while they can't be sent."""

from __future__ import annotations

from realtime_service.live.held_voice import HeldVoice

SECOND = 32_000
"""Bytes."""


def test_the_newest_seconds_are_kept_in_order_and_given_once() -> None:
    voice = HeldVoice(1.0)
    for number in range(5):
        voice.hold(bytes([number]) * (SECOND // 2))
    pieces = voice.take()
    assert b"".join(pieces) == b"\3" * (SECOND // 2) + b"\4" * (SECOND // 2)
    assert voice.take() == []


def test_pieces_are_a_tenth_of_a_second_at_most() -> None:
    voice = HeldVoice(1.0)
    voice.hold(bytes(SECOND // 4))
    assert [len(piece) for piece in voice.take()] == [3_200, 3_200, 1_600]


def test_what_is_over_leaves_only_what_the_next_turn_may_begin_with() -> None:
    voice = HeldVoice(3.0)
    voice.hold(b"\1" * SECOND + b"\2" * (SECOND // 2))
    voice.shorten()
    assert b"".join(voice.take()) == b"\2" * (SECOND // 2)


def test_what_is_dropped_is_gone() -> None:
    voice = HeldVoice(3.0)
    voice.hold(bytes(SECOND))
    voice.drop()
    assert voice.take() == []
