"""Google's id tokens, with certificates of our own on loopback."""

import datetime
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from google.auth import crypt, jwt

from clinic.adapters.cloud.authority import GoogleAuthority
from clinic.authority import Unauthenticated

AUDIENCE = "https://clinic.example.com/call-patient"
CLAIMS = {
    "iss": "https://accounts.google.com",
    "aud": AUDIENCE,
    "email": "desk@example.com",
    "email_verified": True,
    "sub": "1",
}


class Google:
    """Signs tokens with a key whose certificate it serves."""

    def __init__(self) -> None:
        key = rsa.generate_private_key(65537, 2048)
        self._signer = crypt.RSASigner.from_string(_pem(key), "key-1")  # type: ignore[no-untyped-call]
        self.certificates = msgspec.json.encode({"key-1": _certificate(key)})
        self.url = ""

    def token(self, **changed: Any) -> str:
        now = int(time.time())
        claims = {**CLAIMS, "iat": now, "exp": now + 300, **changed}
        return str(jwt.encode(self._signer, claims).decode())  # type: ignore[no-untyped-call]


def _pem(key: rsa.RSAPrivateKey) -> str:
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def _certificate(key: rsa.RSAPrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "example.com")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


@pytest.fixture(scope="module")
def google() -> Iterator[Google]:
    issuer = Google()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(issuer.certificates)))
            self.end_headers()
            self.wfile.write(issuer.certificates)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    issuer.url = f"http://127.0.0.1:{server.server_port}/"
    yield issuer
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_token_of_google_shows_a_verified_address(google: Google) -> None:
    assert GoogleAuthority(google.url).email_of(google.token(), AUDIENCE) == "desk@example.com"


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "https://clinic.example.com/twilio-voice"},
        {"iss": "https://evil.example.com"},
        {"email_verified": False},
        {"email_verified": "true"},
        {"exp": 1},
    ],
    ids=["another audience", "another issuer", "not verified", "a word for verified", "expired"],
)
def test_a_token_for_something_else_shows_nobody(google: Google, changed: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        GoogleAuthority(google.url).email_of(google.token(**changed), AUDIENCE)


def test_a_token_of_another_key_or_without_its_signature_shows_nobody(google: Google) -> None:
    head, claims, _ = google.token().split(".")
    for token in (Google().token(), f"{head}.{claims}.SIGNATURE_REMOVED_BY_GOOGLE", "x.y.z", ""):
        with pytest.raises(Unauthenticated):
            GoogleAuthority(google.url).email_of(token, AUDIENCE)
