"""Processes on this machine that listen on a port: started, waited for, and ended with all they started."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

STARTS_WITHIN_SECONDS = 60.0
ENDS_WITHIN_SECONDS = 10.0
_LOOK_EVERY_SECONDS = 0.05


class DidNotStart(Exception):
    """A process ended, or stayed silent, before it listened: which, and the last words of its log."""


class Hosted(Struct):
    """One process, in a group of its own with what it starts."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def is_running(self) -> bool:
        """Tell whether it has not ended."""
        return self.process.poll() is None

    @property
    def is_listening(self) -> bool:
        """Tell whether it takes connections."""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

    def signal(self, number: int) -> None:
        """Send a signal to the process and all that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


def start(name: str, command: Sequence[str], port: int, environment: Mapping[str, str], log: Path) -> Hosted:
    """Start a process whose words go to a file."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as words:
        process = subprocess.Popen(  # noqa: S603  the project's own doors
            command,
            env={**os.environ, **environment, "PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Hosted(name, port, process, log)


def wait_until_listening(hosted: Hosted) -> None:
    """Return when it takes connections. Raises DidNotStart."""
    until = time.monotonic() + STARTS_WITHIN_SECONDS
    while not hosted.is_listening:
        if not hosted.is_running or time.monotonic() > until:
            words = hosted.log.read_text(errors="replace").splitlines()[-20:]
            raise DidNotStart("\n".join([*words, f"{hosted.name} did not start; its words are above."]))
        time.sleep(_LOOK_EVERY_SECONDS)


def end(all_of_them: Iterable[Hosted]) -> None:
    """Ask all to end, and end those that do not."""
    hosted = list(all_of_them)
    for each in hosted:
        # A stopped process hears nothing but this and the last signal.
        each.signal(signal.SIGCONT)
        # The first of the group only: gunicorn ends its workers itself, and finishes what they do.
        if each.is_running:
            each.process.terminate()
    until = time.monotonic() + ENDS_WITHIN_SECONDS
    for each in hosted:
        with contextlib.suppress(subprocess.TimeoutExpired):
            each.process.wait(max(until - time.monotonic(), 0))
        each.signal(signal.SIGKILL)
        each.process.wait()


def free_port() -> int:
    """Return a port that nobody listens on, and that nobody else is given within a minute.

    A connection that was closed here holds it (TIME_WAIT, RFC 9293 §3.6.1); a server may take it all the
    same, with SO_REUSEADDR. Among 25 that are merely free one is there twice, every twentieth time.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
        with socket.create_connection(("127.0.0.1", port)):
            # This side first: who closes first is who holds the port.
            listener.accept()[0].close()
    return port
