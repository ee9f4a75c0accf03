"""A call that is held says so, whatever the store does meanwhile."""

import asyncio
from datetime import datetime

from clinic.adapters.embedded import calls
from clinic.contracts.call_record import CallRecord
from clinic.settings import Settings
from realtime_service.keeping_alive import kept_alive
from realtime_service.ports import Ports


async def test_a_call_is_said_to_be_alive_as_long_as_it_is_held(
    ports: Ports, record: CallRecord, settings: Settings
) -> None:
    log = calls.open_port(settings)
    seen: list[datetime] = []
    async with asyncio.timeout(5), kept_alive(ports.call_log, record.call_id, every=0.02):
        while len(set(seen)) < 2:
            await asyncio.sleep(0.01)
            held = log.get(record.call_id)
            assert held is not None
            seen += [held.alive_at] if held.alive_at else []
    ended = log.get(record.call_id)
    await asyncio.sleep(0.1)
    assert log.get(record.call_id) == ended


async def test_a_store_that_is_away_for_a_while_ends_nothing() -> None:
    said: list[str] = []

    class Away:
        async def alive(self, call_id: str, at: datetime) -> None:
            said.append(call_id)
            if len(said) == 1:
                raise ConnectionRefusedError

    async with asyncio.timeout(5), kept_alive(Away(), "call-1", every=0.01):  # type: ignore[arg-type]
        while len(said) < 2:
            await asyncio.sleep(0.01)
    assert said[:2] == ["call-1", "call-1"]
