"""The clinic's cloud on this machine: a process a function, the realtime service, Pub/Sub between them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

from clinic.contracts.function_table import FunctionTable
from rehearsal.processes import Hosted, end, free_port, start, wait_until_listening
from rehearsal.pubsub_emulator import PubSubEmulator

ROOT = Path(__file__).parents[1]
DOOR = ROOT / "functions" / "main.py"


class EmulatedCloud:
    """A context: what was started in it is gone at its end."""

    def __init__(self, table: FunctionTable, emulators: Mapping[str, str], project: str, data: Path) -> None:
        """`emulators` are the variables that name them, `data` the folder of logs, mails and sheets."""
        self.table, self.project, self.data = table, project, data
        self.pubsub = PubSubEmulator(emulators["PUBSUB_EMULATOR_HOST"], project)
        self.environment = {
            **emulators,
            "STORE": "cloud",
            "GOOGLE_CLOUD_PROJECT": project,
            "LOCAL_DATA": str(data),
            "PYTHONPATH": str(ROOT),
        }
        self.functions: dict[str, Hosted] = {}
        self.services: list[Hosted] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        end(self.services)
        end(self.functions.values())

    def host(
        self,
        names: Sequence[str],
        say: Callable[[str], object] = lambda _: None,
        *,
        door: Path = DOOR,
        **environment: str,
    ) -> None:
        """Start functions, each in functions-framework's own server, and subscribe them to their topics."""
        for name in names:
            self.functions[name] = self._start_function(name, door, environment)
        for name in names:
            wait_until_listening(self.functions[name])
            say(f"{name} on {self.functions[name].url}")
        self.pubsub.set_up(self.table, {name: self.functions[name].url for name in names})

    def serve(self, port: int = 0, **environment: str) -> Hosted:
        """Start an instance of the realtime service."""
        number = len(self.services) + 1
        service = start(
            "the realtime service",
            [sys.executable, "-m", "realtime_service"],
            port or free_port(),
            {**self.environment, **environment},
            self.data / "log" / f"realtime_service_{number}.log",
        )
        self.services.append(service)
        wait_until_listening(service)
        return service

    def ended(self) -> str:
        """Return the name of a process that has ended by itself; empty where all run."""
        everybody = [*self.functions.values(), *self.services]
        return next((each.name for each in everybody if not each.is_running), "")

    def _start_function(self, name: str, door: Path, environment: Mapping[str, str]) -> Hosted:
        port = free_port()
        command = [sys.executable, "-m", "functions_framework", "--source", str(door)]
        command += ["--target", name, "--host", "127.0.0.1", "--port", str(port)]
        log = self.data / "log" / f"{name}.log"
        there = {**self.environment, "FUNCTION_TARGET": name, **environment}
        return start(name, command, port, there, log)
