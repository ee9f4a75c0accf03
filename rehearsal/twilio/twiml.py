"""Reads TwiML as Twilio does: the verbs in order, or the code of Twilio's error dictionary.

https://www.twilio.com/docs/voice/twiml. Known here: Say, Play, Pause, Gather, Connect with
a Stream, Dial, Hangup, Reject and Redirect; any other verb breaks the schema.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from msgspec import Struct

from rehearsal.twilio.dictionary import TwilioError

_LARGEST = 64 * 1024
_LONGEST_PARAMETER = 500
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Request(Struct, frozen=True):
    """An address to ask for more TwiML."""

    url: str
    method: str = "POST"


class Say(Struct, frozen=True):
    """Speak a text with Twilio's own voice."""

    text: str


class Play(Struct, frozen=True):
    """Play a file; the rehearsal passes over it."""

    url: str


class Pause(Struct, frozen=True):
    """Wait."""

    seconds: float = 1


class Connect(Struct, frozen=True):
    """Open a media stream; the next verb waits until the service closes it."""

    url: str
    parameters: dict[str, str]
    action: Request | None = None
    status_callback: Request | None = None


class Gather(Struct, frozen=True):
    """Wait for keys; what is said meanwhile is nested."""

    says: tuple[str, ...]
    action: Request | None = None


class Dial(Struct, frozen=True):
    """Put the caller through."""

    number: str
    action: Request | None = None
    briefing: Request | None = None
    """What runs at the called party's side before the two are connected: <Number url>."""


class Hangup(Struct, frozen=True):
    """End the call."""


class Reject(Struct, frozen=True):
    """Do not answer the call."""

    reason: str = "rejected"


class Redirect(Struct, frozen=True):
    """Go on with other TwiML."""

    request: Request


Verb = Say | Play | Pause | Gather | Connect | Dial | Hangup | Reject | Redirect


def read_twiml(text: str, document_url: str) -> list[Verb]:
    """Read a document; relative addresses are taken from `document_url`, where it came from.

    Raises TwilioError 11750, 12100, 12200, 15004, 31920, 31922, 31923 or 31941.
    """
    if len(text.encode()) > _LARGEST:
        raise TwilioError(11750, f"{len(text.encode())} bytes")
    try:
        root = ElementTree.fromstring(text.strip())  # noqa: S314 - the clinic's own, 64 KB at most
    except ElementTree.ParseError as error:
        raise TwilioError(12100, str(error)) from error
    if root.tag != "Response":
        _schema(f"the root is <{root.tag}>")
    return [_verb(element, document_url) for element in root]


def _verb(element: Element, base: str) -> Verb:
    read = _READERS.get(element.tag)
    if read is None:
        _schema(f"<{element.tag}> is no verb known here")
    return read(element, base)


def _connect(element: Element, base: str) -> Connect:
    if [child.tag for child in element] != ["Stream"]:
        _schema("<Connect> must hold one <Stream>")
    stream = element[0]
    track = stream.get("track", "inbound_track")
    if track != "inbound_track":
        raise TwilioError(31941, track)
    return Connect(
        url=_stream_url(stream.get("url", ""), base),
        parameters=dict(_parameter(child) for child in stream),
        action=_request(element, base, "action", "method"),
        status_callback=_request(stream, base, "statusCallback", "statusCallbackMethod"),
    )


def _stream_url(url: str, base: str) -> str:
    """Twilio takes wss only; ws is let through to this machine, where there is no certificate."""
    if not url:
        raise TwilioError(31923, "<Stream> has no url")
    if "://" not in url:
        url = "ws" + urljoin(base, url).removeprefix("http")
    parts = urlsplit(url)
    if not parts.hostname:
        raise TwilioError(31923, url)
    if parts.scheme != "wss" and not (parts.scheme == "ws" and parts.hostname in _LOOPBACK):
        raise TwilioError(31922, url)
    if parts.query:
        raise TwilioError(31920, f"{url}: Twilio drops the query; use <Parameter>")
    return url


def _parameter(element: Element) -> tuple[str, str]:
    name, value = element.get("name", ""), element.get("value", "")
    if element.tag != "Parameter" or not name:
        _schema("<Stream> may hold only <Parameter name value>")
    if len(name) + len(value) >= _LONGEST_PARAMETER:
        _schema(f"<Parameter> {name} has {len(name) + len(value)} characters; fewer than 500 are allowed")
    return name, value


def _dial(element: Element, base: str) -> Dial:
    nested = element.find("Number")
    number = (element.text or "").strip() or ((nested.text or "").strip() if nested is not None else "")
    if not number:
        _schema("<Dial> names no number")
    briefing = _request(nested, base, "url", "method") if nested is not None else None
    return Dial(number, _request(element, base, "action", "method"), briefing)


def _gather(element: Element, base: str) -> Gather:
    if any(child.tag not in ("Say", "Play", "Pause") for child in element):
        _schema("<Gather> may hold only <Say>, <Play> and <Pause>")
    says = tuple(_text(child) for child in element if child.tag == "Say")
    return Gather(says, _request(element, base, "action", "method"))


def _redirect(element: Element, base: str) -> Redirect:
    url = (element.text or "").strip()
    if not url:
        _schema("<Redirect> is empty")
    return Redirect(Request(urljoin(base, url), element.get("method", "POST").upper()))


def _request(element: Element, base: str, url: str, method: str) -> Request | None:
    named = element.get(url)
    if not named:
        return None
    address = urljoin(base, named)
    if "://" not in address:
        raise TwilioError(15004, f"{address}: TwiML that came by REST has no address to start from")
    return Request(address, element.get(method, "POST").upper())


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _schema(detail: str) -> NoReturn:
    raise TwilioError(12200, detail)


_READERS: dict[str, Callable[[Element, str], Verb]] = {
    "Say": lambda element, _: Say(_text(element)),
    "Play": lambda element, _: Play((element.text or "").strip()),
    "Pause": lambda element, _: Pause(float(element.get("length", "1"))),
    "Gather": _gather,
    "Connect": _connect,
    "Dial": _dial,
    "Hangup": lambda _, __: Hangup(),
    "Reject": lambda element, _: Reject(element.get("reason", "rejected")),
    "Redirect": _redirect,
}
