"""Words are kept turn by turn: whatever the store does, the caller waits for nothing and no turn is lost."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from clinic.adapters.embedded import calls
from clinic.contracts.call_record import CallNotes, CallRecord, Turn
from clinic.settings import Settings
from realtime_service.adapters.threads import CallLogInThreads
from realtime_service.media.twilio import TwilioStream
from realtime_service.outgoing import Outgoing
from realtime_service.words import Words


class Hesitant(CallLogInThreads):
    """A call log whose writing can be held up, and which can be away."""

    def __init__(self, settings: Settings) -> None:
        self.store = calls.open_port(settings)
        self.asked: list[int] = []
        self.writes = asyncio.Event()
        self.faults = 0

    async def add_turn(self, call_id: str, turn: Turn) -> None:
        self.asked.append(turn.number)
        await self.writes.wait()
        if self.faults:
            self.faults -= 1
            raise ConnectionError
        self.store.add_turn(call_id, turn)

    async def note(self, notes: CallNotes) -> None:
        if self.faults:
            self.faults -= 1
            raise ConnectionError
        self.store.note(notes)

    @property
    def kept(self) -> list[str]:
        return [turn.text for turn in self.store.turns("call-1")]


class Nowhere:
    async def send(self, message: str | bytes) -> None:
        """Nobody listens."""


def words_of(log: Hesitant) -> Words:
    return Words("call-1", log, TwilioStream(), Outgoing(Nowhere()))


def say_two_turns(words: Words) -> None:
    words.caller_said("good morning")
    words.agent_said("good morning to you", 0.0)
    words.agent_finished(heard=True)


async def until(happened: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not happened():
            await asyncio.sleep(0.001)


async def cancelled(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_turn_that_was_being_written_when_the_call_ended_is_kept_all_the_same(
    settings: Settings, record: CallRecord
) -> None:
    log = Hesitant(settings)
    words = words_of(log)
    writing = asyncio.create_task(words.write_all())
    say_two_turns(words)
    await until(lambda: log.asked)
    await cancelled(writing)
    assert log.kept == []
    log.writes.set()
    await words.finish(0.0)
    assert log.kept == ["good morning", "good morning to you"]
    assert log.asked == [1, 1, 2]


async def test_a_store_that_comes_back_gets_every_turn_in_its_order(
    settings: Settings, record: CallRecord
) -> None:
    log = Hesitant(settings)
    log.faults = 1
    log.writes.set()
    words = words_of(log)
    writing = asyncio.create_task(words.write_all())
    say_two_turns(words)
    await until(lambda: len(log.kept) == 2)
    await cancelled(writing)
    assert log.kept == ["good morning", "good morning to you"]


async def test_a_store_that_does_not_answer_holds_up_no_audio(settings: Settings, record: CallRecord) -> None:
    log = Hesitant(settings)
    words = words_of(log)
    writing = asyncio.create_task(words.write_all())
    for _ in range(3):
        say_two_turns(words)
        await asyncio.sleep(0)
    assert log.asked == [1]
    log.writes.set()
    await until(lambda: len(log.kept) == 6)
    await cancelled(writing)


async def test_a_preamble_heard_while_the_store_was_away_is_noted_when_it_is_back(
    settings: Settings, record: CallRecord
) -> None:
    log = Hesitant(settings)
    log.faults = 1
    words = words_of(log)
    writing = asyncio.create_task(words.write_all())
    heard_at = datetime.now(UTC)
    words.preamble_heard(heard_at)
    await until(lambda: not log.faults)
    await cancelled(writing)
    await words.finish(0.0)
    kept = log.store.get("call-1")
    assert kept is not None
    assert kept.preamble_heard_at == heard_at
