"""The emulators' starter: starts the emulator, or says in a line what is missing; leaves nothing running."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = [sys.executable, "-m", "rehearsal.emulators"]
STAND_IN = """#!/bin/sh
# Serves HTTP from a child of its own, as gcloud does from Java.
for word in "$@"; do case "$word" in --host-port=*) port="${{word##*:}}";; esac; done
"{python}" -m http.server --bind 127.0.0.1 "$port" &
wait
"""


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder that is the whole PATH, but for what a shell needs."""
    folder = tmp_path / "bin"
    folder.mkdir()
    return folder


def add(folder: Path, name: str, text: str = "#!/bin/sh\n") -> None:
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)


def run(folder: Path, *command: str) -> tuple[int, str, str]:
    environment = {**os.environ, "PATH": str(folder)}
    ended = subprocess.run(
        [*SCRIPT, *command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30
    )
    return ended.returncode, ended.stdout, ended.stderr


def is_gone(address: str) -> bool:
    """Tell whether nobody listens there any more, within a second."""
    host, _, port = address.strip().partition(":")
    for _ in range(100):
        try:
            socket.create_connection((host, int(port))).close()
        except ConnectionError:
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize(("there", "missing"), [("", "gcloud"), ("gcloud", "Java"), ("java", "gcloud")])
def test_a_missing_program_is_said_in_one_line(programs: Path, there: str, missing: str) -> None:
    if there:
        add(programs, there)
    code, printed, said = run(programs, "/bin/echo", "run")
    assert (code, printed) == (2, "")
    assert said.startswith(missing)
    assert said.count("\n") == 1
    assert "docs/emulators.md" in said


def test_what_the_emulator_said_is_shown_when_it_does_not_start(programs: Path) -> None:
    add(programs, "java")
    add(programs, "gcloud", "#!/bin/sh\necho You do not have this component.\nexit 1\n")
    code, printed, said = run(programs, "/bin/echo", "run")
    assert (code, printed) == (2, "")
    assert "You do not have this component." in said
    assert "did not start" in said


@pytest.mark.parametrize("wanted", [0, 3])
def test_the_command_runs_beside_the_emulator_which_is_then_gone(programs: Path, wanted: int) -> None:
    add(programs, "java")
    add(programs, "gcloud", STAND_IN.format(python=sys.executable))
    code, printed, _ = run(programs, "/bin/sh", "-c", f"echo $FIRESTORE_EMULATOR_HOST; exit {wanted}")
    assert code == wanted
    assert printed.startswith("127.0.0.1:")
    assert is_gone(printed)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_who_stops_it_stops_the_emulator(programs: Path, number: int) -> None:
    add(programs, "java")
    add(programs, "gcloud", STAND_IN.format(python=sys.executable))
    command = [*SCRIPT, "/bin/sh", "-c", "echo $FIRESTORE_EMULATOR_HOST; exec sleep 30"]
    environment = {**os.environ, "PATH": f"{programs}:/bin"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        address = process.stdout.readline().decode()
        process.send_signal(number)
        assert process.wait(20) == 130
    assert is_gone(address)
