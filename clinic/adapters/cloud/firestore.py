"""The clinic's Firestore: its client, made at first use, and how documents are named, read and committed."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar
from urllib.parse import quote

import msgspec
from google.api_core.datetime_helpers import DatetimeWithNanoseconds
from google.api_core.exceptions import AlreadyExists, FailedPrecondition, NotFound
from google.api_core.retry import Retry, if_exception_type
from google.cloud.firestore import Client, DocumentReference, DocumentSnapshot, WriteBatch
from google.cloud.firestore_v1.base_query import FieldFilter
from google.cloud.firestore_v1.types import WriteResult
from msgspec import Struct

from clinic.adapters.cloud.passing import PASSING
from clinic.settings import Settings

TIMEOUT_SECONDS = 5.0
"""Of one attempt, and of all attempts together but for the last."""

DISTURBED = (AlreadyExists, FailedPrecondition, NotFound)
"""A precondition did not hold. `Aborted` is no such thing, though it shares a base with AlreadyExists."""

_MOST_DISTURBANCES = 10
_LONGEST_PAUSE_SECONDS = 0.2

Snapshot: TypeAlias = DocumentSnapshot[DocumentReference]
Document = TypeVar("Document", bound=Struct)
Outcome = TypeVar("Outcome")


def client(settings: Settings) -> Client:
    """Return the process's client of a project, with its one channel.

    Ask for it in a call, never at import: a channel that crosses gunicorn's fork
    hangs (github.com/grpc/grpc/issues/41768). Raises google.auth's
    DefaultCredentialsError where there are no credentials.
    """
    return _client(settings.google_cloud_project, os.getpid())


def patience() -> dict[str, Any]:
    """Return the timeout and the retries of one request, as every method of the client takes them.

    What is tried again was not done, or is harmless when done twice: each write has its precondition.
    """
    return {"retry": _retry(), "timeout": TIMEOUT_SECONDS}


def document(client: Client, collection: str, name: str) -> DocumentReference:
    """Return where the document of that name is."""
    return client.collection(collection).document(document_id(name))


def get(reference: DocumentReference) -> Snapshot:
    """Read a document, which may not exist."""
    return reference.get(**patience())


def find(
    above: Client | DocumentReference, collection: str, *conditions: tuple[str, str, Any]
) -> list[Snapshot]:
    """Return the documents that meet all conditions, each a field, an operator and a value."""
    query: Any = above.collection(collection)
    for field, operator, value in conditions:
        query = query.where(filter=FieldFilter(field, operator, value))
    # Left to itself the library asks anew for the rest of a broken answer as often as it breaks.
    once = Retry(predicate=if_exception_type())
    return list(_retry()(query.get)(retry=once, timeout=TIMEOUT_SECONDS))


def commit(batch: WriteBatch) -> list[WriteResult]:
    """Write a batch, all or nothing.

    Raises AlreadyExists, FailedPrecondition or NotFound where a precondition did
    not hold, and RetryError or DeadlineExceeded after TIMEOUT_SECONDS.
    """
    return batch.commit(**patience())


def create(reference: DocumentReference, fields: dict[str, Any]) -> bool:
    """Create a document; False, and nothing is changed, where it is there already."""
    try:
        reference.create(fields, **patience())
    except AlreadyExists:
        return False
    return True


def until_undisturbed(step: Callable[[], Outcome]) -> Outcome:
    """Read and write anew while others change what was read; no lock is held in between.

    Raises the last of DISTURBED after ten times.
    """
    for disturbed in range(_MOST_DISTURBANCES):
        try:
            return step()
        except DISTURBED:
            # Not for secrecy: those who disturbed each other must not meet again.
            time.sleep(random.uniform(0, min(0.01 * 2**disturbed, _LONGEST_PAUSE_SECONDS)))  # noqa: S311
    return step()


def document_id(text: str) -> str:
    """Return the document id of any text, the text itself where that is possible.

    Firestore takes no `/` and no empty id, nor `.`, `..` and `__…__` (its page "Quotas and limits").
    """
    return quote(text, safe="").replace(".", "%2E").replace("__", "%5F%5F") or "%"


def fields_of(document: Struct) -> dict[str, Any]:
    """Return a document's fields: timestamps stay timestamps, days become text."""
    fields: dict[str, Any] = msgspec.to_builtins(document, builtin_types=(datetime,))
    return fields


def read(document: type[Document], *snapshots: Snapshot) -> Document:
    """Return what a snapshot holds, or several together: the later ones count where they differ.

    Fields that the document does not know are left out. Raises msgspec.ValidationError
    where it is something else.
    """
    fields = {name: value for each in snapshots for name, value in (each.to_dict() or {}).items()}
    plain = msgspec.to_builtins(fields, enc_hook=datetime.isoformat)
    return msgspec.convert(plain, document)


def version_of(snapshot: Snapshot) -> str:
    """Return the instant of a document's last change, to the nanosecond: RFC 3339."""
    return str(snapshot.update_time.rfc3339())


def unchanged(seen: Snapshot | str) -> Any:
    """Return the precondition that a document is there as it was seen, or of that version.

    Raises ValueError where the text is no version.
    """
    version = seen if isinstance(seen, str) else version_of(seen)
    instant = DatetimeWithNanoseconds.from_rfc3339(version)  # type: ignore[no-untyped-call]
    return Client.write_option(last_update_time=instant.timestamp_pb())


def _retry() -> Retry:
    return Retry(
        predicate=if_exception_type(*PASSING),
        initial=0.02,
        maximum=_LONGEST_PAUSE_SECONDS,
        multiplier=2,
        timeout=TIMEOUT_SECONDS,
    )


@lru_cache(maxsize=4)
def _client(project: str, process: int) -> Client:  # noqa: ARG001
    # `process`: a fork that inherits this cache makes a client of its own.
    return Client(project=project or None)
