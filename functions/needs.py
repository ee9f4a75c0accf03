"""Opens what a function's parameters name, at the first call that asks for it."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from clinic.directory import load_clinic
from clinic.settings import Settings
from clinic.telemetry.ports import traced

_NO_PORTS = {"clinic": "", "now": "", "settings": "", "letters": "clinic.letters"}
"""What else a function may need, and the module it comes from; empty where it is here already."""


class Needs:
    """The world of one function's process: what no parameter names is never opened."""

    def __init__(self, settings: Settings, given: Mapping[str, Any] | None = None) -> None:
        """`given` are ports that are open already, by name; the rest is opened as the settings say."""
        self.settings = settings
        self._opened: dict[str, Any] = {"settings": settings, **(given or {})}

    def open(self, name: str) -> Any:
        """Return the port of that name; ModuleNotFoundError if there is no such adapter."""
        if name == "now" and name not in self._opened:
            return datetime.now(UTC)
        if name not in self._opened:
            self._opened[name] = self._open_new(name)
        return self._opened[name]

    def of(self, function: Callable[..., Any]) -> dict[str, Any]:
        """Return the keyword arguments that a function asks for."""
        parameters = inspect.signature(function).parameters.values()
        return {each.name: self.open(each.name) for each in parameters if each.kind is each.KEYWORD_ONLY}

    def load(self, function: Callable[..., Any], *more: str) -> None:
        """Import what a function will open, and open none of it: a connection must not cross a fork."""
        parameters = inspect.signature(function).parameters.values()
        named = {each.name for each in parameters if each.kind is each.KEYWORD_ONLY} | {*more}
        for name in sorted(named - self._opened.keys() - _NO_PORTS.keys()):
            importlib.import_module(self._module(name))
        for module in {_NO_PORTS[name] for name in named & _NO_PORTS.keys()} - {""}:
            importlib.import_module(module)

    def _module(self, port: str) -> str:
        return f"clinic.adapters.{self.settings.family_of(port)}.{port}"

    def _open_new(self, name: str) -> Any:
        if name == "clinic":
            return load_clinic(self.settings.clinic_path)
        if name == "letters":
            # Imported here: Jinja2 takes a tenth of a second of a cold start.
            return importlib.import_module("clinic.letters").Letters(
                self.open("clinic"), self.settings.letters_path
            )
        port = importlib.import_module(self._module(name)).open_port(self.settings)
        return traced(name, port)
