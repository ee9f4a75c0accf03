"""The service's own door: one clear line where it can't start, and a clean end when told to."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from clinic.contracts.function_table import load_function_table
from clinic.directory import load_clinic
from clinic.settings import Settings
from realtime_service import __main__
from realtime_service.ports import NoConnection

ROOT = Path(__file__).parents[2]


def door(tmp_path: Path, **settings: str) -> "subprocess.Popen[str]":
    environment = {
        "PATH": os.environ["PATH"],
        "LOCAL_DATA": str(tmp_path),
        "GEMINI_API_KEY": "any-key",
        **settings,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "realtime_service"],
        cwd=ROOT,
        env=environment,
        text=True,
        stderr=subprocess.PIPE,
    )


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"GEMINI_API_KEY": ""}, "GEMINI_API_KEY"),
        ({"PORT": "many"}, "PORT='many'"),
        ({"STORE": "cloud"}, "STORE='cloud'"),
        ({"CLINIC_FILE": "none.toml"}, "none.toml: file:"),
    ],
)
def test_what_keeps_it_from_starting_is_one_line(
    tmp_path: Path, settings: dict[str, str], words: str
) -> None:
    process = door(tmp_path, **settings)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 2
    assert words in said
    assert len(said.splitlines()) == 1


def test_it_is_healthy_until_it_is_told_to_stop(tmp_path: Path, free_port: int) -> None:
    process = door(tmp_path, PORT=str(free_port))
    assert process.stderr is not None
    try:
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{free_port}/healthz") as response:
                    assert response.status == 200
                break
            except OSError:
                time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)
    finally:
        if process.poll() is None:
            process.kill()
    assert process.returncode == 0


async def test_its_port_is_closed_until_its_store_is_connected(
    monkeypatch: pytest.MonkeyPatch, free_port: int
) -> None:
    class Connecting:
        async def start(self, listener: socket.socket) -> None:
            assert listener.getsockname()[1] == free_port
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", free_port))
            listener.close()
            raise NoConnection("as far as it comes")

    monkeypatch.setattr(__main__, "realtime_service", lambda *_: Connecting())
    settings = Settings(port=free_port, gemini_api_key="any-key")
    with pytest.raises(NoConnection):
        await __main__._serve(settings, load_clinic(), load_function_table(), __main__.gemini_live(settings))
