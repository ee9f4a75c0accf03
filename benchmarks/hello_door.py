"""The least that a function with Firestore can be: it imports the library and does nothing."""

import functions_framework
from cloudevents.http import CloudEvent
from google.cloud import firestore


@functions_framework.cloud_event
def hello(_: CloudEvent) -> None:
    """Acknowledge."""


IMPORTED = firestore.Client
