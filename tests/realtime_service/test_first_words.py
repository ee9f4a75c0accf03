"""A "hello?" over the greeting is not heard; anything longer is, from its first sound."""

import numpy as np

from realtime_service.audio import HEARD_RATE, is_loud
from realtime_service.first_words import FirstWords

PIECE_MS = 20
QUIET = bytes(HEARD_RATE * 2 * PIECE_MS // 1000)


def voice(number: int) -> bytes:
    """A piece of a loud tone, different from every other."""
    times = np.arange(HEARD_RATE * PIECE_MS // 1000)
    return bytes((np.sin(times * (0.1 + number / 1000)) * 8000).astype("<i2").tobytes())


def passed(first_words: FirstWords, pieces: list[bytes]) -> bytes:
    return b"".join(first_words.passed_on(piece) for piece in pieces)


def test_a_hello_over_the_greeting_is_silence_of_the_same_length() -> None:
    pieces = [voice(number) for number in range(30)] + [QUIET] * 40
    heard = passed(FirstWords(), pieces)
    assert len(heard) == sum(map(len, pieces))
    assert not any(heard)


def test_quiet_noise_is_passed_on_as_it_is() -> None:
    noise = bytes(np.full(320, 20, "<i2").tobytes())
    assert not is_loud(noise)
    assert FirstWords().passed_on(noise) == noise


def test_a_longer_utterance_is_heard_from_its_first_sound() -> None:
    pieces = [voice(number) for number in range(60)]
    first_words = FirstWords()
    heard = passed(first_words, pieces)
    assert heard.endswith(b"".join(pieces))
    assert not first_words.protects


def test_whoever_speaks_as_the_greeting_ends_is_heard_from_the_first_sound() -> None:
    pieces = [voice(number) for number in range(20)]
    first_words = FirstWords()
    passed(first_words, pieces)
    first_words.greeting_over()
    assert first_words.passed_on(QUIET) == b"".join(pieces) + QUIET


def test_what_is_said_after_the_greeting_is_heard_at_once() -> None:
    first_words = FirstWords()
    passed(first_words, [voice(1)] * 10 + [QUIET] * 40)
    first_words.greeting_over()
    assert first_words.passed_on(voice(2)) == voice(2)


def test_two_short_utterances_are_not_one_long_one() -> None:
    hello = [voice(number) for number in range(30)] + [QUIET] * 30
    assert not any(passed(FirstWords(), hello + hello + hello))


def test_a_sentence_with_a_breath_in_it_is_one_utterance() -> None:
    breath = [voice(number) for number in range(30)] + [QUIET] * 10 + [voice(number) for number in range(30)]
    assert passed(FirstWords(), breath).endswith(b"".join(breath))
