"""The bus on Google's Pub/Sub."""

from __future__ import annotations

from collections.abc import Mapping

from google.api_core.exceptions import DeadlineExceeded, NotFound
from google.api_core.retry import Retry, if_exception_type

from clinic.adapters.cloud import pubsub
from clinic.adapters.cloud.passing import PASSING
from clinic.settings import Settings

ATTEMPT_SECONDS = 2.0
TIMEOUT_SECONDS = 8.0
"""Of all attempts together. A function that can not publish fails, and is given its message again."""


class CloudBus:
    """Implements `Bus`. One request a message: the library's batches would cost each 10 ms of waiting."""

    def __init__(self, project: str) -> None:
        self._project = project

    def publish(self, topic: str, data: bytes, attributes: Mapping[str, str], ordering_key: str = "") -> None:
        """Accept a message. Twice, perhaps, where Pub/Sub's reply was lost: readers know it by its id."""
        request = pubsub.request(self._project, topic, data, attributes, ordering_key)
        try:
            pubsub.publisher().publish(request, retry=_retry(), timeout=ATTEMPT_SECONDS)
        except NotFound as error:
            raise LookupError(f"there is no topic {topic}") from error


def open_port(settings: Settings) -> CloudBus:
    """Open the bus."""
    return CloudBus(pubsub.project_of(settings))


def _retry() -> Retry:
    return Retry(
        predicate=if_exception_type(DeadlineExceeded, *PASSING),
        initial=0.05,
        maximum=1.0,
        multiplier=2,
        timeout=TIMEOUT_SECONDS,
    )
