"""Makes a recogniser's graph small: the least automaton that accepts the same phrases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

Arc = tuple[int, int, str]
"""From state, to state, token; an empty token is an arc that is followed without a word."""


@dataclass(frozen=True)
class Automaton:
    """A deterministic automaton without empty arcs; it starts in state 0."""

    arcs: tuple[Arc, ...]
    finals: frozenset[int]


def smallest(arcs: Iterable[Arc], start: int, final: int) -> Automaton:
    """Return the minimal deterministic automaton of the arcs' language."""
    return _minimised(_determinised(arcs, start, final))


def _determinised(arcs: Iterable[Arc], start: int, final: int) -> Automaton:
    silent, spoken = _by_state(arcs)
    first = _closure({start}, silent)
    numbers, waiting, found = {first: 0}, [first], []
    while waiting:
        states = waiting.pop()
        for token, targets in _steps(states, spoken).items():
            reached = _closure(targets, silent)
            if reached not in numbers:
                numbers[reached] = len(numbers)
                waiting.append(reached)
            found.append((numbers[states], numbers[reached], token))
    return Automaton(tuple(found), frozenset(n for states, n in numbers.items() if final in states))


def _by_state(arcs: Iterable[Arc]) -> tuple[dict[int, set[int]], dict[int, list[tuple[str, int]]]]:
    silent: dict[int, set[int]] = defaultdict(set)
    spoken: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for source, target, token in arcs:
        if token:
            spoken[source].append((token, target))
        else:
            silent[source].add(target)
    return silent, spoken


def _closure(states: Iterable[int], silent: Mapping[int, set[int]]) -> frozenset[int]:
    reached, waiting = set(states), list(states)
    while waiting:
        further = silent.get(waiting.pop(), set()) - reached
        reached |= further
        waiting.extend(further)
    return frozenset(reached)


def _steps(states: Iterable[int], spoken: Mapping[int, list[tuple[str, int]]]) -> dict[str, set[int]]:
    steps: dict[str, set[int]] = defaultdict(set)
    for state in states:
        for token, target in spoken.get(state, ()):
            steps[token].add(target)
    return steps


def _minimised(automaton: Automaton) -> Automaton:
    leaving: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for source, target, token in automaton.arcs:
        leaving[source].append((token, target))
    states = range(max((target for _, target, _ in automaton.arcs), default=0) + 1)
    classes = {state: int(state in automaton.finals) for state in states}
    for finer in _refinements(classes, leaving):
        classes = finer
    return _renumbered(automaton, classes)


def _refinements(
    classes: dict[int, int], leaving: Mapping[int, list[tuple[str, int]]]
) -> Iterator[dict[int, int]]:
    """Yield ever finer classes of states (Moore's algorithm) until they no longer split."""
    while True:
        numbers: dict[object, int] = {}
        finer = {}
        for state, old in classes.items():
            key = (old, frozenset((token, classes[target]) for token, target in leaving.get(state, ())))
            finer[state] = numbers.setdefault(key, len(numbers))
        if len(numbers) == len(set(classes.values())):
            return
        classes = finer
        yield finer


def _renumbered(automaton: Automaton, classes: Mapping[int, int]) -> Automaton:
    first = classes[0]
    swap = {first: 0, 0: first}
    number = {state: swap.get(group, group) for state, group in classes.items()}
    arcs = dict.fromkeys((number[source], number[target], token) for source, target, token in automaton.arcs)
    return Automaton(tuple(arcs), frozenset(number[state] for state in automaton.finals))
