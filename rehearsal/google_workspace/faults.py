"""What goes wrong on purpose: by rule, for tests of one case, or by chance, for a storm."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from rehearsal.google_workspace.refusal import Refused

Kind = Literal["latency", "unauthorised", "rate_limit", "quota", "internal", "unavailable", "answer_lost"]

KINDS: tuple[Kind, ...] = (
    "unauthorised",
    "rate_limit",
    "quota",
    "internal",
    "unavailable",
    "answer_lost",
)
"""What chance chooses among; latency is a rule's."""

_REFUSALS: dict[Kind, Refused] = {
    "unauthorised": Refused(401, "authError", "Request had invalid authentication credentials."),
    "rate_limit": Refused(403, "rateLimitExceeded", "Rate Limit Exceeded"),
    "quota": Refused(429, "rateLimitExceeded", "Quota exceeded for quota metric."),
    "internal": Refused(500, "backendError", "Backend Error"),
    "unavailable": Refused(503, "backendError", "The service is currently unavailable."),
}


class Fault(Struct, frozen=True):
    """What happens to a request instead of, or besides, what was asked."""

    kind: Kind
    seconds: float = 0.0
    """Of latency: how long the answer is kept back."""

    @property
    def refusal(self) -> Refused | None:
        """How the request is refused; None where it is carried out all the same."""
        return _REFUSALS.get(self.kind)


class Faults:
    """Chooses the fault of each request; many threads ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[tuple[str, Fault, int]] = []
        self._chance, self._probability, self._kinds = random.Random(0), 0.0, KINDS  # noqa: S311
        self.happened: Counter[str] = Counter()
        """How often each kind did."""

    def add(self, method: str, kind: Kind, times: int = 1, seconds: float = 0.0) -> None:
        """Let the next requests of a method, or of all that begin so (`calendar.`), go wrong."""
        with self._lock:
            self._rules.append((method, Fault(kind, seconds), times))

    def at_random(self, probability: float, seed: int, kinds: Sequence[Kind] = KINDS) -> None:
        """Let any request go wrong with that probability, 0 to 1; 0 ends the storm."""
        with self._lock:
            self._chance, self._probability = random.Random(seed), probability  # noqa: S311
            self._kinds = tuple(kinds)

    def clear(self) -> None:
        """Let everything go well again."""
        with self._lock:
            self._rules, self._probability = [], 0.0

    def next_for(self, method: str) -> Fault | None:
        """Return what happens to this request."""
        with self._lock:
            fault = self._by_rule(method) or self._by_chance()
            if fault:
                self.happened[fault.kind] += 1
            return fault

    def _by_rule(self, method: str) -> Fault | None:
        for at, (prefix, fault, times) in enumerate(self._rules):
            if method.startswith(prefix):
                self._rules[at : at + 1] = [(prefix, fault, times - 1)] if times > 1 else []
                return fault
        return None

    def _by_chance(self) -> Fault | None:
        if self._chance.random() >= self._probability:
            return None
        return Fault(self._chance.choice(self._kinds))
