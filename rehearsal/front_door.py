"""One address for all functions, `/<name>`, as the region's `cloudfunctions.net` address is in the cloud."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_SECONDS = 60.0
_OF_ONE_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "content-length", "server", "date"}


@contextmanager
def front_door(port: int, functions: Mapping[str, int]) -> Iterator[int]:
    """Pass requests on to the functions' own ports; give the port that is listened on.

    Raises OSError where that port is taken.
    """

    class Handler(_Passing):
        ports = functions

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, name="front-door")
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Passing(BaseHTTPRequestHandler):
    ports: Mapping[str, int] = {}
    protocol_version = "HTTP/1.1"

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        name, _, rest = self.path.lstrip("/").partition("?")
        port = self.ports.get(urlsplit(name).path.rstrip("/").replace("-", "_"))
        if port is None:
            self.send_error(404)
            return
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
        try:
            connection.request(self.command, f"/?{rest}" if rest else "/", body, dict(self.headers))
            response = connection.getresponse()
            words = response.read()
        except (OSError, http.client.HTTPException):
            self.send_error(502)
            return
        finally:
            connection.close()
        self.send_response_only(response.status, response.reason)
        for header, value in response.getheaders():
            if header.lower() not in _OF_ONE_CONNECTION:
                self.send_header(header, value)
        self.send_header("Content-Length", str(len(words)))
        self.end_headers()
        self.wfile.write(words)

    do_GET = do_POST = do_OPTIONS = _pass_on  # noqa: N815  the names that http.server looks for

    def log_message(self, *_: object) -> None:
        """Say nothing: a query may hold what is personal."""
