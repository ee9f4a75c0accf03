"""Requests to one Workspace API: a transport per thread, short time-outs, retries, clear faults."""

from __future__ import annotations

import http.client
import os
import random
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import google_auth_httplib2
import httplib2
from google.auth.credentials import Credentials
from google.auth.exceptions import RefreshError, TransportError
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from clinic.adapters.cloud.credentials import NotAllowed, explained, workspace_credentials
from clinic.ports import Unavailable
from clinic.settings import Settings

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.05, 1.0
_NOT_DONE_STATUS = {http.client.UNAUTHORIZED, http.client.TOO_MANY_REQUESTS}
"""A token may end under way; the transport has asked for another by then."""
_NOT_DONE = {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"}
_MISSING_SCOPE = {"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}

Make = Callable[[Any], Any]
"""Makes a request of the API's client, such as `lambda api: api.events().get(…)`."""


class AnswerLost(Unavailable):
    """The request may have been carried out, and must not be sent again as it is."""


class WorkspaceApi:
    """One API, such as `calendar` `v3`. Many threads use it: httplib2's transport can't be shared."""

    def __init__(
        self, settings: Settings, api: str, scopes: Sequence[str], timeout: float, patience: float
    ) -> None:
        """`timeout` seconds are for one attempt, `patience` seconds for all but the last."""
        self._settings, self._scopes = settings, scopes
        self._name, _, self._version = api.partition(".")
        self._timeout, self._patience = timeout, patience
        self._of_thread, self._lock = threading.local(), threading.Lock()

    def ask(self, make: Make, *, again: bool = True) -> Any:
        """Return the answer of a request, decoded; None where it has none.

        `again` is False for what would happen twice if it were sent twice. Raises HttpError
        where it is refused, NotAllowed where a scope is missing, Unavailable where no answer
        came in time, AnswerLost where it is not to be sent again.
        """
        request = make(self._client)
        give_up_at = time.monotonic() + self._patience
        pause = FIRST_PAUSE_SECONDS
        while True:
            failed = self._attempt(request, again)
            if not isinstance(failed, _Failed):
                return failed
            if time.monotonic() + pause > give_up_at:
                raise Unavailable(failed.reason)
            # Full jitter (AWS Architecture Blog, "Exponential backoff and jitter"); no secret.
            time.sleep(random.uniform(0, pause))  # noqa: S311
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _attempt(self, request: Any, again: bool) -> Any:
        try:
            return request.execute(http=self._transport())
        except HttpError as error:
            failed = self._judged(error)
        except RefreshError as error:
            raise explained(error, self._scopes) from error
        except TransportError as error:
            # The token was not given, so the request was not sent.
            return _Failed(type(error).__name__)
        except (OSError, http.client.HTTPException, httplib2.error.HttpLib2Error) as error:
            failed = _Failed(type(error).__name__, perhaps_done=True)
        if failed.perhaps_done and not again:
            raise AnswerLost(failed.reason)
        return failed

    def _judged(self, error: HttpError) -> _Failed:
        reasons = {str(each.get("reason")) for each in error.error_details if isinstance(each, dict)}
        if reasons & _MISSING_SCOPE:
            raise NotAllowed(f"missing scope: {' '.join(self._scopes)}") from error
        if error.status_code in _NOT_DONE_STATUS or reasons & _NOT_DONE:
            return _Failed(f"HTTP {error.status_code}")
        if error.status_code >= http.client.INTERNAL_SERVER_ERROR:
            return _Failed(f"HTTP {error.status_code}", perhaps_done=True)
        raise error

    @cached_property
    def _client(self) -> Any:
        url = self._settings.workspace_url.rstrip("/")
        # Calendar's methods lie below its service path, which an endpoint of one's own replaces, too.
        below = "/calendar/v3/" if self._name == "calendar" else ""
        options = {"api_endpoint": url + below} if url else {}
        # Never executed with: each thread brings its own. The description comes from the wheel.
        unused = httplib2.Http()
        return build(self._name, self._version, http=unused, static_discovery=True, client_options=options)

    @cached_property
    def _credentials(self) -> Credentials:
        asking = google_auth_httplib2.Request(_OwnTransport(timeout=self._timeout))
        return workspace_credentials(self._settings, self._scopes, asking)

    def _transport(self) -> Any:
        # A fork that inherits an open connection must not write into it.
        found = getattr(self._of_thread, "transport", None)
        if found is None or found[0] != os.getpid():
            with self._lock:
                credentials = self._credentials
            mine = _OwnTransport(timeout=self._timeout)
            found = os.getpid(), google_auth_httplib2.AuthorizedHttp(credentials, mine)
            self._of_thread.transport = found
        return found[1]


class _Failed:
    """An attempt that may be made again."""

    def __init__(self, reason: str, *, perhaps_done: bool = False) -> None:
        self.reason, self.perhaps_done = reason, perhaps_done


class _OwnTransport(httplib2.Http):  # type: ignore[misc]
    """A transport that sends each request once, and is closed with its thread.

    httplib2 sends a request again by itself, also a POST, where the connection ends without an
    answer (`Http._conn_request`, on BadStatusLine): after "written, but the answer is lost" that
    writes twice.
    """

    def __init__(self, timeout: float) -> None:
        super().__init__(timeout=timeout)
        weakref.finalize(self, _close_all, self.connections)

    def request(self, uri: str, *given: Any, connection_type: Any = None, **named: Any) -> Any:
        mine = _OnceHttps if uri.startswith("https:") else _OnceHttp
        return super().request(uri, *given, connection_type=connection_type or mine, **named)


def _close_all(connections: dict[str, http.client.HTTPConnection]) -> None:
    for each in connections.values():
        each.close()


class _Once:
    """What ends without an answer is a broken connection, whatever was sent."""

    def getresponse(self) -> Any:
        try:
            return super().getresponse()  # type: ignore[misc]
        except http.client.BadStatusLine as error:
            raise ConnectionAbortedError("no answer") from error


class _OnceHttp(_Once, httplib2.HTTPConnectionWithTimeout):  # type: ignore[misc]
    pass


class _OnceHttps(_Once, httplib2.HTTPSConnectionWithTimeout):  # type: ignore[misc]
    pass
