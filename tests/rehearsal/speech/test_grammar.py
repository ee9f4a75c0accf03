import re

import msgspec

from clinic.directory import Clinic
from rehearsal.speech.grammar import dictionary, receptionist_grammar, respellings, words_of
from rehearsal.speech.names import COMMON_NAMES


def _rule(grammar: str, name: str) -> str:
    found = re.search(rf"<{name}> = (.*?);", grammar)
    assert found
    return found[1]


def test_every_doctor_and_department_is_in_the_grammar(clinic: Clinic) -> None:
    grammar = receptionist_grammar(clinic, COMMON_NAMES)
    assert "[anil] mehta" in _rule(grammar, "doctor_name")
    assert {"cardiology", "heart doctor", "general medicine"} <= set(
        _rule(grammar, "department").split(" | ")
    )


def test_words_of_danger_are_in_the_grammar(clinic: Clinic) -> None:
    assert "chest pain" in _rule(receptionist_grammar(clinic, ()), "emergency")


def test_a_new_doctor_needs_no_more_than_a_line_in_the_directory(clinic: Clinic) -> None:
    doctor = msgspec.structs.replace(clinic.doctors[0], name="Prof. Zoya O'Brien-Qureshi")
    grammar = receptionist_grammar(msgspec.structs.replace(clinic, doctors=(doctor,)), ())
    assert _rule(grammar, "doctor_name") == "[zoya] o'brien qureshi"
    assert {"zoya", "o'brien", "qureshi"} <= dictionary(grammar, {}).keys()


def test_names_in_other_scripts_are_left_out_and_accents_taken_off(clinic: Clinic) -> None:
    grammar = receptionist_grammar(clinic, ["José Núñez", "अनिल"])
    assert (_rule(grammar, "first_name"), _rule(grammar, "last_name")) == ("jose", "nunez")


def test_every_token_has_a_pronunciation(clinic: Clinic) -> None:
    words = dictionary(receptionist_grammar(clinic, COMMON_NAMES), {})
    assert all(words.values())
    assert words["p_m"] == ["P IY EH M"]
    assert "AA S AA P" not in words["as"]


def test_a_respelling_comes_before_the_spelling(clinic: Clinic) -> None:
    doctor = msgspec.structs.replace(clinic.doctors[0], name="Dr. Anil Xhosane", pronounced="Anil Kosanay")
    strange = msgspec.structs.replace(clinic, doctors=(doctor,))
    words = dictionary(receptionist_grammar(strange, ()), respellings(strange))
    assert words["xhosane"][0].startswith("K")


def test_tokens_become_the_words_they_stand_for() -> None:
    assert words_of("at ten a_m") == "at ten a m"
    assert words_of("m. as in mike at gmail dot_com") == "m as in mike at gmail dot com"
