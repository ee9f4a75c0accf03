"""What the embedded store owes the calls that go on beside it."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from clinic.contracts.tool_call import ToolCall, succeeded

Make = Callable[..., ToolCall[dict[str, Any]]]


async def test_who_waits_for_an_answer_waits_for_no_writer(
    embedded: Any, tool_call: Make, tmp_path: Path
) -> None:
    """Looking for answers is done between the calls' audio: it must not wait for a lock there."""
    ports, answered = embedded.ports(), succeeded("Booked.")
    embedded.open("ledger").commit(tool_call(1), "succeeded", answered)
    another_process = sqlite3.connect(tmp_path / "clinic.sqlite", isolation_level=None)
    another_process.execute("BEGIN IMMEDIATE")
    requesting = asyncio.create_task(ports.ledger.request(tool_call(2)))
    looks = 0
    async with asyncio.timeout(2):
        while looks < 20:
            assert await ports.ledger.answer("call-1-1") == answered
            looks += 1
            await asyncio.sleep(0.01)
    assert not requesting.done()
    another_process.execute("ROLLBACK")
    await requesting
    another_process.close()
