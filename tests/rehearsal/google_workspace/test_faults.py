"""What goes wrong on purpose, seen by Google's own client."""

import http.client
import json
import time
from collections.abc import Callable
from typing import Any

import httplib2
import pytest
from googleapiclient.errors import HttpError

from rehearsal.google_workspace.faults import KINDS, Faults
from rehearsal.google_workspace.server import WorkspaceServer
from rehearsal.google_workspace.workspace import Workspace

CALENDAR = "mehta@example.com"
BODY = {"start": {"date": "2026-12-04"}, "end": {"date": "2026-12-05"}}


@pytest.fixture
def insert(client: Callable[..., Any]) -> Any:
    return client("calendar.v3").events().insert(calendarId=CALENDAR, body=BODY)


@pytest.mark.parametrize(
    ("kind", "status"), [("rate_limit", 403), ("quota", 429), ("internal", 500), ("unavailable", 503)]
)
def test_a_rule_refuses_the_next_request_and_only_that(
    insert: Any, workspace: Workspace, kind: Any, status: int
) -> None:
    workspace.faults.add("gmail.", kind)
    workspace.faults.add("calendar.events.insert", kind)
    with pytest.raises(HttpError) as refused:
        insert.execute()
    assert refused.value.status_code == status
    assert workspace.calendars.standing(CALENDAR) == []
    insert.execute()
    assert len(workspace.calendars.standing(CALENDAR)) == 1


def test_an_answer_can_be_lost_after_its_event_was_written(insert: Any, workspace: Workspace) -> None:
    # Twice: httplib2 sends a request again by itself when a connection ends without an answer.
    workspace.faults.add("calendar.events.insert", "answer_lost", times=2)
    with pytest.raises((http.client.HTTPException, OSError)):
        insert.execute()
    assert len(workspace.calendars.standing(CALENDAR)) == 2


def test_latency_keeps_an_answer_back(insert: Any, workspace: Workspace) -> None:
    insert.execute()
    workspace.faults.add("calendar.", "latency", seconds=0.2)
    began = time.monotonic()
    insert.execute()
    assert time.monotonic() - began >= 0.2


def test_a_seed_makes_the_same_storm_again() -> None:
    def storm(seed: int) -> list[str]:
        faults = Faults()
        faults.at_random(0.3, seed)
        return [fault.kind if (fault := faults.next_for("calendar.events.list")) else "" for _ in range(200)]

    assert storm(7) == storm(7)
    assert storm(7) != storm(8)
    assert set(storm(7)) == {"", *KINDS}
    assert 30 < sum(map(bool, storm(7))) < 90


def test_faults_are_ordered_and_ended_from_outside(
    server: WorkspaceServer, http: Callable[[], httplib2.Http], workspace: Workspace
) -> None:
    def order(**storm: Any) -> None:
        http().request(f"{server.url}/rehearsal/faults", "POST", json.dumps(storm))

    order(method="gmail.", kind="quota", times=1)
    order(probability=1.0, seed=1, kinds=["internal"])
    kinds = [fault.kind for _ in range(2) if (fault := workspace.faults.next_for("gmail.users.drafts.send"))]
    assert kinds == ["quota", "internal"]
    order(probability=0.0)
    assert workspace.faults.next_for("gmail.users.drafts.send") is None
    assert workspace.faults.happened == {"quota": 1, "internal": 1}
    workspace.faults.add("gmail.", "quota")
    workspace.faults.clear()
    assert workspace.faults.next_for("gmail.users.drafts.send") is None
