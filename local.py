"""The whole clinic in one process on this machine: `make run`. No account, no network.

What it starts is what runs in the cloud: the realtime service, every function behind
functions-framework, and a bus that pushes to them over HTTP. Only the store is the
embedded one and, without a Gemini key, the model is rehearsed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import functions_framework
import msgspec
from werkzeug.exceptions import NotFound
from werkzeug.serving import make_server

from clinic import telemetry
from clinic.adapters.embedded import bus
from clinic.adapters.embedded.delivery import Delivery
from clinic.adapters.embedded.scheduler import Scheduler
from clinic.adapters.exporters import start_telemetry
from clinic.contracts.function_table import FunctionTable, FunctionTableError, load_function_table
from clinic.directory import Clinic, ClinicFileError, load_clinic
from clinic.letters import LetterFileError, Letters
from clinic.letters.samples import check
from clinic.log import configure_log
from clinic.settings import SettingError, Settings, load_settings
from realtime_service.__main__ import gemini_live, realtime_service, turn_taking
from realtime_service.live.client import DeveloperApi
from realtime_service.live.gemini import GeminiLive
from rehearsal.rehearsed_gemini import rehearsed_gemini
from rehearsal.rehearsed_workspace import rehearsed_workspace, settings_for

HOST = "127.0.0.1"
GRACE_SECONDS = 4.0
DRAIN_SECONDS = 2.0
_DOOR = Path(__file__).parent / "functions" / "main.py"


class CannotStart(Exception):
    """The clinic can't start here: one line that says why."""


def main() -> int:
    """Run until Ctrl-C or SIGTERM; return the exit code."""
    described = argparse.RawDescriptionHelpFormatter
    epilog = "Settings are environment variables; the README lists them all."
    argparse.ArgumentParser(description=__doc__, epilog=epilog, formatter_class=described).parse_args()
    try:
        settings = load_settings(os.environ)
        clinic, table = load_clinic(settings.clinic_path), load_function_table()
        _check_store(settings)
        check(Letters(clinic, settings.letters_path), clinic)
        _check_folder(settings)
        with ExitStack() as stack:
            service_socket = stack.enter_context(_listening("PORT", settings.port))
            functions_socket = stack.enter_context(_listening("FUNCTIONS_PORT", settings.functions_port))
            settings = _with_ports(settings, service_socket, functions_socket)
            settings, staff = stack.enter_context(_staffs_side(settings, clinic))
            configure_log(settings.log_level)
            start_telemetry(settings, "clinic")
            stack.callback(telemetry.stop)
            live = stack.enter_context(_live(settings, clinic))
            stack.enter_context(_functions(table, functions_socket))
            stack.enter_context(_delivery(settings, table))
            asyncio.run(_serve(settings, clinic, table, live, service_socket, staff))
    except (CannotStart, SettingError, ClinicFileError, FunctionTableError, LetterFileError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _check_store(settings: Settings) -> None:
    if settings.store != "embedded":
        raise CannotStart(f"STORE={settings.store!r}: the local run keeps everything in the embedded store")


def _check_folder(settings: Settings) -> None:
    try:
        Path(settings.local_data).mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=settings.local_data).close()
    except OSError as error:
        raise CannotStart(f"LOCAL_DATA={settings.local_data!r}: {error.strerror}") from error


