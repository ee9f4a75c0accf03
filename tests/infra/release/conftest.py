"""A service at a rehearsed Cloud Run, and the command on it."""

import threading
from collections.abc import Callable, Iterator

import pytest

from infra.release.__main__ import main
from rehearsal.cloud_run import RehearsedCloudRun

NAME = "projects/clinic-staging/locations/asia-south1/services/realtime-service"


@pytest.fixture
def cloud_run() -> Iterator[RehearsedCloudRun]:
    """One service with one revision, `realtime-service-00001`."""
    server = RehearsedCloudRun(NAME, f"image@sha256:{'1' * 64}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def release(cloud_run: RehearsedCloudRun) -> Callable[..., int]:
    """Run `python -m infra.release` on it."""

    def run(*arguments: str) -> int:
        return main(["--service", NAME, "--endpoint", cloud_run.url, *arguments])

    return run
