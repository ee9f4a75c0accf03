"""What a release does next, decided from what Cloud Run says about the traffic: no state of its own."""

from __future__ import annotations

from msgspec import Struct

STAGES = (5, 25, 100)
"""Percent of the new calls that a candidate gets, one after the other."""
CANDIDATE, PREVIOUS = "candidate", "previous"
"""The tags of the revision on its way in, and of the one to go back to."""


class ReleaseError(Exception):
    """The step can't be taken: why, and what can be done."""


class Share(Struct, frozen=True):
    """How much of the traffic a revision gets, and the tag under which it can be reached by itself."""

    revision: str
    percent: int = 0
    tag: str = ""


class Traffic(Struct, frozen=True):
    """The traffic of the service."""

    shares: tuple[Share, ...]

    @property
    def candidate(self) -> Share | None:
        """The revision on its way in, or the one that has arrived."""
        return self._tagged(CANDIDATE)

    @property
    def previous(self) -> Share | None:
        """The revision that served before the candidate came."""
        return self._tagged(PREVIOUS)

    @property
    def stable(self) -> str:
        """The revision that serves whom the candidate does not. Raises ReleaseError without one."""
        candidate = self.candidate.revision if self.candidate else ""
        others = [share for share in self.shares if share.revision != candidate and share.percent]
        if others:
            return max(others, key=lambda share: share.percent).revision
        if self.previous:
            return self.previous.revision
        raise ReleaseError("there is no other revision to go back to")

    def _tagged(self, tag: str) -> Share | None:
        return next((share for share in self.shares if share.tag == tag), None)


def with_candidate(traffic: Traffic, revision: str) -> Traffic:
    """Return the traffic with a new candidate that can be reached by its tag and gets no calls.

    A revision that has calls, or is the candidate, stays what it is. Raises ReleaseError
    while another one is half-way in.
    """
    here = traffic.candidate
    if any(
        share.revision == revision and (share.percent or share.tag == CANDIDATE) for share in traffic.shares
    ):
        return traffic
    if here and 0 < here.percent < 100:
        raise ReleaseError(
            f"{here.revision} has {here.percent} % of the calls: `promote` it or `rollback` before the next"
        )
    serving = [share for share in traffic.shares if share.percent]
    kept = tuple(Share(share.revision, share.percent) for share in serving)
    return Traffic((*kept, Share(revision, 0, CANDIDATE)))


def shifted(traffic: Traffic, percent: int) -> Traffic:
    """Return the traffic with so much of it for the candidate. Raises ReleaseError without a candidate."""
    if traffic.candidate is None:
        raise ReleaseError("there is no candidate: `deploy` an image first")
    stable = traffic.stable
    return Traffic(
        (
            Share(stable, 100 - percent, PREVIOUS),
            Share(traffic.candidate.revision, percent, CANDIDATE),
        )
    )


def next_stage(traffic: Traffic) -> int:
    """Return the candidate's next percentage; 100 again when it is there. Raises ReleaseError without one."""
    if traffic.candidate is None:
        raise ReleaseError("there is no candidate: `deploy` an image first")
    return next((stage for stage in STAGES if stage > traffic.candidate.percent), STAGES[-1])


def rolled_back(traffic: Traffic) -> Traffic:
    """Return the traffic with all of it at the revision before the candidate, which keeps its tag.

    Raises ReleaseError where there is nothing to go back to.
    """
    if traffic.candidate is None or traffic.candidate.percent == 0:
        raise ReleaseError("the candidate gets no calls: there is nothing to roll back")
    return Traffic(
        (Share(traffic.stable, 100, ""), Share(traffic.candidate.revision, 0, CANDIDATE)),
    )
