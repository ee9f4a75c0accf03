"""What the service answers to plain HTTP: its health, and a page that links what is running."""

from __future__ import annotations

import html
from collections.abc import Callable

import msgspec
from websockets.datastructures import Headers
from websockets.http11 import Response

from clinic.directory import Clinic
from clinic.settings import Settings

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{clinic}</title>
<style>
  body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem; }}
  code {{ background: #f1f3f5; padding: .1em .3em; border-radius: .2em; overflow-wrap: anywhere; }}
</style>
<h1>{clinic}</h1>
<p>The voice agent is running. Calls in progress: {calls}.</p>
<ul>
  <li><a href="/healthz">Health</a></li>
  <li>Phone: Twilio's webhook is <code>{functions}/twilio_voice</code>,
    its media stream <code>{realtime}/twilio</code></li>
  <li>Web: a page asks <code>{functions}/web_session</code> for a token,
    its media stream is <code>{realtime}/browser</code></li>
</ul>
</html>
"""


class Pages:
    """Plain HTTP, GET only: the library hands no body over."""

    def __init__(self, clinic: Clinic, settings: Settings, calls: Callable[[], int]) -> None:
        self._clinic, self._settings, self._calls = clinic, settings, calls

    def response(self, path: str) -> Response:
        """Return the answer to a request that opens no media stream."""
        pages = {"/": self._index, "/healthz": self._health}
        return pages[path]() if path in pages else _response(404, "Not Found", "text/plain", b"not found\n")

    def _health(self) -> Response:
        body = msgspec.json.encode({"status": "ok", "calls": self._calls()})
        return _response(200, "OK", "application/json", body)

    def _index(self) -> Response:
        page = _PAGE.format(
            clinic=html.escape(self._clinic.name),
            calls=self._calls(),
            functions=html.escape(self._settings.public_functions_url),
            realtime=html.escape(self._settings.public_realtime_url),
        )
        return _response(200, "OK", "text/html; charset=utf-8", page.encode())


def _response(status: int, phrase: str, kind: str, body: bytes) -> Response:
    headers = Headers(
        {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "Connection": "close",
        }
    )
    return Response(status, phrase, headers, body)
