"""The ear is tried as it is used: espeak's caller, a mu-law line, and the clinic's own directory."""

import math
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import msgspec
import numpy as np
import pytest

from clinic.directory import Clinic
from rehearsal.speech.ear import Ear
from rehearsal.speech.expecting import Expecting
from rehearsal.speech.turns import SpeechEnded, TurnDetector
from rehearsal.speech.voice import Voice

Hear = Callable[..., str]
NATO = (
    "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa quebec"
    " romeo sierra tango uniform victor whiskey x-ray yankee zulu"
)


def _error_rate(said: list[str], heard: list[str]) -> float:
    """Word error rate: substitutions, deletions and insertions by words said."""
    wrong = sum(map(_distance, said, heard))
    return wrong / sum(len(sentence.split()) for sentence in said)


def _distance(said: str, heard: str) -> int:
    row = list(range(len(heard.split()) + 1))
    for number, word in enumerate(said.split(), start=1):
        above, row[0] = row[0], number
        for place, other in enumerate(heard.split(), start=1):
            above, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, above + (word != other))
    return row[-1]


def _without_articles(words: str) -> str:
    """ "a" and "the" sound alike on the telephone, and mean the same to a receptionist."""
    return " ".join(word for word in words.split() if word not in ("a", "an", "the"))


@pytest.mark.parametrize(
    "said",
    [
        "hello i would like to book an appointment",
        "i would like to see doctor mehta tomorrow at ten thirty a m",
        "can i book an appointment with doctor kavita rao on friday",
        "good morning i need a cardiologist next monday in the morning",
        "on the fourth of december at half past ten",
        "doctor sharma",
        "the skin doctor please",
        "i want to cancel my appointment",
        "i would like to move my appointment to thursday at quarter to five",
        "is doctor iyer available on wednesday",
        "what times do you have tomorrow",
        "the second one please",
        "yes please",
        "no with doctor reddy",
        "my name is asha rao",
        "my number is nine eight double four oh one two seven six five",
        "can you repeat that please",
        "i want to speak to a human",
        "at four p m",
        "on monday at two",  # a phrase ends where the next begins with a vowel
        "no on the eighth",
        "thank you goodbye",
    ],
)
def test_ordinary_sentences_are_heard_word_for_word(hear: Hear, said: str) -> None:
    assert _without_articles(hear(said)) == _without_articles(said)


def test_every_doctor_of_the_directory_can_be_asked_for(hear: Hear, clinic: Clinic) -> None:
    names = [doctor.name.removeprefix("Dr. ").lower() for doctor in clinic.doctors]
    said = [f"with doctor {name.split()[-1]} tomorrow" for name in names]
    assert [hear(sentence) for sentence in said] == said


def test_every_department_can_be_asked_for(hear: Hear, clinic: Clinic) -> None:
    said = [f"in the {department.name.lower()} department please" for department in clinic.departments]
    heard = [hear(sentence) for sentence in said]
    assert list(map(_without_articles, heard)) == list(map(_without_articles, said))


def test_every_weekday_and_month_is_heard(hear: Hear) -> None:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
    months = ("january", "march", "may", "june", "july", "september", "december")
    said = [f"on {day} at eleven" for day in days] + [f"on the second of {month}" for month in months]
    assert [hear(sentence) for sentence in said] == said


def test_a_name_from_the_list_is_heard_when_a_name_is_expected(hear: Hear) -> None:
    said = ["my name is asha rao", "this is vikram singh", "lakshmi iyer", "it is john smith"]
    assert [hear(sentence, Expecting.NAME) for sentence in said] == said


def test_names_of_the_clinics_patients_are_heard(clinic: Clinic, phoned: Callable[..., bytes]) -> None:
    ear = Ear(clinic, names=["Zubin Bharucha", "José Fernandes", "अनिल"])
    assert ear.hear(phoned("my name is zubin bharucha"), Expecting.NAME) == "my name is zubin bharucha"
    assert ear.hear(phoned("my name is jose fernandes"), Expecting.NAME) == "my name is jose fernandes"


def test_an_ear_that_was_told_no_names_still_hears_the_rest(
    clinic: Clinic, phoned: Callable[..., bytes]
) -> None:
    assert Ear(clinic, names=()).hear(phoned("yes please"), Expecting.NAME) == "yes please"


def test_a_respelled_doctor_is_heard_as_the_directory_says_the_name(
    clinic: Clinic, phoned: Callable[..., bytes]
) -> None:
    doctor = msgspec.structs.replace(clinic.doctors[0], name="Dr. Anil Xhosane", pronounced="Anil Kosanay")
    ear = Ear(msgspec.structs.replace(clinic, doctors=(doctor, *clinic.doctors[1:])))
    assert ear.hear(phoned("i would like to see doctor kosanay")) == "i would like to see doctor xhosane"


def test_the_spelling_alphabet_is_heard_letter_for_letter(hear: Hear) -> None:
    letters = NATO.split()
    order = random.Random(7).sample(letters, k=len(letters))  # noqa: S311 - no secret
    said = [" ".join(order[start : start + 5]) for start in range(0, len(order), 5)]
    heard = [hear(words, Expecting.SPELLING) for words in said]
    assert [words.replace("x ray", "x-ray") for words in heard] == said


def test_an_email_address_is_heard_spelled(hear: Hear) -> None:
    said = "alpha sierra hotel alpha dot romeo alpha oscar at example dot com"
    assert hear(said, Expecting.SPELLING) == said


