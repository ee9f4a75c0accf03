"""What staff see is what the book says, after every request has failed one time in five."""

from pathlib import Path

import pytest

from benchmarks import staff_view
from benchmarks.staff_view import cached_answer, storm


def test_sixty_appointments_through_a_storm_stand_everywhere_as_in_the_book(tmp_path: Path) -> None:
    report = storm(str(tmp_path), appointments=60, probability=0.2)
    assert report.wrong == []
    assert report.undelivered == 0
    assert report.standing + report.cancelled == 60
    assert report.moved > 10
    assert sum(report.faults.values()) > 60
    assert report.faults["answer_lost"] > 5


@pytest.mark.parametrize("missing", staff_view.WATCHED)
def test_what_a_reaction_leaves_undone_is_a_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    others = tuple(name for name in staff_view.WATCHED if name != missing)
    monkeypatch.setattr(staff_view, "WATCHED", others)
    assert storm(str(tmp_path), appointments=6, probability=0.0).wrong


def test_a_full_day_is_answered_from_memory(tmp_path: Path) -> None:
    calendar, whole = cached_answer(str(tmp_path))
    # Far from what it takes, so that a busy machine fails nothing: the benchmark prints the figure.
    assert calendar < 0.005
    assert whole < 0.05
