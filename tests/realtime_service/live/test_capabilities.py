"""Tests of the table of models."""

from __future__ import annotations

import pytest

from realtime_service.live.capabilities import _TABLE, capabilities_of
from realtime_service.live.gemini import DEFAULT_MODEL
from rehearsal.gemini.models import MODELS


def test_the_default_model_works_while_a_function_runs_and_is_not_told_how_much_to_think() -> None:
    row = capabilities_of(DEFAULT_MODEL)
    assert (row.function_behavior, row.thinking_level) == ("NON_BLOCKING", None)


@pytest.mark.parametrize(
    ("model", "behavior", "thinking"),
    [
        ("gemini-3.8-live-extended-thinking", "NON_BLOCKING", "LOW"),
        ("gemini-3.1-flash-live-preview", "BLOCKING", None),
    ],
)
def test_a_model_that_differs_has_its_own_row(model: str, behavior: str, thinking: str | None) -> None:
    row = capabilities_of(model)
    assert (row.function_behavior, row.thinking_level) == (behavior, thinking)


@pytest.mark.parametrize(
    "folders", ["models/", "publishers/google/models/", "projects/p/locations/l/publishers/google/models/"]
)
def test_a_model_is_known_by_its_resource_name_too(folders: str) -> None:
    assert capabilities_of(f"{folders}gemini-3.1-flash-live-preview").function_behavior == "BLOCKING"


def test_only_a_model_that_knows_blocking_calls_alone_is_kept_from_hearing_the_caller_meanwhile() -> None:
    gated = [name for name in _TABLE if capabilities_of(name).gates_voice]
    assert gated == ["gemini-3.1-flash-live-preview"]


@pytest.mark.parametrize("name", sorted(f"models/{name}" for name in _TABLE))
def test_the_rehearsed_service_knows_every_model_of_the_table(name: str) -> None:
    assert capabilities_of(name).function_behavior in MODELS[name].behaviors
    assert MODELS[name].thinking == (capabilities_of(name).thinking_level is not None)


def test_a_model_not_known_yet_is_treated_as_the_default() -> None:
    assert capabilities_of("gemini-4-live") == capabilities_of(DEFAULT_MODEL)
