import pytest

from infra.release.watching import Reading, judged

WELL = Reading(calls=100, failed=1, tool_p95_seconds=1.0)


def test_too_few_calls_are_no_ground_to_judge() -> None:
    assert judged(Reading(calls=19, failed=2), WELL).outcome == "unknown"


@pytest.mark.parametrize(
    ("calls", "failed", "outcome"),
    [
        pytest.param(2, 2, "unknown", id="two may be an accident"),
        pytest.param(3, 3, "badly", id="three of three are none"),
        pytest.param(6, 3, "unknown", id="half of them may be the network's"),
        pytest.param(19, 10, "badly", id="most of them are not"),
    ],
)
def test_on_a_quiet_line_it_is_enough_that_most_calls_fail(calls: int, failed: int, outcome: str) -> None:
    assert judged(Reading(calls=calls, failed=failed), WELL).outcome == outcome


def test_where_the_other_fails_as_well_it_is_not_the_candidate_s_doing() -> None:
    assert judged(Reading(calls=4, failed=4), Reading(calls=40, failed=40)).outcome == "unknown"


def test_a_candidate_that_does_as_the_other_does_well() -> None:
    assert judged(WELL, WELL).outcome == "well"


@pytest.mark.parametrize(
    ("failed", "beside", "outcome"),
    [
        pytest.param(5, 0, "well", id="one in twenty is still tolerated"),
        pytest.param(6, 0, "badly", id="more than one in twenty is not"),
        pytest.param(12, 6, "well", id="twice as many as beside it is the network's doing"),
        pytest.param(13, 6, "badly", id="more than twice as many is its own"),
    ],
)
def test_failed_calls_count_against_those_beside(failed: int, beside: int, outcome: str) -> None:
    assert judged(Reading(calls=100, failed=failed), Reading(calls=100, failed=beside)).outcome == outcome


@pytest.mark.parametrize(
    ("seconds", "beside", "outcome"),
    [(3.0, 1.0, "well"), (3.1, 1.0, "badly"), (4.4, 3.0, "well"), (4.6, 3.0, "badly"), (None, 1.0, "well")],
)
def test_slow_tools_count_against_those_beside(seconds: float | None, beside: float, outcome: str) -> None:
    candidate = Reading(calls=100, tool_p95_seconds=seconds)
    assert judged(candidate, Reading(calls=100, tool_p95_seconds=beside)).outcome == outcome
