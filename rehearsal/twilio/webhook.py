"""Requests TwiML from a webhook as Twilio does: form-encoded, signed, 15 seconds in all.

https://www.twilio.com/docs/usage/webhooks/webhooks-security. The signature is
over the address exactly as configured and all the parameters.
"""

from __future__ import annotations

import http.client
import time
import uuid
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit, urlunsplit

from msgspec import Struct
from twilio.request_validator import RequestValidator

from rehearsal.twilio.dictionary import TwilioError
from rehearsal.twilio.twiml import Request

TIMEOUT_SECONDS = 15.0
_XML = ("text/xml", "application/xml", "text/html")


class WebhookRefused(TwilioError):
    """The webhook answered with something other than success."""

    def __init__(self, url: str, status: int) -> None:
        super().__init__(11200, f"HTTP {status} from {url}")
        self.status = status


class NobodyAnswers(TwilioError):
    """Nothing listens at the webhook's address, or it does not answer in time."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(11205, f"{url} ({why})")
        self.url = url


class Answer(Struct, frozen=True):
    """What a webhook answered, and how soon."""

    text: str
    milliseconds: float


class Webhooks:
    """Signs and sends the requests of one account."""

    def __init__(self, auth_token: str, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._validator = RequestValidator(auth_token)
        self._timeout_seconds = timeout_seconds

    def signature(self, url: str, parameters: Mapping[str, str]) -> str:
        """Return the value of X-Twilio-Signature."""
        return str(self._validator.compute_signature(url, dict(parameters)))

    def fetch(self, request: Request, parameters: Mapping[str, str]) -> Answer:
        """Request TwiML.

        Raises NobodyAnswers, WebhookRefused, or TwilioError 12300 for another content type.
        """
        status, content_type, answer = self._send(request, parameters)
        if status == http.client.NO_CONTENT:
            return answer
        if content_type.partition(";")[0].strip().lower() not in _XML:
            raise TwilioError(12300, f"{content_type or 'none'} from {request.url}")
        return answer

    def notify(self, request: Request, parameters: Mapping[str, str]) -> None:
        """Tell a status callback; what it answers does not matter, as long as it is success.

        Raises NobodyAnswers or WebhookRefused.
        """
        self._send(request, parameters)

    def _send(self, request: Request, parameters: Mapping[str, str]) -> tuple[int, str, Answer]:
        url = _without_fragment(request.url)
        by_get = request.method == "GET"
        if by_get:
            url += ("&" if "?" in url else "?") + urlencode(parameters)
        body = None if by_get else urlencode(parameters)
        signature = self.signature(url, {} if by_get else parameters)
        began = time.monotonic()
        try:
            status, content_type, text = _exchange(
                request.method, url, body, _headers(signature, body), self._timeout_seconds
            )
        except (OSError, http.client.HTTPException) as error:
            raise NobodyAnswers(url, str(error) or type(error).__name__) from error
        if not 200 <= status < 300:
            raise WebhookRefused(url, status)
        return status, content_type, Answer(text, (time.monotonic() - began) * 1000)


def _headers(signature: str, body: str | None) -> dict[str, str]:
    headers = {
        "User-Agent": "TwilioProxy/1.1",
        "Accept": "*/*",
        "X-Twilio-Signature": signature,
        "I-Twilio-Idempotency-Token": str(uuid.uuid4()),
        "Connection": "close",
    }
    if body is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
    return headers


def _exchange(
    method: str, url: str, body: str | None, headers: Mapping[str, str], timeout: float
) -> tuple[int, str, str]:
    """Return status, content type and text. http.client knows no proxy, so loopback stays loopback."""
    parts = urlsplit(url)
    kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
    connection = kinds[parts.scheme](parts.hostname or "", parts.port, timeout=timeout)
    try:
        connection.request(method, parts._replace(scheme="", netloc="").geturl() or "/", body, dict(headers))
        response = connection.getresponse()
        text = response.read().decode("utf-8", "replace")
        return response.status, response.headers.get("Content-Type", ""), text
    finally:
        connection.close()


def _without_fragment(url: str) -> str:
    """Connection overrides stand in the fragment; it is neither sent nor signed."""
    return urlunsplit(urlsplit(url)._replace(fragment=""))
