"""Every store that keeps the ports' promises, behind one door: the contract tests know none of them.

A store opens ports; the embedded one also shows what came out at the clinic's far end: messages,
mails, sheets. Another store is another class here, and is named in `pytest_generate_tests`.
"""

import email
import importlib
import json
import os
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol

import msgspec
import pytest

from clinic.adapters.embedded.bus import EmbeddedBus
from clinic.booking.mirror import Place
from clinic.contracts.call_record import CallRecord
from clinic.contracts.dead_letter import DeadLetter
from clinic.contracts.function_table import load_function_table
from clinic.contracts.subscriptions import load_pubsub, subscriptions
from clinic.contracts.tool_call import ToolCall
from clinic.directory import load_clinic
from clinic.ports import (
    Appointments,
    Attempts,
    Backup,
    Bus,
    Calendar,
    Calls,
    Ledger,
    Limits,
    Mailer,
    Patients,
    Reacted,
    Register,
)
from clinic.settings import Settings
from rehearsal.google_workspace.server import WorkspaceServer
from rehearsal.google_workspace.workspace import Workspace
from rehearsal.pubsub_emulator import PubSubEmulator

NOW = datetime(2027, 1, 1, 4, tzinfo=UTC)
LONGEST_CALL_SECONDS = 600
SPREADSHEET = "staff"


IN_CLOUD = {
    "appointments",
    "attempts",
    "bus",
    "calls",
    "dead_letters",
    "ledger",
    "limits",
    "patient_calls",
    "patients",
    "reacted",
}


IN_WORKSPACE = {"calendar", "mailer", "register"}


class Store(Protocol):
    """One empty store."""

    def open(self, port: str) -> Any:
        """Open a port, as another instance of the clinic's software would."""


class EmbeddedStore:
    """The store in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = Settings(local_data=str(folder), session_timeout=LONGEST_CALL_SECONDS)

    def open(self, port: str) -> Any:
        return importlib.import_module(f"clinic.adapters.embedded.{port}").open_port(self.settings)

    def arrived(self) -> list[tuple[str, bytes, dict[str, str]]]:
        """Return and acknowledge what the functions were pushed: function, data, attributes."""
        bus: EmbeddedBus = self.open("bus")
        messages = bus.take_due(1000)
        for message in messages:
            bus.acknowledge(message)
        return [(message.function, message.data, message.attributes) for message in messages]

    def let_die(
        self, topic: str, function: str, data: bytes, attributes: dict[str, str], at: datetime = NOW
    ) -> None:
        """Let a message fail in one of its functions until it is given up, and not in the others."""
        bus: EmbeddedBus = self.open("bus")
        bus.publish(topic, data, attributes)
        most = max(each.most_attempts for each in load_pubsub().deliveries.values())
        for message in bus.take_due(1000):
            if message.function == function:
                bus.fail(msgspec.structs.replace(message, attempts=most), "HTTP 500")
            else:
                bus.acknowledge(message)

    def sent(self) -> list[EmailMessage]:
        """Return the mails that left the clinic."""
        files = sorted((self.folder / "outbox").glob("*"))
        return [email.message_from_bytes(file.read_bytes(), policy=default) for file in files]

    def enter_by_hand(self, place: Place) -> None:
        """Let staff write an event of their own into a doctor's calendar."""
        self.open("calendar").add_by_hand(place, "Ward round")

    def move_by_hand(self, appointment_id: str, place: Place, to: Place) -> None:
        """Let staff move an event of ours."""
        self.open("calendar").move_by_hand(place.doctor_id, appointment_id, to)

    def delete_by_hand(self, appointment_id: str, place: Place) -> None:
        """Let staff delete an event of ours."""
        self.open("calendar").remove(place.doctor_id, appointment_id)

    def kept(self) -> dict[str, bytes]:
        """Return the copies of the sheets, by name."""
        folder = self.folder / "backup"
        return {
            str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()
        }


