"""Two spoken calls through everything: the second wants the slot that the first has booked.

They take their time: what is said is said in real time, over a mu-law line.
"""

import csv
import os
import subprocess
import sys
import wave
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
Start = Callable[..., Any]
LOUD = 500
"""Root mean square of speech, of 32,767."""


def call(run: Any, wav: Path, *options: str) -> str:
    """Make a call as `make call` does; return what it showed."""
    functions = run.address["functions"].removesuffix("/<function")
    environment = {**os.environ, "LOCAL_DATA": str(run.data), "NO_COLOR": "1"}
    environment.pop("TWILIO_AUTH_TOKEN", None)
    command = [
        sys.executable,
        "-m",
        "rehearsal.call",
        "--functions-url",
        functions,
        "--wav",
        str(wav),
        *options,
    ]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, text=True, capture_output=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr + run.log
    return done.stdout


def loudness(file: Path) -> tuple[float, float]:
    """Return how loud the loudest second of each side is: caller, agent."""
    with wave.open(str(file)) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getsampwidth()) == (2, 8000, 2)
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").reshape(-1, 2).astype(float)
    seconds = samples[: len(samples) // 8000 * 8000].reshape(-1, 8000, 2)
    caller, agent = np.sqrt((seconds**2).mean(axis=1)).max(axis=0)
    return float(caller), float(agent)


def test_a_spoken_call_books_and_the_next_is_refused_the_same_slot(start: Start, tmp_path: Path) -> None:
    run = start()
    run.banner()
    wanted = ("--doctor", "mehta", "--time", "10:30")
    first = call(run, tmp_path / "first.wav", *wanted)
    assert "book_appointment succeeded" in first
    assert "booked: Dr. Anil Mehta" in first
    assert "warning" not in first.lower()
    (mail,) = (run.data / "outbox").glob("*.eml")
    letter = message_from_bytes(mail.read_bytes(), policy=policy.default).get_body(("plain",))
    assert letter is not None
    assert "at 10:30 AM" in letter.get_content()
    second = call(run, tmp_path / "second.wav", *wanted, "--no-accept-alternative")
    assert "Hello Asha." in second
    assert "is not free" in second
    assert "I could offer" in second
    assert "appointment: none" in second
    for file in ("first.wav", "second.wav"):
        assert min(loudness(tmp_path / file)) > LOUD
    with (run.data / "register" / "calls.csv").open(encoding="utf-8") as sheet:
        records = list(csv.DictReader(sheet))
    assert [record["status"] for record in records] == ["completed", "completed"]
    assert records[0]["customer_name"] == "Asha Rao"
    assert "Asha" not in run.log
    assert "example.com" not in run.log
