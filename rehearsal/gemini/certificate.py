"""A throw-away certificate for loopback, because the SDK dials TLS and nothing else."""

from __future__ import annotations

import ssl

import trustme
from msgspec import Struct


class Certificate(Struct, frozen=True):
    """Both ends of TLS on loopback; the keys live in memory and die with the process."""

    server: ssl.SSLContext
    client: ssl.SSLContext
    """Trusts this certificate and no other."""
    authority_pem: bytes
    """For `SSL_CERT_FILE`, where a client takes no context."""


def throw_away_certificate(*names: str) -> Certificate:
    """Return a certificate for the host names or addresses, issued by an authority made for it."""
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(server)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(client)
    return Certificate(server, client, authority.cert_pem.bytes())
