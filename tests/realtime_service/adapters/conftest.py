"""The service's stores, each empty and with a call that rings: the contract tests know none of them."""

import asyncio
import importlib
import os
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clinic.contracts.call_record import CallRecord
from clinic.contracts.function_table import load_function_table
from clinic.contracts.tool_call import ToolCall
from clinic.ports import Calls, Ledger
from clinic.settings import Settings
from realtime_service.ports import Ports
from rehearsal.pubsub_emulator import PubSubEmulator

STORES = [pytest.param("embedded"), pytest.param("cloud", marks=pytest.mark.emulators)]


class World:
    """One empty store, as the service sees it and as the functions do."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def ports(self) -> Ports:
        """Open the service's ports, as another instance of it would."""
        ports: Ports = importlib.import_module(f"realtime_service.adapters.{self.settings.store}").open_ports(
            self.settings
        )
        return ports

    def open(self, port: str) -> Any:
        """Open a port of the functions."""
        return importlib.import_module(f"clinic.adapters.{self.settings.store}.{port}").open_port(
            self.settings
        )

    def arrived(self, function: str) -> list[tuple[bytes, dict[str, str]]]:
        """Return what a function was given: data and attributes."""
        if self.settings.store == "cloud":
            return [(each.data, each.attributes) for each in self.pubsub.fetch(function)]
        due = self.open("bus").take_due(1000)
        return [(each.data, each.attributes) for each in due if each.function == function]

    @property
    def pubsub(self) -> PubSubEmulator:
        """The emulator's project."""
        return PubSubEmulator(os.environ["PUBSUB_EMULATOR_HOST"], self.settings.google_cloud_project)


@pytest.fixture
def cloud() -> World:
    """An empty project in Google's emulators."""
    if not {"FIRESTORE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST"} <= set(os.environ):
        pytest.skip("no emulators here: `make test-emulators` runs this on Google's")
    world = World(Settings(store="cloud", google_cloud_project=f"test-{uuid.uuid4().hex[:20]}"))
    world.pubsub.set_up(load_function_table())
    return world


@pytest.fixture
def proxy() -> type["Proxy"]:
    """What a test puts between the service and an emulator."""
    return Proxy


@pytest.fixture
def embedded(tmp_path: Path) -> World:
    return World(Settings(local_data=str(tmp_path)))


@pytest.fixture(params=STORES)
def world(request: pytest.FixtureRequest) -> World:
    found: World = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def ledger(world: World) -> Ledger:
    """The ledger as the functions have it."""
    port: Ledger = world.open("ledger")
    return port


@pytest.fixture
def calls(world: World) -> Calls:
    """The call log as the functions have it."""
    port: Calls = world.open("calls")
    return port


@pytest.fixture
def ringing(calls: Calls) -> CallRecord:
    """A call whose ticket is `ticket`."""
    now = datetime.now(UTC)
    record = CallRecord(call_id="call-1", session_id="CA" + "1" * 32, channel="phone", timestamp=now)
    return calls.ring(record, "ticket", now + timedelta(minutes=1), 5)


@pytest.fixture
def tool_call() -> Callable[..., ToolCall[dict[str, Any]]]:
    """Make a tool call of that call."""

    def make(number: int = 1, **changes: Any) -> ToolCall[dict[str, Any]]:
        now = datetime.now(UTC)
        fields = {
            "id": f"call-1-{number}",
            "call_id": "call-1",
            "tool": "book_appointment",
            "arguments": {"patient_name": "Asha Rao"},
            "requested_at": now,
            "expires_at": now + timedelta(seconds=8),
        }
        return ToolCall(**{**fields, **changes})

    return make


class Proxy:
    """A TCP connection to an emulator that can be cut, or fall silent without a word."""

    def __init__(self, target: str) -> None:
        self._host, _, self._port = target.partition(":")
        self._writers: set[asyncio.StreamWriter] = set()
        self._swallowed: set[asyncio.StreamWriter] = set()
        self.address = ""

    async def __aenter__(self) -> "Proxy":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.address = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()

    def cut(self) -> None:
        """Reset every connection."""
        for writer in list(self._writers):
            writer.transport.abort()

    def fall_silent(self) -> None:
        """Carry no more bytes on any connection that is open now: a NAT that has forgotten them."""
        self._swallowed |= self._writers

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, beyond = await asyncio.open_connection(self._host, int(self._port))
        self._writers |= {writer, beyond}
        with suppress(ConnectionError):
            await asyncio.gather(self._carry(reader, beyond), self._carry(there, writer))
        self._writers -= {writer, beyond}
        writer.close()
        beyond.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if writer not in self._swallowed:
                writer.write(data)
        writer.close()
