"""How the clinic talks to Firestore: patiently, but not for ever; with any text for a name."""

import os
import re
import subprocess
import sys
import time
from itertools import repeat
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from google.api_core.datetime_helpers import DatetimeWithNanoseconds
from google.api_core.exceptions import AlreadyExists, DeadlineExceeded, FailedPrecondition, RetryError
from google.cloud.firestore import Client, DocumentSnapshot, WriteBatch
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as some

from clinic.adapters.cloud import firestore
from clinic.settings import Settings

ROOT = Path(__file__).parents[4]
NOWHERE = {"FIRESTORE_EMULATOR_HOST": "127.0.0.1:9"}

IMPORT = """
import importlib, threading
names = ["appointments", "calls", "change", "ledger", "limits", "patients", "reacted", "firestore"]
modules = {name: importlib.import_module(f"clinic.adapters.cloud.{name}") for name in names}
assert modules["firestore"]._client.cache_info().currsize == 0
assert threading.active_count() == 1
"""
FORK = """
import os
from clinic.adapters.cloud import firestore
from clinic.settings import Settings
inherited = firestore.client(Settings(google_cloud_project="one"))
assert firestore.client(Settings(google_cloud_project="one")) is inherited
assert firestore.client(Settings(google_cloud_project="two")) is not inherited
child = os.fork()
if child == 0:
    os._exit(firestore.client(Settings(google_cloud_project="one")) is inherited)
assert os.waitpid(child, 0)[1] == 0
"""


@pytest.fixture
def batch(unwillingly: Client) -> WriteBatch:
    """A batch that creates one document of a Firestore that answers as it is told."""
    batch = unwillingly.batch()
    batch.create(unwillingly.document("cells/one"), {"holder": "call-1"})
    return batch


@pytest.mark.parametrize("program", [IMPORT, FORK])
def test_a_client_is_made_at_first_use_and_crosses_no_fork(program: str) -> None:
    environment = {**os.environ, **NOWHERE, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=30
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_project_that_is_not_set_is_that_of_the_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:9")
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "from-the-surroundings")
    firestore._client.cache_clear()
    assert firestore.client(Settings()).project == "from-the-surroundings"
    firestore._client.cache_clear()


def test_a_batch_that_contention_aborted_is_written_again_as_it_was(
    unwilling: Any, batch: WriteBatch
) -> None:
    unwilling.codes = iter(["ABORTED", "ABORTED", "UNAVAILABLE", "OK"])
    firestore.commit(batch)
    assert len(unwilling.commits) == 4
    assert all(request == unwilling.commits[0] for request in unwilling.commits)
    assert len(unwilling.commits[0].writes) == 1


@pytest.mark.parametrize(
    ("code", "raised"),
    [("ALREADY_EXISTS", AlreadyExists), ("FAILED_PRECONDITION", FailedPrecondition)],
)
def test_a_precondition_that_does_not_hold_is_said_at_once(
    unwilling: Any, batch: WriteBatch, code: str, raised: type[Exception]
) -> None:
    unwilling.codes = iter([code])
    with pytest.raises(raised):
        firestore.commit(batch)
    assert len(unwilling.commits) == 1


def test_contention_without_end_is_given_up(
    unwilling: Any, batch: WriteBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(firestore, "TIMEOUT_SECONDS", 0.3)
    unwilling.codes = repeat("ABORTED")
    with pytest.raises(RetryError):
        firestore.commit(batch)
    assert 2 < len(unwilling.commits) < 100


def test_a_firestore_that_is_silent_is_not_waited_for(
    unwilling: Any, batch: WriteBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(firestore, "TIMEOUT_SECONDS", 0.3)
    unwilling.silent = True
    began = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        firestore.commit(batch)
    assert time.monotonic() - began < 8


def test_a_query_that_breaks_off_is_asked_again_from_the_start(unwilling: Any, unwillingly: Client) -> None:
    unwilling.codes = iter(["UNAVAILABLE", "UNAVAILABLE", "OK"])
    found = firestore.find(unwillingly, "cells", ("holder", "==", "call-1"))
    assert [snapshot.to_dict() for snapshot in found] == [{"holder": "call-1"}]
    assert [request.structured_query for request in unwilling.queries] == [
        unwilling.queries[0].structured_query
    ] * 3


def test_a_query_that_always_breaks_off_is_given_up(
    unwilling: Any, unwillingly: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(firestore, "TIMEOUT_SECONDS", 0.3)
    unwilling.codes = repeat("UNAVAILABLE")
    with pytest.raises(RetryError):
        firestore.find(unwillingly, "cells")
    assert 2 < len(unwilling.queries) < 100


def test_who_is_disturbed_reads_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firestore, "_LONGEST_PAUSE_SECONDS", 0.001)
    left = [AlreadyExists, FailedPrecondition]

    def step() -> str:
        if left:
            raise left.pop()("changed")  # type: ignore[no-untyped-call]
        return "done"

    assert firestore.until_undisturbed(step) == "done"


def test_who_is_disturbed_without_end_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firestore, "_LONGEST_PAUSE_SECONDS", 0.001)
    times: list[int] = []

    def step() -> None:
        times.append(1)
        raise FailedPrecondition("changed")  # type: ignore[no-untyped-call]

    with pytest.raises(FailedPrecondition):
        firestore.until_undisturbed(step)
    assert len(times) == 11


@given(some.text(max_size=40) | some.sampled_from([".", "..", "__", "__x__", "___", "/", "a/b", "%", "%25"]))
def test_any_text_has_a_document_id_of_its_own(text: str) -> None:
    name = firestore.document_id(text)
    assert name
    assert name.isascii()
    assert "/" not in name
    assert name not in {".", ".."}
    assert not re.fullmatch("__.*__", name)
    assert unquote("" if name == "%" else name) == text


@pytest.mark.parametrize("text", ["mehta-2_20261204T0500Z", "call-1-1", "CA0123", "0a1b"])
def test_an_ordinary_id_is_its_own_document_id(text: str) -> None:
    assert firestore.document_id(text) == text


@given(some.integers(1, 2**32), some.integers(0, 999_999_999))
def test_a_version_gives_back_the_instant_to_the_nanosecond(seconds: int, nanos: int) -> None:
    instant = Timestamp(seconds=seconds, nanos=nanos)
    changed = DatetimeWithNanoseconds.from_timestamp_pb(instant)  # type: ignore[no-untyped-call]
    snapshot: Any = DocumentSnapshot(None, {}, True, None, None, changed)
    for seen in (snapshot, firestore.version_of(snapshot)):
        assert firestore.unchanged(seen)._last_update_time == instant


def test_a_text_that_is_no_version_is_refused() -> None:
    with pytest.raises(ValueError, match="does not match"):
        firestore.unchanged('{"doctor_id":"mehta"}')
