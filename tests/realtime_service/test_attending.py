"""Whoever looks after a call asks into a silence only where somebody could answer."""

import asyncio
import itertools

import pytest

from clinic.contracts.call_record import CallRecord
from clinic.contracts.function_table import load_function_table
from clinic.directory import load_clinic
from realtime_service.answering import Answering
from realtime_service.attending import Attending, Attention
from realtime_service.call_life import Limits
from realtime_service.live_tools import LiveTools
from realtime_service.media.twilio import TwilioStream
from realtime_service.model import Model
from realtime_service.ongoing_call import OngoingCall
from realtime_service.outgoing import Outgoing
from realtime_service.playout import Playout
from realtime_service.ports import Ports
from realtime_service.speaking import Speaking
from realtime_service.tool_calls import ToolCalls
from realtime_service.words import Words


class Silence:
    """A conversation in which nobody says anything, and what the model is told."""

    is_connected = True

    def __init__(self) -> None:
        self.told: list[str] = []

    async def send_text(self, text: str) -> None:
        self.told.append(text)

    async def send(self, message: str | bytes) -> None:
        """Nobody listens."""


@pytest.mark.parametrize(("is_away", "asked"), [(False, True), (True, False)])
async def test_nobody_is_asked_whether_they_are_there_who_has_left_for_a_moment(
    record: CallRecord, ports: Ports, is_away: bool, asked: bool
) -> None:
    silence, model, stream, seconds = Silence(), Model(), TwilioStream(), itertools.count()
    table, tools = load_function_table(), ToolCalls(record, load_function_table(), ports)
    clinic, limits = load_clinic(), Limits(idle=10)
    call = OngoingCall(record, clinic, ports.call_log, tools, limits, clock=lambda: float(next(seconds)) * 3)
    outgoing = Outgoing(silence)
    words = Words(record.call_id, ports.call_log, stream, outgoing)
    speaking = Speaking(stream, outgoing, words, Playout(brings_marks_back=True))
    answering = Answering(call, tools, LiveTools(table, call), model, lambda _: None)
    await model.begin(silence, "[Greet.]")  # type: ignore[arg-type]
    attending = asyncio.create_task(
        Attending(call, speaking, answering, model, Attention(limits), lambda: is_away).run()
    )
    async with asyncio.timeout(20):
        while next(seconds) < 20:
            await asyncio.sleep(0.05)
    attending.cancel()
    await asyncio.gather(attending, return_exceptions=True)
    assert any("The caller has been silent" in text for text in silence.told) is asked
