"""Whom the clinic knows, in Firestore."""

from google.cloud.firestore import Client

from clinic.adapters.cloud.patients import CloudPatients, write
from clinic.booking.appointment import Patient

ASHA = Patient(id="asha", name="Asha Rao", email="asha@example.com", phone="+919812345678")
RAVI = Patient(id="ravi", name="Ravi Rao", email="asha@example.com", phone="")


def test_a_family_is_found_by_its_address_the_latest_first(client: Client) -> None:
    for patient in (ASHA, RAVI, ASHA):
        batch = client.batch()
        write(client, batch, patient)
        batch.commit()
    patients = CloudPatients(client)
    assert patients.with_email("asha@example.com") == [ASHA, RAVI]
    assert patients.with_email("") == []
    assert patients.with_email("nobody@example.com") == []
