from dataclasses import dataclass

import pytest

from infra.release.rollout import (
    ReleaseError,
    Share,
    Traffic,
    next_stage,
    rolled_back,
    shifted,
    with_candidate,
)

ALONE = Traffic((Share("one", 100),))
WAITING = Traffic((Share("one", 100), Share("two", 0, "candidate")))


@dataclass(frozen=True)
class Shares:
    """Who gets how much, without the order."""

    of: dict[str, int]

    @classmethod
    def seen(cls, traffic: Traffic) -> "Shares":
        return cls({share.revision: share.percent for share in traffic.shares})


def test_a_candidate_gets_no_calls_and_can_be_reached_by_its_tag() -> None:
    assert with_candidate(ALONE, "two") == WAITING


def test_the_same_candidate_again_changes_nothing() -> None:
    assert with_candidate(WAITING, "two") == WAITING


def test_a_revision_that_serves_already_is_no_candidate() -> None:
    assert with_candidate(ALONE, "one") == ALONE


def test_a_candidate_takes_the_place_of_one_that_got_no_calls() -> None:
    assert with_candidate(WAITING, "three") == Traffic((Share("one", 100), Share("three", 0, "candidate")))


def test_a_candidate_that_is_half_way_in_is_not_pushed_aside() -> None:
    with pytest.raises(ReleaseError, match=r"two has 25 % of the calls"):
        with_candidate(shifted(WAITING, 25), "three")


@pytest.mark.parametrize("percent", [5, 25, 100])
def test_what_the_candidate_gets_the_stable_revision_loses(percent: int) -> None:
    assert Shares.seen(shifted(WAITING, percent)) == Shares({"one": 100 - percent, "two": percent})


def test_the_stages_come_one_after_the_other_and_the_last_stays() -> None:
    traffic, seen = WAITING, []
    for _ in range(4):
        seen.append(next_stage(traffic))
        traffic = shifted(traffic, seen[-1])
    assert seen == [5, 25, 100, 100]


@pytest.mark.parametrize("percent", [5, 25, 100])
def test_a_rollback_gives_everything_back_from_any_stage(percent: int) -> None:
    assert Shares.seen(rolled_back(shifted(WAITING, percent))) == Shares({"one": 100, "two": 0})


def test_there_is_no_rollback_where_the_candidate_has_no_calls() -> None:
    with pytest.raises(ReleaseError, match="nothing to roll back"):
        rolled_back(WAITING)


@pytest.mark.parametrize("step", [lambda traffic: shifted(traffic, 5), next_stage])
def test_without_a_candidate_there_is_nothing_to_shift(step: object) -> None:
    with pytest.raises(ReleaseError, match="`deploy` an image first"):
        step(ALONE)  # type: ignore[operator]


def test_a_service_of_one_revision_has_nothing_to_go_back_to() -> None:
    with pytest.raises(ReleaseError, match="no other revision"):
        rolled_back(Traffic((Share("two", 100, "candidate"),)))


def test_the_next_release_forgets_the_revision_before_the_last() -> None:
    arrived = shifted(WAITING, 100)
    assert with_candidate(arrived, "three") == Traffic((Share("two", 100), Share("three", 0, "candidate")))
