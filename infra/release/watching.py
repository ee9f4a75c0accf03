"""Whether a candidate does as well as the revision beside it: the rule, on what both were measured to do."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

ENOUGH_CALLS = 20
"""Fewer say nothing about a share of failed ones."""
_FEW_FAILED = 3
"""So many, and more than half of all, are no accident however few the calls are."""
_FAILED_AT_MOST, _FAILED_TIMES = 0.05, 2.0
_SLOWEST_SECONDS, _SLOWER_TIMES = 3.0, 1.5


class Reading(Struct, frozen=True):
    """What a revision did while it was watched."""

    calls: int = 0
    failed: int = 0
    tool_p95_seconds: float | None = None
    """None where no tool was called."""

    @property
    def failed_share(self) -> float:
        """How many of its calls failed, 0 to 1."""
        return self.failed / self.calls if self.calls else 0.0


class Verdict(Struct, frozen=True):
    """What the rule says of a candidate, and why."""

    outcome: Literal["well", "badly", "unknown"]
    why: str


def judged(candidate: Reading, stable: Reading) -> Verdict:
    """Say how a candidate does beside the stable revision.

    It does badly where over 5 % of its calls fail and that is more than twice the
    stable one's share, or where its tools' p95 is over 3 s and 1.5 times the other's. On a
    quiet line it does badly where most of its calls fail, three at least.
    """
    if candidate.failed >= _FEW_FAILED and candidate.failed_share > max(0.5, stable.failed_share):
        return Verdict("badly", f"{candidate.failed} of its {candidate.calls} calls failed")
    if candidate.calls < ENOUGH_CALLS:
        return Verdict("unknown", f"{candidate.calls} calls so far, {ENOUGH_CALLS} are needed to judge")
    if candidate.failed_share > max(_FAILED_AT_MOST, _FAILED_TIMES * stable.failed_share):
        return Verdict(
            "badly",
            f"{candidate.failed_share:.1%} of its calls failed; beside it {stable.failed_share:.1%}",
        )
    slow, beside = candidate.tool_p95_seconds, stable.tool_p95_seconds or 0.0
    if slow is not None and slow > max(_SLOWEST_SECONDS, _SLOWER_TIMES * beside):
        return Verdict("badly", f"its tools take {slow:.1f} s (p95); beside it {beside:.1f} s")
    return Verdict("well", f"{candidate.calls} calls, {candidate.failed_share:.1%} failed")
