"""Who this machine's authority says somebody is."""

import pytest

from clinic.adapters.embedded.authority import EmbeddedAuthority
from clinic.authority import Unauthenticated

AUDIENCE = "http://127.0.0.1:8081/call-patient"


def test_a_token_shows_whose_it_is_to_its_audience() -> None:
    authority = EmbeddedAuthority("key")
    assert authority.email_of(authority.issue("desk@example.com", AUDIENCE), AUDIENCE) == "desk@example.com"


@pytest.mark.parametrize("change", ["key", "audience", "time", "body", "nothing", "letters"])
def test_any_other_token_shows_nobody(change: str) -> None:
    issuer = EmbeddedAuthority("another key" if change == "key" else "key")
    audience = "http://127.0.0.1:8081/twilio-voice" if change == "audience" else AUDIENCE
    token = issuer.issue("desk@example.com", audience, -1 if change == "time" else 300)
    token = {"body": "x" + token, "nothing": "", "letters": "é.é"}.get(change, token)
    with pytest.raises(Unauthenticated):
        EmbeddedAuthority("key").email_of(token, AUDIENCE)
