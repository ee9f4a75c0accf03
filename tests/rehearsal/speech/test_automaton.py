from collections.abc import Iterable
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from rehearsal.speech.automaton import Arc, Automaton, smallest

STATES = st.integers(0, 5)
ARCS = st.lists(st.tuples(STATES, STATES, st.sampled_from(["", "a", "b"])), max_size=14)
SENTENCES = [sentence for length in range(5) for sentence in product("ab", repeat=length)]


def _accepts(arcs: Iterable[Arc], finals: Iterable[int], sentence: tuple[str, ...]) -> bool:
    """Follow every path at once: slow and plainly right."""
    arcs, states = list(arcs), {0}
    for word in (*(part for each in sentence for part in ("", each)), ""):
        if word:
            states = {to for source, to, token in arcs if token == word and source in states}
            continue
        while more := {to for source, to, token in arcs if not token and source in states} - states:
            states |= more
    return bool(states & set(finals))


def _is_deterministic(automaton: Automaton) -> bool:
    leaving = [(source, token) for source, _, token in automaton.arcs]
    return len(set(leaving)) == len(leaving) and all(token for _, token in leaving)


@given(ARCS, STATES)
def test_the_smallest_automaton_accepts_the_same_sentences(arcs: list[Arc], final: int) -> None:
    small = smallest(arcs, 0, final)
    for sentence in SENTENCES:
        assert _accepts(small.arcs, small.finals, sentence) == _accepts(arcs, [final], sentence)


@given(ARCS, STATES)
def test_no_word_leads_two_ways(arcs: list[Arc], final: int) -> None:
    assert _is_deterministic(smallest(arcs, 0, final))


def test_phrases_that_end_alike_share_their_ends() -> None:
    arcs = [(0, 1, "see"), (0, 2, "meet"), (1, 3, "doctor"), (2, 4, "doctor"), (3, 5, ""), (4, 5, "")]
    small = smallest(arcs, 0, 5)
    assert len(small.arcs) == 3
    assert len(small.finals) == 1
