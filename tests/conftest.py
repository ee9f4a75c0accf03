"""The local run in a process of its own, for tests that look at the clinic from outside."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from rehearsal.web.chromium import HOW_TO_GET_IT, chromium_path

ROOT = Path(__file__).parents[1]
_OURS = (
    "TWILIO",
    "GEMINI",
    "GOOGLE",
    "CLINIC",
    "LOCAL",
    "PORT",
    "FUNCTIONS",
    "REALTIME",
    "MAX",
    "LOG",
    "API",
    "CORS",
    "WEB",
    "TRUSTED",
    "STORE",
    "MAIL",
    "SHEETS",
    "CALENDAR",
    "WORKSPACE",
    "REGISTER",
)

# No deadline: a shared machine's pauses are no failures. The first text of a fresh clone is slow to draw.
# The same examples every time: a change is judged by what it changes. Nightly looks for other ones.
settings.register_profile(
    "usual", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("nightly", settings.get_profile("usual"), max_examples=1000, derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "usual"))


class LocalRun:
    """`local.py` on free ports, with its data in a folder of its own: mails and sheets too, as files."""

    def __init__(self, tree: Path, data: Path, settings: dict[str, str]) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        files = {"MAIL": "outbox", "SHEETS": "folder"}
        ports = {"PORT": "0", "FUNCTIONS_PORT": "0", "WORKSPACE_PORT": "0"}
        here = {"LOCAL_DATA": str(data), "PYTHONPATH": str(tree)}
        self.data = data
        self.address: dict[str, str] = {}
        with (data.parent / "log").open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "local.py"],
                cwd=tree,
                env={**inherited, **ports, **files, **here, **settings},
                text=True,
                stdout=subprocess.PIPE,
                stderr=log,
            )

    @property
    def log(self) -> str:
        """What it has written to standard error."""
        return (self.data.parent / "log").read_text()

    def banner(self) -> str:
        """Wait until it is open, and return what it printed."""
        assert self._process.stdout is not None
        lines = [""]
        while not lines[-1].startswith("Place a call"):
            lines.append(self._process.stdout.readline())
            assert lines[-1], self.log
            words = lines[-1].split()
            self.address.update({words[0].lower(): words[1]} if len(words) > 1 else {})
        return "".join(lines)

    def finish(self, seconds: float) -> tuple[int, str]:
        """Wait for its end; return the exit code and what it printed."""
        printed, _ = self._process.communicate(timeout=seconds)
        return self._process.returncode, printed

    def end(self, number: int) -> tuple[int, float]:
        """Send a signal; return the exit code and the seconds it took."""
        began = time.monotonic()
        self._process.send_signal(number)
        code, _ = self.finish(20)
        return code, time.monotonic() - began

    def kill(self) -> None:
        """End it as a crash would."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., LocalRun]]:
    """Start a local run, of another tree if one is given; it is killed at the end."""
    runs: list[LocalRun] = []

    def run(tree: Path = ROOT, **settings: str) -> LocalRun:
        runs.append(LocalRun(tree, tmp_path / "data", settings))
        return runs[-1]

    yield run
    for each in runs:
        each.kill()


@pytest.fixture(autouse=True)
def _browser(request: pytest.FixtureRequest) -> None:
    """Skip what needs Chromium where there is none, and say how to get it."""
    if request.node.get_closest_marker("browser") and chromium_path() is None:
        (pytest.fail if os.environ.get("BROWSER_TESTS") == "required" else pytest.skip)(HOW_TO_GET_IT)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "emulators: needs Google's emulators (`make test-emulators`)")
    config.addinivalue_line("markers", "browser: needs Chromium (`make test-browser`)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes its time: the spoken calls last as long as people speak."""
    items.sort(key=lambda item: "test_spoken_calls" not in item.nodeid)