def test_an_email_address_is_put_right_when_yes_or_no_is_expected(hear: Hear) -> None:
    said = "no it is mike alpha yankee alpha at example dot com"
    assert hear(said, Expecting.YES_NO) == said


def test_plain_letters_are_mostly_heard(hear: Hear) -> None:
    said = ["m e h t a", "r e d d y", "j o h n", "g u p t a", "k h a n", "s m i t h", "b r o w n"]
    heard = [hear(letters, Expecting.SPELLING) for letters in said]
    assert _error_rate(said, heard) < 0.3


def test_phone_digits_are_heard(hear: Hear) -> None:
    said = ["nine eight four eight zero two two one six five", "my number is double nine seven oh three"]
    assert [hear(digits, Expecting.DIGITS) for digits in said] == said


@pytest.mark.parametrize("expecting", list(Expecting))
def test_yes_and_no_are_heard_whatever_is_expected(hear: Hear, expecting: Expecting) -> None:
    assert (hear("yes please", expecting), hear("no thank you", expecting)) == ("yes please", "no thank you")


def test_a_correction_is_heard_when_yes_or_no_is_expected(hear: Hear) -> None:
    assert hear("no on friday", Expecting.YES_NO) == "no on friday"


@pytest.mark.parametrize(
    "said",
    [
        "the weather in paris is lovely at this time of the year",
        "how many people live in australia",
        "do you sell bicycles or only motor cars",
        "the quick brown fox jumps over the lazy dog",
        "qwerty flub garble snork",
    ],
)
def test_what_the_grammar_does_not_know_is_not_understood(hear: Hear, said: str) -> None:
    assert hear(said) == ""
    assert hear(said, Expecting.NAME) == ""


def _sounds() -> dict[str, np.ndarray]:
    at, chance = np.arange(24_000) / 16_000, np.random.default_rng(4)
    return {
        "silence": np.zeros(24_000),
        "white noise": chance.normal(0, 1000, 24_000),
        "hum": 3000 * np.sin(2 * math.pi * 100 * at),
        "dial tone": 3000 * np.sin(2 * math.pi * 440 * at),
        "click": np.concatenate([np.zeros(4000), chance.normal(0, 8000, 800), np.zeros(4000)]),
        "nothing at all": np.zeros(0),
    }


@pytest.mark.parametrize("sound", list(_sounds()))
@pytest.mark.parametrize("expecting", list(Expecting))
def test_noise_is_not_taken_for_words(ear: Ear, sound: str, expecting: Expecting) -> None:
    assert ear.hear(_sounds()[sound].astype("<i2").tobytes(), expecting) == ""


def test_a_quiet_and_a_slightly_noisy_line_are_understood(ear: Ear, phoned: Callable[..., bytes]) -> None:
    said = "i would like to see doctor mehta on friday at ten thirty"
    samples = np.frombuffer(phoned(said), "<i2").astype(np.float32)
    noise = np.random.default_rng(2).normal(0, np.std(samples) / 30, len(samples))
    for line in (samples / 10, samples + noise):
        assert ear.hear(line.clip(-32768, 32767).astype("<i2").tobytes()) == said


@pytest.mark.parametrize("caller", [{"pitch": 38}, {"pitch": 66}, {"words_per_minute": 170}])
def test_callers_of_other_pitch_and_pace_are_understood(
    ear: Ear, phoned: Callable[..., bytes], caller: dict[str, int]
) -> None:
    said = "can i book an appointment with doctor nair tomorrow at half past nine"
    assert ear.hear(phoned(said, Voice(rate=8000, **caller))) == said  # type: ignore[arg-type]


def test_a_turn_cut_from_a_stream_is_understood(ear: Ear, phoned: Callable[..., bytes]) -> None:
    said, quiet = "yes on friday please", bytes(32_000)
    (ended,) = [
        each for each in TurnDetector().feed(quiet + phoned(said) + quiet) if isinstance(each, SpeechEnded)
    ]
    assert ear.hear(ended.pcm) == said


def test_no_turn_leaves_a_trace_in_the_next(ear: Ear, phoned: Callable[..., bytes]) -> None:
    turns = [phoned("tomorrow at ten"), phoned("the first one"), bytes(3200), phoned("in the afternoon")]
    forwards = [ear.hear(turn) for turn in turns]
    assert [ear.hear(turn) for turn in reversed(turns)] == forwards[::-1]


def test_two_threads_share_an_ear(ear: Ear, phoned: Callable[..., bytes]) -> None:
    with ThreadPoolExecutor(2) as threads:
        name = threads.submit(ear.hear, phoned("my name is maria thomas"), Expecting.NAME)
        day = threads.submit(ear.hear, phoned("next tuesday"))
        assert (name.result(), day.result()) == ("my name is maria thomas", "next tuesday")


def test_hearing_leaves_other_threads_their_time(ear: Ear, phoned: Callable[..., bytes]) -> None:
    turn = phoned("i would like to book an appointment on the fourth of december at half past ten")
    ear.hear(turn)
    listening = threading.Thread(target=ear.hear, args=(turn,))
    turns_taken = 0
    listening.start()
    while listening.is_alive():
        time.sleep(0.001)
        turns_taken += 1
    assert turns_taken > 10


def test_hearing_takes_less_than_half_of_the_time_that_speaking_took(
    ear: Ear, phoned: Callable[..., bytes]
) -> None:
    turn = phoned("i would like to see doctor kavita rao on the fourth of december at half past ten")
    ear.hear(turn)
    began = time.thread_time()
    ear.hear(turn)
    assert time.thread_time() - began < 0.5 * len(turn) / 32_000
