"""The throw-away certificate."""

from __future__ import annotations

import ssl

from rehearsal.gemini.certificate import throw_away_certificate


def test_the_client_trusts_this_authority_and_no_other() -> None:
    one, other = throw_away_certificate("127.0.0.1"), throw_away_certificate("127.0.0.1")
    assert one.client.verify_mode is ssl.CERT_REQUIRED
    assert one.client.check_hostname
    assert len(one.client.get_ca_certs()) == 1
    assert one.authority_pem != other.authority_pem
    assert ssl.PEM_cert_to_DER_cert(one.authority_pem.decode()) in one.client.get_ca_certs(binary_form=True)
