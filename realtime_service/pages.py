"""What the service answers to plain HTTP: its health, the web embed's files, and the demo page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

import msgspec
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from clinic.directory import Clinic
from clinic.settings import Settings
from realtime_service.widget.demo import demo_page, shown
from realtime_service.widget.files import EmbedFiles, File

_ANY_PAGE: Mapping[str, str] = {
    # The Fetch standard: modules and worklets of another origin need the first, pages that are
    # cross-origin isolated the second.
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_SMALLEST_COMPRESSED = 500
"""Bytes; below, gzip makes little of it."""


class Pages:
    """Plain HTTP, GET only: the library hands no body over."""

    def __init__(self, clinic: Clinic, settings: Settings, calls: Callable[[], int]) -> None:
        self._clinic, self._settings, self._calls = clinic, settings, calls
        self._files = EmbedFiles()
        self._pages: Mapping[str, Callable[[Request], Response]] = {
            "/": self._demo,
            "/health": self._health,
            # For whoever asks the process itself: what ends in z, Cloud Run's front end keeps for itself
            # (docs.cloud.google.com/run/docs/known-issues, "Reserved URL paths").
            "/healthz": self._health,
            "/embed/clinic.json": self._description,
        }

    def response(self, path: str, request: Request) -> Response:
        """Return the answer to a request that opens no media stream."""
        if path in self._pages:
            return self._pages[path](request)
        file = self._files.at(path)
        if file is not None:
            return _answer(request, file, _ANY_PAGE)
        return _response(404, "Not Found", b"not found\n", {"Content-Type": "text/plain"})

    def _health(self, _: Request) -> Response:
        body = msgspec.json.encode({"status": "ok", "calls": self._calls()})
        return _response(200, "OK", body, {"Content-Type": "application/json", "Cache-Control": "no-store"})

    def _description(self, request: Request) -> Response:
        """Tell the embed what it shows, and whether its page may start a call: nothing of it is secret."""
        origin = request.headers.get("Origin", "")
        same_origin = request.headers.get("Sec-Fetch-Site") == "same-origin"
        description = {
            "id": self._clinic.id,
            "name": self._clinic.name,
            "phone": self._clinic.phone,
            "phone_shown": shown(self._clinic.phone),
            "languages": self._clinic.languages,
            "time_zone": self._clinic.time_zone,
            "emergency": self._clinic.emergency_message,
            "session_url": self._settings.address_of("web_session"),
            "may_call": same_origin or origin in self._settings.origins,
        }
        file = File(
            kind="application/json", body=msgspec.json.encode(description), keep="private, max-age=60"
        )
        return _answer(request, file, {**_ANY_PAGE, "Vary": "Accept-Encoding, Origin"})

    def _demo(self, request: Request) -> Response:
        today = datetime.now(UTC).astimezone(self._clinic.zone).date()
        page = File(kind="text/html; charset=utf-8", body=demo_page(self._clinic, today), keep="no-cache")
        return _answer(request, page, {"Content-Security-Policy": self._policy(), **_OF_A_PAGE})

    def _policy(self) -> str:
        functions, stream = (
            urlsplit(url) for url in (self._settings.public_functions_url, self._settings.public_realtime_url)
        )
        connect = f"'self' {functions.scheme}://{functions.netloc} {stream.scheme}://{stream.netloc}"
        return (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            f"connect-src {connect}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
            "require-trusted-types-for 'script'"
        )


_OF_A_PAGE: Mapping[str, str] = {
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}


def _answer(request: Request, file: File, more: Mapping[str, str]) -> Response:
    headers = {"Vary": "Accept-Encoding", "Content-Type": file.kind, "Cache-Control": file.keep, **more}
    if "gzip" not in request.headers.get("Accept-Encoding", "") or len(file.body) < _SMALLEST_COMPRESSED:
        return _response(200, "OK", file.body, headers)
    return _response(200, "OK", file.compressed, {**headers, "Content-Encoding": "gzip"})


def _response(status: int, phrase: str, body: bytes, headers: Mapping[str, str]) -> Response:
    always = {"X-Content-Type-Options": "nosniff", "Content-Length": str(len(body)), "Connection": "close"}
    return Response(status, phrase, Headers({**headers, **always}), body)
