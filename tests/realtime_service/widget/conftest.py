"""A real Chromium on the running clinic."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from rehearsal.gemini.faculties import Pace
from rehearsal.gemini.scripted import Script, ScriptedModel
from rehearsal.web.chromium import Microphone, chromium
from rehearsal.web.visitor import Visitor

Visit = Callable[..., Any]


class Clinic:
    """The local run as a page sees it, and the model behind it where a script plays that."""

    def __init__(self, run: Any, model: ScriptedModel | None, address: str) -> None:
        self.run, self.model, self.address = run, model, address

    @property
    def functions(self) -> str:
        return str(self.run.address["functions"]).removesuffix("/<function")


@pytest.fixture
def clinic_with(start: Callable[..., Any], tmp_path: Path) -> Iterator[Callable[..., Clinic]]:
    """Start the clinic: with a script for its model, or with the rehearsed receptionist."""
    with ExitStack() as stack:

        def run(script: Script | None = None, pace: Pace | None = None, **settings: str) -> Clinic:
            if script is None:
                running = start(**settings)
                running.banner()
                return Clinic(running, None, running.address["page"])
            model = ScriptedModel(script, pace=pace)
            stack.enter_context(model.service.serve_in_thread())
            authority = tmp_path / "authority.pem"
            authority.write_bytes(model.service.authority_pem)
            gemini = {"GEMINI_API_KEY": "any-key", "GOOGLE_GEMINI_BASE_URL": model.service.base_url}
            running = start(**gemini, SSL_CERT_FILE=str(authority), **settings)
            running.banner()
            return Clinic(running, model, running.address["page"])

        yield run


@pytest.fixture
async def visit() -> AsyncIterator[Visit]:
    """Open an address in a browser of its own; nothing but what the page is to blame for may go wrong."""
    async with AsyncExitStack() as stack:
        complaints: list[str] = []

        async def open_page(
            address: str,
            microphone: Microphone = "there",
            says: bytes = b"",
            expect_complaints: bool = False,
            clock: bool = False,
            **context: Any,
        ) -> Visitor:
            """Open the page; with a `clock`, its timers can be run down by `page.clock.fast_forward`."""
            browser = await stack.enter_async_context(chromium(microphone, says))
            page = await browser.new_page(**context)
            if clock:
                await page.clock.install()
            if not expect_complaints:
                _listen(page, complaints)
            await page.goto(address)
            return Visitor(page)

        yield open_page
        assert complaints == []


def _listen(page: Page, complaints: list[str]) -> None:
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)


class Line:
    """A line between page and clinic that can be cut: a TCP relay on a port of its own."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.to = 0
        self.is_cut = False
        self.takes_no_stream = False
        """Whether the service answers, but opens no media stream any more."""
        self._writers: set[asyncio.StreamWriter] = set()
        self._swallowing: list[asyncio.Event] = []
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """The address of the realtime service, as a page on this line is told it."""
        return f"ws://127.0.0.1:{self.port}"

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._relay, sock=self._listener)

    def cut(self) -> None:
        """Break all connections, and let none through until mended."""
        self.is_cut = True
        for writer in self._writers:
            writer.transport.abort()

    def swallow(self) -> None:
        """Lose what the page sends from now on over what is open, without a connection's noticing."""
        for each in self._swallowing:
            each.set()

    def mend(self) -> None:
        self.is_cut = False

    async def close(self) -> None:
        self.cut()
        if self._server:
            self._server.close()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = b"" if self.is_cut else await reader.readuntil(b"\r\n\r\n")
        if not asked or (self.takes_no_stream and asked.startswith(b"GET /browser")):
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.to)
        self._writers |= {writer, far_writer}
        far_writer.write(asked)
        self._swallowing.append(swallowing := asyncio.Event())
        await asyncio.gather(_pipe(reader, far_writer, swallowing), _pipe(far_reader, writer))
        self._writers -= {writer, far_writer}


async def _pipe(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, swallowing: asyncio.Event | None = None
) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(b"" if swallowing and swallowing.is_set() else data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    line = Line()
    await line.open()
    yield line
    await line.close()


class Site:
    """A clinic's own web site, on an origin of its own: one page, with the headers it is given."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.html = ""
        self.headers: dict[str, str] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = self.html.encode()
        headers = {
            **self.headers,
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(body)),
            "Connection": "close",
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"HTTP/1.1 200 OK\r\n{head}\r\n".encode() + body)
        await writer.drain()
        writer.close()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    listener = socket.create_server(("127.0.0.1", 0))
    site = Site(listener.getsockname()[1])
    server = await asyncio.start_server(site.serve, sock=listener)
    yield site
    server.close()
