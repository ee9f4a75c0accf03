"""What functions leave for the agent of a call reaches it, once, and not in the middle of a sentence."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from clinic.adapters.embedded import calls
from clinic.contracts.call_record import CallRecord
from clinic.contracts.notice import Notice
from clinic.settings import Settings
from realtime_service.live.closed import LiveClosed
from realtime_service.news import news_passed_on
from realtime_service.ports import Ports


@pytest.fixture
def leave(settings: Settings, record: CallRecord) -> Callable[..., None]:
    """Leave a notice for the call."""

    def left(number: int = 1) -> None:
        notice = Notice(id=f"n-{number}", call_id=record.call_id, text=f"Letter {number} was refused.")
        calls.open_port(settings).leave_notice(notice)

    return left


class Model:
    """Keeps what it is told; fails as often as it is asked to."""

    def __init__(self, failures: int = 0) -> None:
        self.told: list[str] = []
        self.busy = False
        self._failures = failures

    async def tell(self, text: str) -> None:
        self.told.append(text)
        if len(self.told) <= self._failures:
            raise LiveClosed(1011, "gone", resumable=True, fatal=False)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not is_so():
            await asyncio.sleep(0.01)


def passing(
    ports: Ports, record: CallRecord, model: Model, tell: Callable[[str], Awaitable[None]] | None = None
) -> Any:
    return news_passed_on(ports.call_log, record.call_id, tell or model.tell, lambda: model.busy, every=0.01)


async def test_each_notice_is_told_once_in_brackets(
    ports: Ports, record: CallRecord, leave: Callable[..., None]
) -> None:
    model = Model()
    leave(1)
    async with passing(ports, record, model):
        await until(lambda: len(model.told) == 1)
        leave(2)
        leave(1)
        await until(lambda: len(model.told) == 2)
        await asyncio.sleep(0.05)
    assert model.told == ["[Letter 1 was refused.]", "[Letter 2 was refused.]"]


async def test_a_busy_agent_is_told_when_it_is_done(
    ports: Ports, record: CallRecord, leave: Callable[..., None]
) -> None:
    model = Model()
    model.busy = True
    leave()
    async with passing(ports, record, model):
        await asyncio.sleep(0.2)
        assert model.told == []
        model.busy = False
        await until(lambda: len(model.told) == 1)


async def test_what_a_lost_model_did_not_take_is_told_to_its_successor(
    ports: Ports, record: CallRecord, leave: Callable[..., None]
) -> None:
    model = Model(failures=1)
    leave()
    async with passing(ports, record, model):
        await until(lambda: len(model.told) == 2)
        await asyncio.sleep(0.05)
    assert model.told == ["[Letter 1 was refused.]"] * 2


async def test_a_store_that_is_away_for_a_while_ends_nothing() -> None:
    model, asked = Model(), []

    class Away:
        async def notices(self, call_id: str) -> list[Notice]:
            asked.append(call_id)
            if len(asked) == 1:
                raise ConnectionRefusedError
            return [Notice(id="n", call_id=call_id, text="It is back.")]

    async with news_passed_on(Away(), "call-1", model.tell, lambda: False, every=0.01):  # type: ignore[arg-type]
        await until(lambda: model.told == ["[It is back.]"])


async def test_nothing_is_told_after_the_call(
    ports: Ports, record: CallRecord, leave: Callable[..., None]
) -> None:
    model = Model()
    async with passing(ports, record, model):
        pass
    leave()
    await asyncio.sleep(0.05)
    assert model.told == []
