"""Goes on in another language of the clinic."""

from __future__ import annotations

from msgspec import Struct

from clinic.contracts.tool_call import Result, refused, succeeded
from realtime_service.ongoing_call import OngoingCall


class SwitchAsked(Struct, frozen=True):
    """The arguments, as the model gives them."""

    language: str
    """BCP 47; only its primary subtag counts."""


async def switch_language(asked: SwitchAsked, call: OngoingCall) -> Result:
    """Let everything after this be in the caller's language: tool calls, letters, the service's own words."""
    language = asked.language.strip().casefold().split("-")[0]
    if language not in call.clinic.languages:
        known = ", ".join(call.clinic.languages)
        return refused(
            f"The clinic speaks {known}. Go on in {call.language}.",
            "no_such_language",
            error_type="validation",
        )
    await call.switch_language(language)
    return succeeded(f"Go on in {language}, in your next sentence.", language=language)
