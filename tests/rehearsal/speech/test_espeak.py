from pathlib import Path

import pytest

from rehearsal.speech import espeak


def test_phonemes_are_written_in_ipa() -> None:
    assert espeak.phonemes("cat", "en-us") == "kˈæt"


def test_an_unknown_voice_is_named_in_the_error() -> None:
    with pytest.raises(espeak.EspeakError, match="nobody"):
        espeak.render("hello", "nobody")


def test_a_voice_that_failed_does_not_disturb_the_next() -> None:
    before = espeak.render("hello", "en-us", words_per_minute=150, pitch=50, word_gap=0)
    with pytest.raises(espeak.EspeakError):
        espeak.render("hello", "nobody")
    after = espeak.render("hello", "en-us", words_per_minute=150, pitch=50, word_gap=0)
    assert abs(len(after) - len(before)) < espeak.SAMPLE_RATE // 100


def test_data_in_a_folder_too_deep_for_the_library_is_reached_by_a_short_way(tmp_path: Path) -> None:
    deep = tmp_path / ("deep" * 20) / ("deeper" * 20)
    deep.mkdir(parents=True)
    short = espeak._short(deep)
    assert len(str(short)) < 140
    assert short.resolve() == deep.resolve()


def test_data_in_an_ordinary_folder_is_taken_from_there() -> None:
    assert espeak._short(Path("/usr/share/data")) == Path("/usr/share/data")
