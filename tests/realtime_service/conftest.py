"""A world for the service: an empty embedded store with a call that has been admitted."""

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clinic.adapters.embedded import calls
from clinic.contracts.call_record import CallRecord
from clinic.settings import Settings
from realtime_service.adapters.embedded import open_ports
from realtime_service.ports import Ports


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(local_data=str(tmp_path), max_sessions=5)


@pytest.fixture
def ports(settings: Settings) -> Ports:
    return open_ports(settings)


@pytest.fixture
def record(settings: Settings) -> CallRecord:
    now = datetime.now(UTC)
    record = CallRecord(call_id="call-1", session_id="CA" + "1" * 32, channel="phone", timestamp=now)
    return calls.open_port(settings).ring(record, "ticket", now + timedelta(minutes=1), 5)


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