def _listening(name: str, port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        raise CannotStart(f"{name}={port}: {error.strerror}") from error


def _with_ports(settings: Settings, service: socket.socket, functions: socket.socket) -> Settings:
    """Return the settings with the ports that were given for 0, and tell the functions' doors the same."""
    ports = {"port": service.getsockname()[1], "functions_port": functions.getsockname()[1]}
    os.environ.update({name.upper(): str(port) for name, port in ports.items()})
    return msgspec.structs.replace(settings, **ports)


@contextmanager
def _staffs_side(settings: Settings, clinic: Clinic) -> Iterator[tuple[Settings, str]]:
    """Yield the settings with a Workspace for mail, sheets and calendars, and what to say of it.

    With WORKSPACE_CREDENTIALS it is Google's. What the environment has chosen, such as MAIL=outbox, stays.
    """
    google = {"MAIL": "gmail", "SHEETS": "google", "CALENDAR": "google"}
    asked = {name: os.environ.get(name) or value for name, value in google.items()}
    wanted = {name for name, value in asked.items() if value == google[name]}
    if settings.workspace_credentials or not wanted:
        yield settings, "as the settings say"
        return
    file = Path(settings.local_data) / "workspace.json"
    try:
        server = rehearsed_workspace(clinic, settings.workspace_port, file)
    except OSError as error:
        raise CannotStart(f"WORKSPACE_PORT={settings.workspace_port}: {error.strerror}") from error
    with server.serve_in_thread():
        os.environ.update({**asked, **settings_for(server), "WORKSPACE_PORT": server.url.rpartition(":")[2]})
        changed = load_settings(os.environ)
        yield changed, f"{server.url}/"


@contextmanager
def _live(settings: Settings, clinic: Clinic) -> Iterator[GeminiLive]:
    if settings.has_real_model:
        yield gemini_live(settings)
        return
    with rehearsed_gemini(clinic).serve_in_thread() as gemini:
        yield GeminiLive(
            DeveloperApi("rehearsed"),
            model=settings.gemini_model,
            turn_taking=turn_taking(settings),
            base_url=gemini.base_url,
            ssl_context=gemini.ssl_context,
        )


@contextmanager
def _functions(table: FunctionTable, listener: socket.socket) -> Iterator[None]:
    port = listener.getsockname()[1]
    server = make_server(HOST, port, _router(table), threaded=True, fd=listener.fileno())
    thread = threading.Thread(target=server.serve_forever, name="functions")
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _router(table: FunctionTable) -> WSGIApplication:
    """Return one application that serves each function at `/<its-name>`, as its own root."""
    doors = {f"/{row.name}": _door(row.name) for row in table.deployed}

    def route(environment: WSGIEnvironment, start_response: StartResponse) -> object:
        name = environment.get("PATH_INFO", "").rstrip("/")
        door = doors.get(name.replace("-", "_"), NotFound())
        return door({**environment, "SCRIPT_NAME": name, "PATH_INFO": "/"}, start_response)

    return route  # type: ignore[return-value]


def _door(name: str) -> WSGIApplication:
    # functions-framework knows one function a process and keeps it in the environment and in
    # sys.modules; each door is loaded as if it were the only one.
    os.environ.pop("FUNCTION_SIGNATURE_TYPE", None)
    os.environ["FUNCTION_TARGET"] = name
    sys.modules.pop("main", None)
    app: WSGIApplication = functions_framework.create_app(name, str(_DOOR))
    return app


@contextmanager
def _delivery(settings: Settings, table: FunctionTable) -> Iterator[None]:
    queue = bus.open_port(settings)
    delivery, scheduler = Delivery(queue, table, settings.functions_port), Scheduler(queue, table)
    delivery.start()
    scheduler.start()
    try:
        yield
    finally:
        scheduler.close()
        delivery.close(DRAIN_SECONDS)
        queue.close()


async def _serve(
    settings: Settings,
    clinic: Clinic,
    table: FunctionTable,
    live: GeminiLive,
    listener: socket.socket,
    staff: str,
) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    service = realtime_service(settings, clinic, table, live)
    await service.start(listener)
    _say(settings, clinic, staff)
    await stopping.wait()
    sys.stdout.write("\nFinishing the running calls …\n")
    await service.stop(GRACE_SECONDS)


def _say(settings: Settings, clinic: Clinic, staff: str) -> None:
    model = f"real, {settings.gemini_model}" if settings.has_real_model else "rehearsed on this machine"
    signature = "TWILIO_AUTH_TOKEN" if settings.twilio_auth_token else "a development token"
    letters = len(bus.open_port(settings).dead_letters())
    dead = f"; {letters} dead letters" if letters else ""
    sys.stdout.write(
        f"""{clinic.name} is open.

  Model       {model}
  Phone       Twilio's webhooks, checked with {signature}
  Store       SQLite below {Path(settings.local_data).resolve()}{dead}

  Staff       {staff} calendars, mails and sheets
  Page        http://{HOST}:{settings.port}/
  Health      http://{HOST}:{settings.port}/healthz
  Streams     {settings.public_realtime_url}/twilio and /browser
  Functions   {settings.public_functions_url}/<function name>

Place a call:  make call        Stop:  Ctrl-C
"""
    )
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
