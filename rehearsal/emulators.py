"""Runs a command while Google's Firestore emulator listens on loopback, and tells it where."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from types import FrameType
from typing import IO, NoReturn

NEEDED = {
    "gcloud": "gcloud is missing: https://cloud.google.com/sdk/docs/install",
    "java": "Java 11 or newer is missing: install a JRE, such as Debian's default-jre-headless",
}
HOW = "docs/emulators.md says how to get it."
STARTS_WITHIN_SECONDS = 60
ENDS_WITHIN_SECONDS = 10


class NoEmulator(Exception):
    """The emulator did not start: why, and what to do."""


def main(command: list[str]) -> int:
    """Return the command's exit code, or 2 where there is no emulator for it."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with firestore_emulator() as address:
            here = {**os.environ, "FIRESTORE_EMULATOR_HOST": address}
            return subprocess.call(command, env=here)  # noqa: S603  the user's own words
    except NoEmulator as reason:
        sys.stderr.write(f"{reason} {HOW}\n")
        return 2
    except KeyboardInterrupt:
        return 130


@contextlib.contextmanager
def firestore_emulator() -> Iterator[str]:
    """Start the emulator and give its address; it is gone at the end. Raises NoEmulator."""
    for program, missing in NEEDED.items():
        if not shutil.which(program):
            raise NoEmulator(f"{missing}.")
    address = f"127.0.0.1:{_free_port()}"
    with tempfile.TemporaryFile() as log:
        process = _start(address, log)
        try:
            _wait(process, address, log)
            yield address
        finally:
            _end_group(process)


def _start(address: str, log: IO[bytes]) -> subprocess.Popen[bytes]:
    quiet = {"CLOUDSDK_CORE_DISABLE_PROMPTS": "1", "CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "1"}
    return subprocess.Popen(  # noqa: S603  nothing of it comes from outside
        ["gcloud", "emulators", "firestore", "start", f"--host-port={address}"],  # noqa: S607
        env={**os.environ, **quiet},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        # gcloud starts Java, which outlives it: they are ended together, as a group of their own.
        start_new_session=True,
    )


def _wait(process: subprocess.Popen[bytes], address: str, log: IO[bytes]) -> None:
    until = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            urllib.request.urlopen(f"http://{address}/", timeout=1).close()
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    log.seek(0)
    sys.stderr.write(log.read().decode(errors="replace"))
    raise NoEmulator("The Firestore emulator did not start: its words are above.")


def _end_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(ENDS_WITHIN_SECONDS)
        # Whoever of the group outlived its first has only memory to lose.
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
