"""Ids that are derived from what they stand for."""

import re

from hypothesis import given
from hypothesis import strategies as st

from clinic.booking.appointment import derived_id


@given(st.lists(st.text(), min_size=1, max_size=3))
def test_a_derived_id_is_one_that_a_calendar_takes(parts: list[str]) -> None:
    identity = derived_id(*[part.encode(errors="replace").decode() for part in parts])
    assert re.fullmatch(r"[a-v0-9]{26}", identity)


def test_parts_do_not_run_into_each_other() -> None:
    assert derived_id("ab", "c") != derived_id("a", "bc")
    assert derived_id("ab", "c") == derived_id("ab", "c")
