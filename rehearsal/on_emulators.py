"""`make run-emulators`: the clinic as in the cloud, on Google's emulators and with a process a function.

What is rehearsed is the model (unless GEMINI_API_KEY is set), the phone line, and what MAIL, SHEETS and
CALENDAR say. Everything that was started ends with it.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

import msgspec

from clinic.adapters.embedded.scheduler import Scheduler
from clinic.contracts.function_table import FunctionTable, FunctionTableError, load_function_table
from clinic.directory import Clinic, ClinicFileError, load_clinic
from clinic.settings import SettingError, Settings, load_settings
from rehearsal.emulated_cloud import EmulatedCloud
from rehearsal.emulators import HOW, NoEmulator, emulators, environment
from rehearsal.front_door import front_door
from rehearsal.processes import DidNotStart, free_port
from rehearsal.rehearsed_gemini import rehearsed_gemini
from rehearsal.whereabouts import noted

PROJECT = "clinic-on-this-machine"
_LOOK_EVERY_SECONDS = 0.5


def main() -> int:
    """Run until Ctrl-C or SIGTERM, or until a process fails; return the exit code."""
    described = argparse.RawDescriptionHelpFormatter
    argparse.ArgumentParser(
        prog="python -m rehearsal.on_emulators", description=__doc__, formatter_class=described
    ).parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        # Both: a shell that starts it in the background has SIGINT ignored.
        signal.signal(number, _interrupt)
    try:
        settings = _with_ports(load_settings(os.environ))
        clinic, table = load_clinic(settings.clinic_path), load_function_table()
        with ExitStack() as stack:
            cloud = _start(stack, settings, clinic, table)
            return _wait(cloud)
    except NoEmulator as reason:
        return _can_not(f"{reason} {HOW}")
    except (SettingError, ClinicFileError, FunctionTableError, DidNotStart) as reason:
        return _can_not(str(reason))
    except KeyboardInterrupt:
        return 0


def _start(stack: ExitStack, settings: Settings, clinic: Clinic, table: FunctionTable) -> EmulatedCloud:
    _progress("Starting Google's emulators …")
    google = environment(stack.enter_context(emulators(_progress)))
    model = stack.enter_context(_model(settings, clinic))
    project = settings.google_cloud_project or PROJECT
    cloud = stack.enter_context(EmulatedCloud(table, google, project, Path(settings.local_data).resolve()))
    cloud.environment |= {
        **model,
        "FUNCTIONS_PORT": str(settings.functions_port),
        # The service's own; PORT is each process's.
        "REALTIME_URL": settings.public_realtime_url,
    }
    names = [row.name for row in table.deployed]
    _progress(f"Starting {len(names)} functions …")
    cloud.host(names, _progress)
    ports = {name: function.port for name, function in cloud.functions.items()}
    stack.enter_context(_front_door(settings, ports))
    service = cloud.serve(settings.port)
    _progress(f"the realtime service on {service.url}")
    stack.enter_context(_scheduled(cloud))
    found_by = (*google, "STORE", "GOOGLE_CLOUD_PROJECT", "FUNCTIONS_PORT")
    stack.enter_context(noted({name: cloud.environment[name] for name in found_by}))
    _say(settings, clinic, cloud)
    return cloud


def _with_ports(settings: Settings) -> Settings:
    """Return the settings with free ports where they say 0."""
    ports = {"port": settings.port or free_port(), "functions_port": settings.functions_port or free_port()}
    return msgspec.structs.replace(settings, **ports)


def _wait(cloud: EmulatedCloud) -> int:
    while not (ended := cloud.ended()):
        time.sleep(_LOOK_EVERY_SECONDS)
    return _can_not(f"{ended} has ended; its log is in {cloud.data / 'log'}")


@contextmanager
def _model(settings: Settings, clinic: Clinic) -> Iterator[dict[str, str]]:
    """Give the variables by which the service finds its model."""
    if settings.has_real_model:
        yield {}
        return
    with rehearsed_gemini(clinic).serve_in_thread() as gemini:
        folder = Path(settings.local_data)
        folder.mkdir(parents=True, exist_ok=True)
        authority = folder / "rehearsed-gemini.pem"
        authority.write_bytes(gemini.authority_pem)
        yield {
            "GEMINI_API_KEY": "rehearsed",
            "GOOGLE_GEMINI_BASE_URL": gemini.base_url,
            "SSL_CERT_FILE": str(authority.resolve()),
        }


@contextmanager
def _front_door(settings: Settings, ports: dict[str, int]) -> Iterator[int]:
    with ExitStack() as stack:
        try:
            port = stack.enter_context(front_door(settings.functions_port, ports))
        except OSError as error:
            raise DidNotStart(f"FUNCTIONS_PORT={settings.functions_port}: {error.strerror}") from error
        yield port


@contextmanager
def _scheduled(cloud: EmulatedCloud) -> Iterator[None]:
    scheduler = Scheduler(cloud.pubsub, cloud.table)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.close()


def _say(settings: Settings, clinic: Clinic, cloud: EmulatedCloud) -> None:
    model = f"real, {settings.gemini_model}" if settings.has_real_model else "rehearsed on this machine"
    sys.stdout.write(
        f"""
{clinic.name} is open, on Google's emulators.

  Model       {model}
  Store       Firestore {cloud.environment["FIRESTORE_EMULATOR_HOST"]}, project {cloud.project}
  Bus         Pub/Sub {cloud.environment["PUBSUB_EMULATOR_HOST"]}
  Mail        {settings.mail}     Sheets  {settings.sheets}     Calendar  {settings.calendar}

  Page        http://127.0.0.1:{settings.port}/
  Health      http://127.0.0.1:{settings.port}/healthz
  Functions   {settings.public_functions_url}/<function name>
  Logs        {cloud.data / "log"}

Place a call:  make call        Stop:  Ctrl-C
"""
    )
    sys.stdout.flush()


def _progress(words: str) -> None:
    sys.stdout.write(f"  {words}\n")
    sys.stdout.flush()


def _can_not(reason: str) -> int:
    sys.stderr.write(f"{reason}\n")
    return 2


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
