"""The calls that the clinic places, in Firestore: what only a network can do to them."""

from datetime import datetime, timedelta

import pytest
from google.cloud.firestore import Client

from clinic.adapters.cloud.patient_calls import CloudPatientCalls


@pytest.mark.usefixtures("replies_lost")
def test_an_attempt_whose_commit_gets_no_reply_begins_all_the_same(client: Client, now: datetime) -> None:
    placed = CloudPatientCalls(client, timedelta(minutes=10))
    assert placed.begin("reminder-1", now, 2) == "begun"
    assert placed.begin("reminder-1", now + timedelta(seconds=1), 2) == "under_way"
    placed.end("reminder-1", reached=False)
    assert placed.begin("reminder-1", now + timedelta(seconds=2), 2) == "begun"
    placed.end("reminder-1", reached=False)
    assert placed.begin("reminder-1", now + timedelta(seconds=3), 2) == "given_up"
