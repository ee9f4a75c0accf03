"""One conversation, put together: what is done beside what."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest

from clinic.adapters.embedded import calls, patients
from clinic.booking.appointment import Patient
from clinic.contracts.call_record import CallRecord
from clinic.contracts.function_table import load_function_table
from clinic.directory import load_clinic
from clinic.settings import Settings
from realtime_service.adapters.threads import CallLogInThreads, Threads
from realtime_service.attending import Attention
from realtime_service.bridge import Bridge
from realtime_service.live.closed import LiveClosed, gone_silent
from realtime_service.live.conversation import Conversation
from realtime_service.media.twilio import TwilioStream
from realtime_service.ports import Ports


class Line:
    """A caller who says nothing and stays."""

    async def send(self, message: str | bytes) -> None:
        """Hear it."""

    async def __aiter__(self) -> AsyncIterator[str | bytes]:
        await asyncio.Event().wait()
        yield ""


class Watched(CallLogInThreads):
    """A call log that shows when it is asked who rings."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(Threads(), calls.open_port(settings), patients.open_port(settings))
        self.asked = asyncio.Event()

    async def patients_with_phone(self, phone: str) -> list[Patient]:
        self.asked.set()
        return await super().patients_with_phone(phone)


async def test_who_rings_is_found_out_while_the_model_is_dialled(
    settings: Settings, ports: Ports, record: CallRecord
) -> None:
    log = Watched(settings)

    @asynccontextmanager
    async def dial(instructions: str) -> AsyncIterator[Conversation]:
        async with asyncio.timeout(5):
            await log.asked.wait()
        raise gone_silent()
        yield

    record = msgspec.structs.replace(record, caller_phone="+919812345678")
    ports = msgspec.structs.replace(ports, call_log=log)
    bridge = Bridge(
        record,
        Line(),
        TwilioStream(),
        load_clinic(),
        load_function_table(),
        ports,
        Attention(),
        lambda: False,
    )
    with pytest.raises(LiveClosed):
        await bridge.run(dial)
