"""Starts the Chromium of this machine, headless, with a microphone of our making."""

from __future__ import annotations

import os
import shutil
import tempfile
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, async_playwright

Microphone = Literal["there", "refused", "missing"]

HOW_TO_GET_IT = "no Chromium here: `apt-get install chromium`, or name one in CHROMIUM"
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless=new",
    "--no-sandbox",  # a container's root may have none
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_NOT_PLAYWRIGHTS = ["--headless", "--mute-audio"]
_MICROPHONES: dict[Microphone, tuple[str, ...]] = {
    "there": ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
    "refused": ("--use-fake-device-for-media-stream", "--deny-permission-prompts"),
    "missing": ("--disable-audio-input", "--use-fake-ui-for-media-stream"),
}
_RATE = 48_000
"""Hertz, of what the microphone hears."""


def chromium_path() -> str | None:
    """Return the Chromium to start, or None where there is none."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)


@asynccontextmanager
async def chromium(microphone: Microphone = "there", says: bytes = b"") -> AsyncIterator[Browser]:
    """Start a browser whose microphone hears `says` over and over, PCM16 little-endian mono at 48 kHz.

    Without it the microphone hears silence, not the beeps of Chromium's own.
    """
    with tempfile.TemporaryDirectory() as folder:
        heard = Path(folder) / "microphone.wav"
        _write(heard, says or bytes(2 * _RATE))
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=chromium_path(),
                args=[*_FLAGS, *_MICROPHONES[microphone], f"--use-file-for-fake-audio-capture={heard}"],
                ignore_default_args=_NOT_PLAYWRIGHTS,
            )
            try:
                yield browser
            finally:
                await browser.close()


def _write(path: Path, pcm: bytes) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(pcm)
