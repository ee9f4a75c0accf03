"""Tests of the table of models."""

from __future__ import annotations

import pytest

from realtime_service.live.capabilities import capabilities_of
from realtime_service.live.gemini import DEFAULT_MODEL


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


def test_a_model_is_known_by_its_resource_name_too() -> None:
    assert capabilities_of("models/gemini-3.1-flash-live-preview").function_behavior == "BLOCKING"


def test_a_model_not_known_yet_is_treated_as_the_default() -> None:
    assert capabilities_of("gemini-4-live") == capabilities_of(DEFAULT_MODEL)
