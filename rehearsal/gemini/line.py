"""How one connection to the rehearsed service fares: what goes wrong on it, and how long it lasts."""

from __future__ import annotations

from http import HTTPStatus

from msgspec import Struct

from rehearsal.gemini.refusal import Refused


class Line(Struct, frozen=True, kw_only=True):
    """One connection. By default nothing goes wrong."""

    upgrade_refused: HTTPStatus | None = None
    """Answered to the upgrade instead of it: 429 when too many sessions are open."""
    setup_seconds: float = 0.0
    """Until setupComplete; infinite for a service that never answers."""
    setup_refused: Refused | None = None
    """Closes the connection instead of setupComplete."""
    seconds: float | None = None
    """Until the connection is cut; None leaves it to the pace."""
    notice_seconds: float | None = None
    """How long before that goAway is sent; 0 cuts without one."""
    is_resumable: bool = True
    """Whether handles are offered."""
    resumes_calls: bool = False
    """Whether a handle is offered while an answer is due, and stands for the open calls."""
    hears: bool = True
    """Whether anything comes of what the client sends, once it is set up."""
    is_mute: bool = False
    """Whether the voice is digital silence."""
