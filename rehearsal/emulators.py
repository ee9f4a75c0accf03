"""Runs a command while Google's emulators, Firestore and Pub/Sub, listen on loopback, and tells it where."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import FrameType
from typing import IO, NoReturn

from msgspec import Struct

from rehearsal.processes import free_port

NEEDED = {
    "gcloud": "gcloud is missing: https://cloud.google.com/sdk/docs/install",
    "java": "Java 11 or newer is missing: install a JRE, such as Debian's default-jre-headless",
}
HOW = "docs/emulators.md says how to get it."
STARTS_WITHIN_SECONDS = 60
ENDS_WITHIN_SECONDS = 10
_COMMANDS = {
    "Firestore": ("emulators", "firestore", "start"),
    "Pub/Sub": ("beta", "emulators", "pubsub", "start"),
}
_VARIABLES = {"Firestore": "FIRESTORE_EMULATOR_HOST", "Pub/Sub": "PUBSUB_EMULATOR_HOST"}
"""The client libraries honour these by themselves."""


class NoEmulator(Exception):
    """The emulator did not start: why, and what to do."""


class Emulator(Struct):
    """One emulator that runs here."""

    name: str
    address: str
    """host:port, both HTTP and gRPC."""
    process: subprocess.Popen[bytes]
    log: IO[bytes]

    def signal(self, number: int) -> None:
        """Send a signal to gcloud and to the Java that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


def main(command: list[str]) -> int:
    """Return the command's exit code, or 2 where there is no emulator for it."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with emulators() as running:
            here = {**os.environ, **environment(running)}
            return subprocess.call(command, env=here)  # noqa: S603  the user's own words
    except NoEmulator as reason:
        sys.stderr.write(f"{reason} {HOW}\n")
        return 2
    except KeyboardInterrupt:
        return 130


def environment(running: dict[str, Emulator]) -> dict[str, str]:
    """Return the variables by which Google's libraries find the emulators."""
    return {_VARIABLES[name]: emulator.address for name, emulator in running.items()}


@contextlib.contextmanager
def emulators(say: Callable[[str], object] = lambda _: None) -> Iterator[dict[str, Emulator]]:
    """Start both and give them by name; they are gone at the end. Raises NoEmulator."""
    for program, missing in NEEDED.items():
        if not shutil.which(program):
            raise NoEmulator(f"{missing}.")
    with ExitStack() as stack:
        # Both at once: each takes its seconds to start.
        running = {name: stack.enter_context(_started(name)) for name in _COMMANDS}
        for name, emulator in running.items():
            _wait(emulator)
            say(f"{name} emulator on {emulator.address}")
        yield running


@contextlib.contextmanager
def _started(name: str) -> Iterator[Emulator]:
    address = f"127.0.0.1:{free_port()}"
    quiet = {"CLOUDSDK_CORE_DISABLE_PROMPTS": "1", "CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "1"}
    with tempfile.TemporaryFile() as log, tempfile.TemporaryDirectory() as folder:
        where = [f"--data-dir={folder}"] if name == "Pub/Sub" else []
        process = subprocess.Popen(  # noqa: S603  nothing of it comes from outside
            ["gcloud", *_COMMANDS[name], f"--host-port={address}", *where],  # noqa: S607
            env={**os.environ, **quiet},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # gcloud starts Java, which outlives it: they are ended together, as a group of their own.
            start_new_session=True,
        )
        emulator = Emulator(name, address, process, log)
        try:
            yield emulator
        finally:
            _end_group(emulator)


def _wait(emulator: Emulator) -> None:
    until = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            urllib.request.urlopen(f"http://{emulator.address}/", timeout=1).close()
            return
        if emulator.process.poll() is not None:
            break
        time.sleep(0.1)
    emulator.log.seek(0)
    sys.stderr.write(emulator.log.read().decode(errors="replace"))
    raise NoEmulator(f"The {emulator.name} emulator did not start: its words are above.")


def _end_group(emulator: Emulator) -> None:
    # A stopped process hears nothing but this and the last signal.
    emulator.signal(signal.SIGCONT)
    emulator.signal(signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        emulator.process.wait(ENDS_WITHIN_SECONDS)
    # Whoever of the group outlived its first has only memory to lose.
    emulator.signal(signal.SIGKILL)
    emulator.process.wait()


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
