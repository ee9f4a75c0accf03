import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol

import pytest

from clinic.settings import DEVELOPMENT_AUTH_TOKEN
from infra.release.rollout import ReleaseError
from infra.release.smoke import Door, smoke
from rehearsal.twilio.greeting import Line


def line(address: dict[str, str], token: str = DEVELOPMENT_AUTH_TOKEN) -> Line:
    """How a call gets into a local run."""
    return Line(
        voice_url=f"{address['functions'].rpartition('/')[0]}/twilio-voice",
        auth_token=token,
        account_sid="AC" + "0" * 32,
        called="+15005550006",
    )


class Run(Protocol):
    """A local run; see tests/conftest.py."""

    address: dict[str, str]

    def banner(self) -> str: ...


def opened(run: Run) -> dict[str, str]:
    """Wait for the local run; return its addresses."""
    run.banner()
    return run.address


def test_a_revision_that_greets_its_caller_passes(start: Callable[[], Run]) -> None:
    address = opened(start())
    told: list[str] = []
    smoke(Door(address["page"], {}), line(address), told.append)
    assert told[0] == "healthy"
    assert told[1] == "refuses an unsigned media stream"
    assert told[2].startswith("greets a caller")


def test_another_account_s_token_fails_at_the_webhook(start: Callable[[], Run]) -> None:
    address = opened(start())
    with pytest.raises(ReleaseError, match="HTTP 403"):
        smoke(Door(address["page"], {}), line(address, "another"), lambda _: None)


def test_a_revision_that_does_not_answer_fails() -> None:
    with pytest.raises(ReleaseError, match="/health"):
        smoke(Door("http://127.0.0.1:9", {}), line({"functions": "http://127.0.0.1:9/"}), lambda _: None)


class Front(BaseHTTPRequestHandler):
    """A load balancer and the webhook behind it, as far as a revision of another name is asked for."""

    asked: list[tuple[str, str | None]]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers.get("X-Revision")))
        self.answer(200 if self.path == "/health" else 403, b"")

    def do_POST(self) -> None:
        stream = b'<Connect><Stream url="wss://voice.example.com/twilio"/></Connect>'
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(200, b"<Response>" + stream + b"</Response>")

    def answer(self, code: int, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Write nothing."""


def test_each_step_asks_the_load_balancer_for_that_revision() -> None:
    asked: list[tuple[str, str | None]] = []
    front = ThreadingHTTPServer(("127.0.0.1", 0), type("Asked", (Front,), {"asked": asked}))
    thread = threading.Thread(target=front.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    url = f"http://127.0.0.1:{front.server_address[1]}"
    try:
        with pytest.raises(ReleaseError, match="the rehearsed call: 31920"):
            smoke(Door(url, {"X-Revision": "candidate"}), line({"functions": f"{url}/"}), lambda _: None)
    finally:
        front.shutdown()
        thread.join()
        front.server_close()
    assert asked == [("/health", "candidate"), ("/twilio", "candidate"), ("/twilio", "candidate")]
