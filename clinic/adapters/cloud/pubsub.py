"""Google's Pub/Sub: where topics are, and how its client finds the service or the emulator."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any

from google.pubsub_v1 import PublisherClient
from google.pubsub_v1.types import PublishRequest, PubsubMessage

from clinic.settings import Settings

EMULATOR = "PUBSUB_EMULATOR_HOST"
"""The variable by which Google's own tools find the emulator: host:port."""


def topic_path(project: str, topic: str) -> str:
    """Return a topic's full name."""
    return f"projects/{project}/topics/{topic}"


def request(project: str, topic: str, data: bytes, attributes: Any, ordering_key: str) -> PublishRequest:
    """Return the request that publishes one message. Raises ValueError where it is empty."""
    if not data:
        raise ValueError("an empty message is refused by every push subscriber")
    message = PubsubMessage(data=data, attributes=dict(attributes), ordering_key=ordering_key)
    return PublishRequest(topic=topic_path(project, topic), messages=[message])


def project_of(settings: Settings) -> str:
    """Return the project of the topics: the settings', else that of the credentials.

    Raises google.auth's DefaultCredentialsError where there is neither.
    """
    if settings.google_cloud_project or os.environ.get(EMULATOR):
        return settings.google_cloud_project or "local"
    import google.auth

    _, project = google.auth.default()
    return str(project)


def publisher() -> PublisherClient:
    """Return the process's client. Ask for it in a call, never at import: see `firestore.client`."""
    return _publisher(os.environ.get(EMULATOR, ""), os.getpid())


@lru_cache(maxsize=4)
def _publisher(emulator: str, process: int) -> PublisherClient:  # noqa: ARG001
    if not emulator:
        return PublisherClient()
    import grpc  # type: ignore[import-untyped]

    transport = PublisherClient.get_transport_class("grpc")
    return PublisherClient(transport=transport(channel=grpc.insecure_channel(emulator)))
