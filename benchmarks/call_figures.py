"""Works out what callers heard, and how late, from what a model sent and what its callers got."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from statistics import median, quantiles

from benchmarks.paced_caller import Caller, Heard
from benchmarks.paced_model import CHUNK_MS, Line, Spoken

Pause = tuple[float, float]
"""When the machine paused, from and to, seconds of the monotonic clock."""


def report(pairs: list[tuple[Caller, Line]], pauses: list[Pause]) -> None:
    utterances = [(caller.heard, spoken, line.spoken) for caller, line in pairs for spoken in line.spoken]
    quiet = [each for each in utterances if not _paused(each[1], pauses)]
    sys.stdout.write(f"  all {len(utterances)} utterances\n")
    _figures_of(utterances)
    sys.stdout.write(f"  the {len(quiet)} in which the machine itself never paused for 10 ms\n")
    _figures_of(quiet)
    cut = sum(caller.heard.cut_off_ms > 1 for caller, _ in pairs)
    sys.stdout.write(f"  goodbyes cut off: {cut} of {len(pairs)}\n")


def _figures_of(utterances: list[tuple[Heard, Spoken, list[Spoken]]]) -> None:
    first: list[float] = []
    cleared: list[float] = []
    gaps: list[float] = []
    for heard, spoken, everything in utterances:
        media = _media_of(heard, spoken, everything)
        first.append((media[0][0] - spoken.sent[0]) * 1000 if media else math.inf)
        gaps.append(max(0.0, _longest_gap(media) - _longest_gap((at, CHUNK_MS) for at in spoken.sent)))
        cleared += _clears(heard, spoken)
    late = sum(gap > 20 for gap in gaps)
    sys.stdout.write(
        f"""    first audio after the model's       {_figures(first)} (goal 40)
    clear after the model's interrupted {_figures(cleared)} (goal 20)
    gaps that the model did not make    {_figures(gaps)}; over 20 ms: {late}
"""
    )


def _paused(spoken: Spoken, pauses: list[Pause]) -> bool:
    until = max(spoken.sent[-1], spoken.interrupted_at) + 0.1
    return any(began < until and ended > spoken.sent[0] for began, ended in pauses)


def _clears(heard: Heard, spoken: Spoken) -> list[float]:
    """Return how long the caller waited for the clear of an interrupted utterance, ms."""
    if not spoken.interrupted_at:
        return []
    return [min(at - spoken.interrupted_at for at in heard.clears if at >= spoken.interrupted_at) * 1000]


def _media_of(heard: Heard, spoken: Spoken, everything: list[Spoken]) -> list[tuple[float, float]]:
    later = [other.sent[0] for other in everything if other.sent[0] > spoken.sent[0]]
    return [each for each in heard.media if spoken.sent[0] <= each[0] < min(later, default=1e12)]


def _longest_gap(media: Iterable[tuple[float, float]]) -> float:
    """Return the longest silence, ms, of a listener who plays everything as it comes."""
    plays_until, longest = 0.0, 0.0
    for at, milliseconds in media:
        if plays_until:
            longest = max(longest, at - plays_until)
        plays_until = max(plays_until, at) + milliseconds / 1000
    return longest * 1000


def _figures(values: list[float]) -> str:
    if not values:
        return "none"
    p99 = quantiles(values, n=100)[98] if len(values) > 1 else values[0]
    return f"p50 {median(values):5.1f}  p99 {p99:5.1f}  max {max(values):5.1f} ms"
