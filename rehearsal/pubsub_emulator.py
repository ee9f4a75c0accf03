"""Google's Pub/Sub emulator, spoken to over REST: topics and subscriptions made, messages put and fetched."""

from __future__ import annotations

import base64
import http.client
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from clinic.contracts.function_table import FunctionTable
from clinic.contracts.subscriptions import Subscription, subscriptions, topics

_SECONDS = 10.0
_CONFLICT = 409


class PubSubError(Exception):
    """The emulator said no: the request, its status and its words."""


class Received(Struct, frozen=True):
    """A message that was fetched."""

    data: bytes
    attributes: dict[str, str]
    ack_id: str


class PubSubEmulator:
    """One project in the emulator at an address, host:port."""

    def __init__(self, address: str, project: str) -> None:
        self._address, self._project = address, project

    def set_up(self, table: FunctionTable, push_to: Mapping[str, str] | None = None) -> None:
        """Make what the table asks for.

        `push_to` are the URLs of the functions that are there; without it all are
        subscribed, and their messages wait to be fetched.
        """
        for topic in topics(table):
            self._ask("PUT", f"topics/{topic}", {})
        for each in subscriptions(table):
            if push_to is None or each.function in push_to:
                self.subscribe(each, (push_to or {}).get(each.function, ""))

    def subscribe(self, each: Subscription, url: str = "") -> None:
        """Make one subscription: pushed to a URL, or to be fetched where there is none."""
        asked: dict[str, Any] = {
            "topic": self._path(f"topics/{each.topic}"),
            "ackDeadlineSeconds": each.delivery.ack_deadline_seconds,
            "enableMessageOrdering": each.delivery.ordered,
        }
        if url:
            asked["pushConfig"] = {"pushEndpoint": url}
        if each.dead_letter_topic:
            asked["deadLetterPolicy"] = {
                "deadLetterTopic": self._path(f"topics/{each.dead_letter_topic}"),
                "maxDeliveryAttempts": each.delivery.most_attempts,
            }
        # No retry policy for tools: here even the shortest means a pause of three seconds after the
        # second failure, for which no caller would wait. Without one it is a second each time.
        if each.delivery.ordered:
            asked["retryPolicy"] = {
                "minimumBackoff": f"{each.delivery.minimum_backoff_seconds}s",
                "maximumBackoff": f"{each.delivery.maximum_backoff_seconds}s",
            }
        self._ask("PUT", f"subscriptions/{each.name}", asked)

    def publish(self, topic: str, data: bytes, attributes: Mapping[str, str], ordering_key: str = "") -> None:
        """Put one message on a topic."""
        message = {"data": base64.b64encode(data).decode(), "attributes": dict(attributes)}
        message |= {"orderingKey": ordering_key} if ordering_key else {}
        self._ask("POST", f"topics/{topic}:publish", {"messages": [message]})

    def fetch(self, subscription: str) -> list[Received]:
        """Return what waits, and acknowledge it."""
        asked = {"maxMessages": 1000, "returnImmediately": True}
        found = self._ask("POST", f"subscriptions/{subscription}:pull", asked).get("receivedMessages", [])
        received = [
            Received(
                base64.b64decode(each["message"].get("data", "")),
                each["message"].get("attributes", {}),
                each["ackId"],
            )
            for each in found
        ]
        if received:
            ids = [each.ack_id for each in received]
            self._ask("POST", f"subscriptions/{subscription}:acknowledge", {"ackIds": ids})
        return received

    def _path(self, name: str) -> str:
        return f"projects/{self._project}/{name}"

    def _ask(self, method: str, name: str, body: dict[str, Any]) -> dict[str, Any]:
        connection = http.client.HTTPConnection(self._address, timeout=_SECONDS)
        try:
            headers = {"Content-Type": "application/json"}
            connection.request(method, f"/v1/{self._path(name)}", msgspec.json.encode(body), headers)
            response = connection.getresponse()
            words = response.read()
        finally:
            connection.close()
        if response.status == _CONFLICT and method == "PUT":
            # It is there already.
            return {}
        if response.status != 200:
            raise PubSubError(f"{method} {name}: {response.status} {words.decode(errors='replace')}")
        return msgspec.json.decode(words, type=dict[str, Any])
