"""Reads the table of functions: one row each, for the model, the dispatcher, the local run and Terraform."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

TABLE_FILE = Path(__file__).with_name("functions.json")
DEAD_LETTERS = "dead_letters"
WARMING = "call.started"
"""The fact that wakes every tool's function while the caller is greeted."""
_NAME = re.compile(r"[a-z][a-z0-9_]{2,50}")


class FunctionTableError(ValueError):
    """A row of the table can't be used: which one and why."""


class Deploy(Struct, frozen=True, forbid_unknown_fields=True):
    """How the function is hosted."""

    memory: str = "256Mi"
    timeout_seconds: int = 30
    min_instances: int = 0
    max_instances: int = 20
    concurrency: int = 20
    uses: tuple[Literal["store", "bus", "twilio", "mail", "calendar", "sheets", "backup"], ...] = ()
    """What its service account may reach. The store and the bus go without saying but for a webhook."""


class Declaration(Struct, frozen=True, forbid_unknown_fields=True):
    """What the model is told of a tool: Gemini's FunctionDeclaration without its name."""

    description: str
    parameters: dict[str, Any]
    """JSON Schema of type object."""


class FunctionRow(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One function. Its name is also its file, its door, its URL and, for a tool, its topic."""

    name: str
    kind: Literal["tool", "live", "reaction", "job", "webhook"]
    """`live`: a tool that concerns the call itself and is answered within the realtime service."""
    declaration: Declaration | None = None
    """Of a tool, live or not."""
    deadline_seconds: float = 8.0
    """Of a tool, live or not: how long a caller waits for its answer."""
    on_late: Literal["refuse", "finish"] = "refuse"
    """Of a tool: what a delivery after the deadline does."""
    once_per_call: bool = False
    """Of a tool: the same arguments again in one call get the first answer, if it succeeded."""
    reacts_to: tuple[str, ...] = ()
    """Of a reaction: topics."""
    every_minutes: int = 0
    """Of a job: how often it is run."""
    callers: Literal["anyone", "authorised"] = "anyone"
    """Of a webhook: `anyone` asks, and it checks by itself who does; or who shows an id token that counts."""
    deploy: Deploy = Deploy()

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics whose messages are pushed to this function."""
        if self.kind == "tool":
            return (self.name, WARMING)
        return (self.name,) if self.kind == "job" else self.reacts_to


class FunctionTable(Struct, frozen=True, dict=True):
    """Every function of the product."""

    rows: tuple[FunctionRow, ...]

    def __iter__(self) -> Iterator[FunctionRow]:
        return iter(self.rows)

    def __getitem__(self, name: str) -> FunctionRow:
        """Return the row of that name; KeyError without one."""
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, FunctionRow]:
        return {row.name: row for row in self.rows}

    @cached_property
    def tools(self) -> dict[str, FunctionRow]:
        """What the model may call and a function answers, by name."""
        return {row.name: row for row in self.rows if row.kind == "tool"}

    @cached_property
    def live(self) -> dict[str, FunctionRow]:
        """What the model may call and the realtime service answers by itself, by name."""
        return {row.name: row for row in self.rows if row.kind == "live"}

    @cached_property
    def deployed(self) -> tuple[FunctionRow, ...]:
        """The rows that are functions with a door of their own: all but the live tools."""
        return tuple(row for row in self.rows if row.kind != "live")

    def subscribers(self, topic: str) -> tuple[FunctionRow, ...]:
        """Return the functions to which a topic's messages are pushed."""
        return tuple(row for row in self.rows if topic in row.topics)

    @cached_property
    def declarations(self) -> list[dict[str, Any]]:
        """Gemini's function declarations, one per tool, live or not."""
        return [
            {
                "name": row.name,
                "description": row.declaration.description,
                "parameters_json_schema": row.declaration.parameters,
            }
            for row in self.rows
            if row.declaration is not None
        ]


def load_function_table(file: Path = TABLE_FILE) -> FunctionTable:
    """Read and check the table.

    Raises FunctionTableError, naming the row and the key.
    """
    try:
        rows = msgspec.json.decode(file.read_bytes(), type=tuple[FunctionRow, ...])
    except msgspec.DecodeError as error:
        raise FunctionTableError(f"{file.name}: {error}") from error
    for mistake in _mistakes(rows):
        raise FunctionTableError(f"{file.name}: {mistake}")
    return FunctionTable(rows)


def _mistakes(rows: tuple[FunctionRow, ...]) -> Iterator[str]:
    for name, count in Counter(row.name for row in rows).items():
        if count > 1:
            yield f"{name}: two rows have this name"
        if not _NAME.fullmatch(name):
            yield f"{name}: name: must be lower-case words joined by underscores"
    for row in rows:
        yield from (f"{row.name}: {mistake}" for mistake in _row_mistakes(row))


def _row_mistakes(row: FunctionRow) -> Iterator[str]:
    if (row.kind in ("tool", "live")) != (row.declaration is not None):
        yield "declaration: a tool has one, and nothing else does"
    if (row.kind == "reaction") != bool(row.reacts_to):
        yield "reacts_to: a reaction names its topics, and nothing else does"
    if (row.kind == "job") != (row.every_minutes > 0):
        yield "every_minutes: a job is run every so many minutes, and nothing else is"
    if row.callers != "anyone" and row.kind != "webhook":
        yield "callers: only a webhook is asked by somebody"
    if row.deadline_seconds <= 0:
        yield "deadline_seconds: must be above 0"
