"""Requests to Workspace: what is tried again, for how long, and what the faults say."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest
from googleapiclient.errors import HttpError

from clinic.adapters.cloud.credentials import CALENDAR_SCOPES, GMAIL_SCOPES, NotAllowed
from clinic.adapters.cloud.workspace import AnswerLost, WorkspaceApi
from clinic.ports import Unavailable

CALENDAR = "mehta@example.com"


@pytest.fixture
def faults(workspace_store: Any) -> Any:
    workspace_store.workspace.calendars.add(CALENDAR, "Asia/Kolkata")
    return workspace_store.workspace.faults


def calendar(store: Any, timeout: float = 2.0, patience: float = 5.0, scopes: Any = CALENDAR_SCOPES) -> Any:
    return WorkspaceApi(store.settings, "calendar.v3", scopes, timeout, patience)


def insert(api: Any) -> Any:
    day = {"start": {"date": "2026-12-04"}, "end": {"date": "2026-12-05"}}
    return api.events().insert(calendarId=CALENDAR, body=day)


def standing(store: Any) -> int:
    return len(store.workspace.calendars.standing(CALENDAR))


@pytest.mark.parametrize("kind", ["unauthorised", "rate_limit", "quota", "internal", "unavailable"])
def test_a_passing_fault_is_tried_again(workspace_store: Any, faults: Any, kind: Any) -> None:
    faults.add("calendar.", kind, times=4)
    calendar(workspace_store).ask(insert)
    assert standing(workspace_store) == 1


def test_what_may_be_sent_again_is_sent_again_by_us_and_by_nobody_else(
    workspace_store: Any, faults: Any
) -> None:
    faults.add("calendar.", "answer_lost")
    calendar(workspace_store).ask(insert)
    assert workspace_store.workspace.asked["calendar.events.insert"] == 2


@pytest.mark.parametrize("kind", ["answer_lost", "internal"])
def test_what_must_not_be_sent_again_is_not(workspace_store: Any, faults: Any, kind: Any) -> None:
    faults.add("calendar.", kind, times=9)
    with pytest.raises(AnswerLost):
        calendar(workspace_store).ask(insert, again=False)
    assert workspace_store.workspace.asked.get("calendar.events.insert", 0) == (kind == "answer_lost")


def test_what_was_refused_for_its_number_is_sent_again_all_the_same(
    workspace_store: Any, faults: Any
) -> None:
    faults.add("calendar.", "quota", times=2)
    calendar(workspace_store).ask(insert, again=False)
    assert standing(workspace_store) == 1


def test_patience_ends(workspace_store: Any, faults: Any) -> None:
    faults.add("calendar.", "unavailable", times=50)
    with pytest.raises(Unavailable, match="HTTP 503"):
        calendar(workspace_store, patience=0.3).ask(insert)


def test_an_answer_that_does_not_come_is_not_waited_for(workspace_store: Any, faults: Any) -> None:
    faults.add("calendar.", "latency", times=9, seconds=1.0)
    with pytest.raises(Unavailable, match=r"[Tt]imeout"):
        calendar(workspace_store, timeout=0.5, patience=0.2).ask(insert)


def test_nobody_there_is_unavailable(workspace_store: Any, faults: Any) -> None:
    nowhere = msgspec.structs.replace(workspace_store.settings, workspace_url="http://127.0.0.1:1")
    with pytest.raises(Unavailable, match="ConnectionRefused"):
        WorkspaceApi(nowhere, "calendar.v3", CALENDAR_SCOPES, 1.0, 0.1).ask(insert)


def test_a_refusal_is_no_fault_of_the_line(workspace_store: Any, faults: Any) -> None:
    with pytest.raises(HttpError) as refused:
        calendar(workspace_store).ask(lambda api: api.events().list(calendarId="nobody@example.com"))
    assert refused.value.status_code == 404
    assert workspace_store.workspace.asked["calendar.events.list"] == 1


def test_a_scope_that_the_administrator_has_not_allowed_is_named(workspace_store: Any, faults: Any) -> None:
    scope = "https://www.googleapis.com/auth/calendar"
    with pytest.raises(NotAllowed, match=f"missing scope: {scope}.*Domain-wide delegation"):
        calendar(workspace_store, scopes=[scope]).ask(insert)


def test_a_token_without_the_scope_of_a_method_says_which_it_had(workspace_store: Any, faults: Any) -> None:
    with pytest.raises(NotAllowed, match=r"gmail\.compose"):
        calendar(workspace_store, scopes=GMAIL_SCOPES).ask(insert)


def test_each_thread_has_a_transport_of_its_own(workspace_store: Any, faults: Any) -> None:
    api, together = calendar(workspace_store), threading.Barrier(4)

    def ask(_: int) -> int:
        together.wait(10)
        for _ in range(5):
            api.ask(insert)
        return id(api._transport().http)

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(ask, range(4)))) == 4
    assert standing(workspace_store) == 20
