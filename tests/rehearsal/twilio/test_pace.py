"""Tests of the clock of a stream."""

from __future__ import annotations

import asyncio

from rehearsal.twilio.pace import Pace, Waiters


async def test_a_late_frame_is_followed_by_early_ones_so_that_the_pace_is_kept() -> None:
    loop = asyncio.get_running_loop()
    pace, began = Pace(0.01), loop.time()
    await pace.tick()
    await asyncio.sleep(0.6)
    for _ in range(69):
        await pace.tick()
    # 0.7 s, and 1.29 s where the late one put all others off.
    assert 0.7 <= loop.time() - began < 1.2


async def test_those_who_wait_are_woken_when_their_moment_comes_and_not_before() -> None:
    waiters = Waiters()
    early, late = asyncio.ensure_future(waiters.wait(40)), asyncio.ensure_future(waiters.wait(60))
    await asyncio.sleep(0)
    waiters.wake(40)
    await asyncio.wait([early, late], timeout=0.01)
    assert (early.done(), late.done()) == (True, False)
    waiters.wake(60)
    await late


async def test_one_who_no_longer_waits_is_passed_over() -> None:
    waiters = Waiters()
    gone = asyncio.ensure_future(waiters.wait(20))
    await asyncio.sleep(0)
    gone.cancel()
    waiters.wake(20)
    await asyncio.wait([gone])
    assert gone.cancelled()
