"""A slow line keeps its order, loses only what an interruption overtook, and never grows without end."""

import asyncio

import pytest
from websockets.exceptions import ConnectionClosedError

from realtime_service.outgoing import MOST_WAITING, CallerLost, Outgoing


class Line:
    """A line that takes messages only while it is open."""

    def __init__(self) -> None:
        self.taken: list[str | bytes] = []
        self.open = asyncio.Event()

    async def send(self, message: str | bytes) -> None:
        await self.open.wait()
        self.taken.append(message)


async def sent(outgoing: Outgoing, line: Line, count: int) -> list[str | bytes]:
    sending = asyncio.create_task(outgoing.send_all())
    line.open.set()
    while len(line.taken) < count:
        await asyncio.sleep(0)
    sending.cancel()
    return line.taken


async def test_messages_are_sent_in_their_order() -> None:
    line = Line()
    outgoing = Outgoing(line)
    for message in ("one", None, b"two", "three"):
        outgoing.put(message)
    assert await sent(outgoing, line, 3) == ["one", b"two", "three"]


async def test_an_interruption_drops_the_audio_and_keeps_the_rest() -> None:
    line = Line()
    outgoing = Outgoing(line)
    outgoing.put("audio", audio=True)
    outgoing.put("mark")
    outgoing.drop_audio()
    outgoing.put("clear")
    assert await sent(outgoing, line, 2) == ["mark", "clear"]


async def test_a_line_that_takes_nothing_is_lost_before_memory_is() -> None:
    outgoing = Outgoing(Line())
    piece = bytes(MOST_WAITING // 4)
    for _ in range(4):
        outgoing.put(piece, audio=True)
    with pytest.raises(CallerLost):
        outgoing.put(b"1", audio=True)


async def test_a_closed_line_is_a_lost_caller() -> None:
    class Closed:
        async def send(self, message: str | bytes) -> None:
            raise ConnectionClosedError(None, None)

    outgoing = Outgoing(Closed())
    outgoing.put("one")
    with pytest.raises(CallerLost):
        await outgoing.send_all()
