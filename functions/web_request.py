"""A web page's request: from which address it comes, and which of the clinic's languages it would like."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress

import flask
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from clinic.directory import Clinic
from clinic.settings import Settings


def address_key(request: flask.Request, settings: Settings) -> str:
    """Return what stands for the visitor's address in the counts: nobody can read the address out of it.

    An IPv6 visitor has a whole /64 to choose addresses from, so that is what is counted.
    """
    address = client_address(request, settings.trusted_proxies)
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        network = address
    else:
        prefix = 64 if read.version == 6 else 32
        network = str(ipaddress.ip_network((read, prefix), strict=False))
    return hmac.digest(settings.web_secret.encode(), f"address {network}".encode(), hashlib.sha256).hex()


def client_address(request: flask.Request, trusted_proxies: int) -> str:
    """Return the address that the outermost of our own proxies has seen.

    Each proxy appends whom it was asked by (Cloud Run's front end does, too), and everything
    left of what ours appended is whatever the visitor cared to send.
    """
    seen = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",") if each.strip()]
    if 0 < trusted_proxies <= len(seen):
        return seen[-trusted_proxies]
    return request.remote_addr or ""


def language_of(request: flask.Request, clinic: Clinic) -> str:
    """Return the language to begin in: the page's, else the browser's, if the clinic speaks it."""
    header = request.headers.get("Accept-Language", "")
    preferred = [tag for tag, _ in parse_accept_header(header, LanguageAccept)]
    for tag in [request.form.get("language", ""), *preferred]:
        subtag = tag.replace("_", "-").partition("-")[0].lower()
        if subtag in clinic.languages:
            return subtag
    return clinic.language
