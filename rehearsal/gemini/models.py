"""Which models the rehearsed service serves, and what each refuses in a set-up (model pages, 2026-11)."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from rehearsal.gemini.contents import Behavior
from rehearsal.gemini.refusal import POLICY_VIOLATION, Refused, invalid
from rehearsal.gemini.setup_message import Setup, ThinkingConfig

BOTH: frozenset[Behavior] = frozenset({"BLOCKING", "NON_BLOCKING"})


class Model(Struct, frozen=True):
    """How one model differs from the others."""

    default_behavior: Behavior
    behaviors: frozenset[Behavior]
    always_proactive: bool = False
    thinking: bool = False
    """Whether a thinkingLevel is needed; where it is not, it is an error on 3.8."""
    affective: bool = False


MODELS = {
    "models/gemini-3.8-live": Model("NON_BLOCKING", BOTH, always_proactive=True),
    "models/gemini-3.8-live-extended-thinking": Model(
        "NON_BLOCKING", frozenset({"NON_BLOCKING"}), always_proactive=True, thinking=True
    ),
    "models/gemini-3.1-flash-live-preview": Model("BLOCKING", frozenset({"BLOCKING"})),
    "models/gemini-2.5-flash-native-audio-preview-12-2025": Model("BLOCKING", BOTH, affective=True),
    "models/gemini-live-2.5-flash-native-audio": Model("BLOCKING", BOTH, affective=True),
}


def model_of(setup: Setup) -> Model:
    """Return the model that was asked for.

    Raises Refused: 1008 for a model that is not served, 1007 for a set-up the model can't accept.
    """
    # On Vertex AI: projects/…/locations/…/publishers/google/models/… .
    model = MODELS.get("models/" + setup.model.rpartition("models/")[2])
    if model is None:
        where = "is not found for API version v1beta, or is not supported for bidiGenerateContent."
        raise Refused(POLICY_VIOLATION, f"{setup.model} {where} Call ModelService.ListModels.")
    for mistake, is_made in _MISTAKES.items():
        if is_made(setup, model):
            raise invalid(mistake)
    return model


def _asks_for_text(setup: Setup, _model: Model) -> bool:
    wanted = setup.generation_config and setup.generation_config.response_modalities
    return wanted not in (None, ["AUDIO"])


def _asks_for_no_proactivity(setup: Setup, model: Model) -> bool:
    proactivity = setup.proactivity
    return model.always_proactive and proactivity is not None and proactivity.proactive_audio is False


def _asks_for_affect(setup: Setup, model: Model) -> bool:
    config = setup.generation_config
    return config is not None and bool(config.enable_affective_dialog) and not model.affective


def _thinking(setup: Setup) -> ThinkingConfig:
    return (setup.generation_config and setup.generation_config.thinking_config) or ThinkingConfig()


def _thinks_wrongly(setup: Setup, model: Model) -> bool:
    level = _thinking(setup).thinking_level
    if model.thinking:
        return level not in ("LOW", "MEDIUM", "HIGH")
    return model.always_proactive and level is not None


def _behaves_wrongly(setup: Setup, model: Model) -> bool:
    asked = {one.behavior for one in setup.declarations.values() if one.behavior is not None}
    return not asked <= model.behaviors


_MISTAKES: dict[str, Callable[[Setup, Model], bool]] = {
    "The model answers in AUDIO only.": _asks_for_text,
    "proactive_audio cannot be turned off.": _asks_for_no_proactivity,
    "enable_affective_dialog is not supported.": _asks_for_affect,
    "thinking_level is missing or not supported.": _thinks_wrongly,
    "behavior is not supported by the model.": _behaves_wrongly,
}