class FirestoreStore:
    """The store in Google's emulators, in a project of its own."""

    def __init__(self) -> None:
        project = f"test-{uuid.uuid4().hex[:20]}"
        self.settings = Settings(
            store="cloud", google_cloud_project=project, session_timeout=LONGEST_CALL_SECONDS
        )

    def open(self, port: str) -> Any:
        if port in ("bus", "dead_letters"):
            assert self._pubsub
        return importlib.import_module(f"clinic.adapters.cloud.{port}").open_port(self.settings)

    def arrived(self) -> list[tuple[str, bytes, dict[str, str]]]:
        """Fetch and acknowledge what the functions would be pushed: function, data, attributes."""
        return [
            (each.function, found.data, found.attributes)
            for each in subscriptions(load_function_table())
            for found in self._pubsub.fetch(each.name)
        ]

    def let_die(
        self, topic: str, function: str, data: bytes, attributes: dict[str, str], at: datetime = NOW
    ) -> None:
        """Forward a message to the dead letters as Pub/Sub does, and keep it as their function does."""
        (name,) = [
            each.name
            for each in subscriptions(load_function_table())
            if (each.topic, each.function) == (topic, function)
        ]
        source = {"Subscription": name, "DeliveryCount": "5"}
        forwarded = {f"CloudPubSubDeadLetterSource{key}": value for key, value in source.items()}
        self.open("dead_letters").keep(DeadLetter(data, {**attributes, **forwarded}), at)

    @cached_property
    def _pubsub(self) -> PubSubEmulator:
        emulator = PubSubEmulator(os.environ["PUBSUB_EMULATOR_HOST"], self.settings.google_cloud_project)
        emulator.set_up(load_function_table())
        return emulator


class WorkspaceStore(EmbeddedStore):
    """The embedded store, with the rehearsed Google Workspace for all that staff see."""

    def __init__(self, folder: Path, server: WorkspaceServer) -> None:
        super().__init__(folder)
        self.workspace = server.workspace
        self.settings = Settings(
            local_data=str(folder),
            mail="gmail",
            sheets="google",
            calendar="google",
            workspace_credentials=server.service_account(),
            workspace_account=self.workspace.mailbox.address,
            workspace_url=server.url,
            register_spreadsheet=SPREADSHEET,
        )

    def open(self, port: str) -> Any:
        family = self.settings.family_of(port)
        return importlib.import_module(f"clinic.adapters.{family}.{port}").open_port(self.settings)

    def enter_by_hand(self, place: Place) -> None:
        calendar_id, event_id = calendar_of(place.doctor_id), uuid.uuid4().hex
        self.workspace.calendars.enter(
            calendar_id, event_id, place.starts_at, place.ends_at, summary="Ward round"
        )

    def move_by_hand(self, appointment_id: str, place: Place, to: Place) -> None:
        calendars = self.workspace.calendars
        event = calendars.events[calendar_of(place.doctor_id)][appointment_id]
        kept = {name: event[name] for name in ("summary", "extendedProperties")}
        if to.doctor_id != place.doctor_id:
            self.delete_by_hand(appointment_id, place)
        calendars.enter(calendar_of(to.doctor_id), appointment_id, to.starts_at, to.ends_at, **kept)

    def delete_by_hand(self, appointment_id: str, place: Place) -> None:
        event = self.workspace.calendars.events[calendar_of(place.doctor_id)][appointment_id]
        self.workspace.calendars.enter(
            calendar_of(place.doctor_id), appointment_id, place.starts_at, place.ends_at, status="cancelled"
        )
        assert event["summary"]

    def sent(self) -> list[EmailMessage]:
        return [mail.message for mail in self.workspace.mailbox.sent]


