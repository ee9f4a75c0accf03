"""The contract of `Limits`: a count per key and minute, for all instances together."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

from clinic.ports import Limits


def test_each_one_more_is_counted(limits: Limits, now: datetime) -> None:
    assert [limits.count("a", now + timedelta(seconds=each)) for each in (0, 1, 59)] == [1, 2, 3]


def test_keys_are_counted_apart(limits: Limits, now: datetime) -> None:
    limits.count("a", now)
    assert limits.count("b", now) == 1
    assert limits.count("a", now) == 2


def test_a_new_minute_begins_at_one(limits: Limits, now: datetime) -> None:
    limits.count("a", now)
    assert limits.count("a", now + timedelta(minutes=1)) == 1
    assert limits.count("a", now + timedelta(hours=5)) == 1


def test_instances_count_together(store: Any, now: datetime) -> None:
    instances = cycle([store.open("limits") for _ in range(3)])
    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda _, limits: limits.count("a", now), range(24), instances))
    assert sorted(counts) == list(range(1, 25))
