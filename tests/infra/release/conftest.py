"""A service at a rehearsed Cloud Run, and the command on it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from infra.release.__main__ import main
from rehearsal.cloud_run import RehearsedCloudRun

NAME = "projects/clinic-staging/locations/asia-south1/services/realtime-service"


@pytest.fixture
def opened() -> Iterator[Callable[..., RehearsedCloudRun]]:
    """Open one service with one revision, `realtime-service-00001`, where it is said to answer, so set."""
    with ExitStack() as ends:

        def open_one(uri: str = "", settings: dict[str, str] | None = None) -> RehearsedCloudRun:
            server = RehearsedCloudRun(NAME, f"image@sha256:{'1' * 64}", uri, settings)
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            for end in (server.server_close, thread.join, server.shutdown):
                ends.callback(end)
            return server

        yield open_one


@pytest.fixture
def cloud_run(opened: Callable[..., RehearsedCloudRun]) -> RehearsedCloudRun:
    """Open one service, of which nothing more is to be said."""
    return opened()


@pytest.fixture
def release(cloud_run: RehearsedCloudRun) -> Callable[..., int]:
    """Run `python -m infra.release` on it."""
    return command_on(cloud_run)


@pytest.fixture
def release_of() -> Callable[[RehearsedCloudRun], Callable[..., int]]:
    """Run `python -m infra.release` on another one."""
    return command_on


def command_on(cloud_run: RehearsedCloudRun) -> Callable[..., int]:
    """Return `python -m infra.release` for a service."""

    def run(*arguments: str) -> int:
        return main(["--service", NAME, "--endpoint", cloud_run.url, *arguments])

    return run