class BucketStore(EmbeddedStore):
    """A bucket that answers the uploads of Cloud Storage's client, and fails the first of each name."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.settings = Settings(backup_bucket="copies", google_cloud_project="test")
        self.objects: dict[str, bytes] = {}
        self.failed: set[str] = set()

    def open(self, port: str) -> Any:
        family = self.settings.family_of(port)
        return importlib.import_module(f"clinic.adapters.{family}.{port}").open_port(self.settings)

    def kept(self) -> dict[str, bytes]:
        return self.objects

    def take(self, body: bytes, content_type: str) -> int:
        """Store a multipart upload (cloud.google.com/storage/docs/json_api/v1/objects/insert)."""
        head = f"Content-Type: {content_type}\r\n\r\n".encode()
        about, media = BytesParser(policy=default).parsebytes(head + body).iter_parts()
        described, data = about.get_payload(decode=True), media.get_payload(decode=True)
        assert isinstance(described, bytes)
        assert isinstance(data, bytes)
        name = json.loads(described)["name"]
        if name not in self.failed:
            self.failed.add(name)
            return 503
        assert media.get_content_type() == "text/csv"
        if name in self.objects:
            return 412
        self.objects[name] = data
        return 200


def _bucket_handler(store: BucketStore) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            path, _, query = self.path.partition("?")
            assert path == "/upload/storage/v1/b/copies/o"
            assert {"uploadType=multipart", "ifGenerationMatch=0"} <= set(query.split("&"))
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(store.take(body, self.headers["Content-Type"]))
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Put a port's contract, `test_<port>….py`, to every store that has the port."""
    if "store" in metafunc.fixturenames:
        words = metafunc.module.__name__.rpartition(".")[2].removeprefix("test_")
        port = next((port for port in IN_CLOUD if words.startswith(port)), "")
        stores = [pytest.param("embedded")]
        stores += [pytest.param("firestore", marks=pytest.mark.emulators)] * (port in IN_CLOUD)
        stores += [pytest.param("workspace_store")] * (port in IN_WORKSPACE)
        stores += [pytest.param("bucket_store")] * (port == "backup")
        metafunc.parametrize("store", stores, indirect=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "firestore" in getattr(item, "fixturenames", ()):
            item.add_marker("emulators")


@pytest.fixture
def firestore() -> FirestoreStore:
    if not os.environ.get("FIRESTORE_EMULATOR_HOST"):
        pytest.skip("FIRESTORE_EMULATOR_HOST is unset: `make test-emulators` runs this on Google's emulator")
    return FirestoreStore()


@pytest.fixture
def embedded(tmp_path: Path) -> EmbeddedStore:
    return EmbeddedStore(tmp_path / "data")


def calendar_of(doctor_id: str) -> str:
    """Return the id of a doctor's calendar."""
    return load_clinic().doctor(doctor_id).calendar_id


@pytest.fixture
def workspace_server() -> Iterator[WorkspaceServer]:
    workspace = Workspace()
    workspace.spreadsheets.add(SPREADSHEET)
    for doctor in load_clinic().doctors:
        workspace.calendars.add(doctor.calendar_id, "Asia/Kolkata")
    with WorkspaceServer(workspace).serve_in_thread() as server:
        yield server


@pytest.fixture
def workspace_store(tmp_path: Path, workspace_server: WorkspaceServer) -> WorkspaceStore:
    return WorkspaceStore(tmp_path / "data", workspace_server)


@pytest.fixture
def bucket_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[BucketStore]:
    store = BucketStore(tmp_path)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _bucket_handler(store))
    # Cloud Storage's client takes the address of an emulator from here, and then needs no credentials.
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield store
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def store(request: pytest.FixtureRequest) -> Store:
    """Only the store asked for is built, so that one that is missing here skips no other."""
    wanted: Store = request.getfixturevalue(request.param)
    return wanted


@pytest.fixture
def appointments(store: Store) -> Appointments:
    port: Appointments = store.open("appointments")
    return port


@pytest.fixture
def ledger(store: Store) -> Ledger:
    port: Ledger = store.open("ledger")
    return port


@pytest.fixture
def patients(store: Store) -> Patients:
    port: Patients = store.open("patients")
    return port


@pytest.fixture
def calls(store: Store) -> Calls:
    port: Calls = store.open("calls")
    return port


@pytest.fixture
def bus(store: Store) -> Bus:
    port: Bus = store.open("bus")
    return port


@pytest.fixture
def reacted(store: Store) -> Reacted:
    port: Reacted = store.open("reacted")
    return port


@pytest.fixture
def limits(store: Store) -> Limits:
    port: Limits = store.open("limits")
    return port


@pytest.fixture
def mailer(store: Store) -> Mailer:
    port: Mailer = store.open("mailer")
    return port


@pytest.fixture
def register(store: Store) -> Register:
    port: Register = store.open("register")
    return port


@pytest.fixture
def calendar(store: Store) -> Calendar:
    port: Calendar = store.open("calendar")
    return port


@pytest.fixture
def attempts(store: Store) -> Attempts:
    port: Attempts = store.open("attempts")
    return port


@pytest.fixture
def backup(store: Store) -> Backup:
    port: Backup = store.open("backup")
    return port


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def record() -> Callable[..., CallRecord]:
    """Make the record of a call that has just come in."""

    def make(number: int = 1, **changes: Any) -> CallRecord:
        fields = {
            "call_id": f"call-{number}",
            "session_id": f"CA{number}",
            "channel": "phone",
            "timestamp": NOW,
        }
        return CallRecord(**{**fields, **changes})

    return make


@pytest.fixture
def tool_call() -> Callable[..., ToolCall[dict[str, Any]]]:
    """Make a tool call of the first call."""

    def make(number: int = 1, **changes: Any) -> ToolCall[dict[str, Any]]:
        fields = {
            "id": f"call-1-{number}",
            "call_id": "call-1",
            "tool": "book_appointment",
            "arguments": {"patient_name": "Asha Rao"},
            "requested_at": NOW,
            "expires_at": NOW + timedelta(seconds=8),
        }
        return ToolCall(**{**fields, **changes})

    return make
