"""How much is taken of a peer that sends; whole attacks are in test_hostile_callers."""

import socket

from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

from realtime_service.careful_connection import (
    BYTES_A_SECOND,
    FRAMES_A_SECOND,
    MOST_BYTES_AT_ONCE,
    MOST_FRAMES_AT_ONCE,
    Allowance,
    CarefulConnection,
)

TWILIO_FRAMES, TWILIO_BYTES = 50, 450
"""A second, and a message with its frame."""


def test_so_much_is_taken_at_once_and_no_more() -> None:
    allowance = Allowance(10, 100, 0.0)
    assert allowance.takes(100, 0.0)
    assert not allowance.takes(1, 0.0)


def test_what_was_not_used_is_saved_up_to_the_most() -> None:
    allowance = Allowance(10, 100, 0.0)
    assert allowance.takes(100, 0.0)
    assert allowance.takes(50, 5.0)
    assert allowance.takes(100, 1000.0)
    assert not allowance.takes(1, 1000.0)


@given(st.lists(st.floats(0.0, 25.0), max_size=50))
def test_a_call_of_twilios_is_taken_however_its_line_stutters(holdups: list[float]) -> None:
    frames = Allowance(FRAMES_A_SECOND, MOST_FRAMES_AT_ONCE, 0.0)
    size = Allowance(BYTES_A_SECOND, MOST_BYTES_AT_ONCE, 0.0)
    now = 0.0
    for holdup in holdups:
        now += holdup
        for _ in range(int(holdup * TWILIO_FRAMES)):
            assert frames.takes(1, now)
            assert size.takes(TWILIO_BYTES, now)


def test_fifty_times_real_time_is_noticed_within_a_second() -> None:
    frames = Allowance(FRAMES_A_SECOND, MOST_FRAMES_AT_ONCE, 0.0)
    taken = [frames.takes(1, number / (50 * TWILIO_FRAMES)) for number in range(50 * TWILIO_FRAMES)]
    assert not all(taken)


async def test_a_message_waits_for_no_acknowledgement() -> None:
    options: list[int] = []

    async def look(connection: ServerConnection) -> None:
        accepted = connection.transport.get_extra_info("socket")
        options.append(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    listener = socket.create_server(("127.0.0.1", 0))
    async with (
        serve(look, sock=listener, create_connection=CarefulConnection),
        connect(f"ws://127.0.0.1:{listener.getsockname()[1]}") as caller,
    ):
        await caller.wait_closed()
    assert options == [1]
