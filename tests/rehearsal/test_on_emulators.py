"""The clinic on Google's emulators, from outside: it opens, works as in the cloud, leaves nothing behind."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.whereabouts import adopt

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "rehearsal.on_emulators"]
_OURS = ("GEMINI", "GOOGLE", "LOCAL", "STORE", "FIRESTORE", "PUBSUB", "FUNCTIONS", "REALTIME", "TWILIO")


def settings(tmp_path: Path, **changed: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return {**clean, "LOCAL_DATA": str(tmp_path / "data"), "PORT": "0", "FUNCTIONS_PORT": "0", **changed}


@contextlib.contextmanager
def running(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start it, wait until it is open, and give its process and what it said."""
    with subprocess.Popen(
        COMMAND, cwd=ROOT, env=settings(tmp_path), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout is not None
        said = ""
        while "Place a call" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        try:
            yield process, said
        finally:
            process.terminate()
            process.communicate(timeout=60)


def status(url: str, data: bytes | None = None, **headers: str) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=data, headers=headers)) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def nobody_listens(address: str) -> bool:
    host, _, port = address.partition(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return True
    return False


@pytest.mark.emulators
def test_it_is_open_as_in_the_cloud_and_leaves_nothing_behind(tmp_path: Path) -> None:
    if not os.environ.get("PUBSUB_EMULATOR_HOST"):
        pytest.skip("no emulators here: `make test-emulators` runs this on Google's")
    with running(tmp_path) as (process, said):
        found = {"LOCAL_DATA": str(tmp_path / "data")}
        adopt(found)
        assert found["STORE"] == "cloud"
        functions = f"http://127.0.0.1:{found['FUNCTIONS_PORT']}"
        addresses = {word.removeprefix("http://") for word in said.split() if word.startswith("http://127")}
        (health,) = [word for word in said.split() if word.endswith("/healthz")]
        assert status(health) == 200
        assert status(f"{functions}/twilio-voice", b"CallSid=CA1") == 403
        assert status(f"{functions}/no_such_function", b"") == 404
        assert status(f"{functions}/web-session", b"", Origin="http://localhost:8080") == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    listening = [each.split("/")[0] for each in addresses] + [found["FIRESTORE_EMULATOR_HOST"]]
    assert len(listening) > 20
    assert all(nobody_listens(address) for address in listening)
    assert not (tmp_path / "data" / "emulators.json").exists()


def test_without_gcloud_it_says_so_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    done = subprocess.run(
        COMMAND, cwd=ROOT, env=settings(tmp_path, PATH=str(tmp_path / "bin")), capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.startswith("gcloud is missing")
    assert done.stderr.count("\n") == 1


def test_a_note_of_a_clinic_that_was_killed_is_not_believed(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    note = {"process": gone.pid, "environment": {"STORE": "cloud"}}
    (tmp_path / "emulators.json").write_text(json.dumps(note))
    found = {"LOCAL_DATA": str(tmp_path)}
    adopt(found)
    assert "STORE" not in found


def test_what_is_set_already_is_not_taken_over(tmp_path: Path) -> None:
    note = {"process": os.getpid(), "environment": {"STORE": "cloud", "FUNCTIONS_PORT": "1"}}
    (tmp_path / "emulators.json").write_text(json.dumps(note))
    found = {"LOCAL_DATA": str(tmp_path), "STORE": "embedded"}
    adopt(found)
    assert found == {"LOCAL_DATA": str(tmp_path), "STORE": "embedded", "FUNCTIONS_PORT": "1"}
