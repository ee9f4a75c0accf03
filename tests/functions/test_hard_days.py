"""Days and hours that trip up appointment books, asked for at a given moment."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from clinic.contracts import tool_call
from clinic.contracts.call_record import CallRecord
from clinic.contracts.function_table import FunctionTable
from clinic.contracts.tool_call import ToolCall
from clinic.directory import load_clinic
from clinic.directory.clinic_file import DEFAULT_FILE
from clinic.settings import Settings
from functions.dispatch import answer_tool_call
from functions.needs import Needs
from functions.tools.check_appointment_availability import check_appointment_availability
from realtime_service.instructions import instructions

Check = Callable[..., dict[str, Any]]
KOLKATA, NEW_YORK = ZoneInfo("Asia/Kolkata"), ZoneInfo("America/New_York")


@pytest.fixture
def check(settings: Settings, table: FunctionTable) -> Check:
    """Ask for a slot of Dr. Mehta at a moment of the clinic's clock."""

    def run(at: str, day: str, moment: str, zone: ZoneInfo = KOLKATA, **changes: Any) -> dict[str, Any]:
        now = datetime.fromisoformat(at).replace(tzinfo=zone).astimezone(UTC)
        world = Needs(msgspec.structs.replace(settings, **changes), {"now": now})
        record = CallRecord(call_id="call-1", session_id="CA1", channel="phone", timestamp=now)
        world.open("calls").ring(record, "ticket", now + timedelta(minutes=1), 5)
        asked = {"appointment_date": day, "appointment_time": moment, "doctor_name": "Mehta"}
        call: ToolCall[dict[str, str]] = ToolCall(
            id="call-1-1",
            call_id="call-1",
            tool="check_appointment_availability",
            arguments=asked,
            requested_at=now,
            expires_at=now + timedelta(seconds=8),
        )
        answer_tool_call(table[call.tool], check_appointment_availability, world, tool_call.encode(call))
        result: dict[str, Any] = world.open("ledger").answer(call.id)
        return result

    return run


@pytest.fixture
def in_new_york(tmp_path: Path) -> str:
    """The default clinic as if it were in New York, with Sunday nights on duty."""
    text = DEFAULT_FILE.read_text(encoding="utf-8").replace("Asia/Kolkata", "America/New_York")
    night = "[doctors.hours]\nsunday = [[00:00:00, 06:00:00]]\n"
    file = tmp_path / "new-york.toml"
    file.write_text(text.replace("[doctors.hours]\n", night, 1), encoding="utf-8")
    return str(file)


@pytest.fixture(params=["UTC", "Pacific/Kiritimati"])
def server_elsewhere(request: pytest.FixtureRequest) -> Iterator[None]:
    """A server whose own clock is in another zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()


def test_an_hour_that_has_passed_today_is_offered_later(check: Check) -> None:
    result = check("2026-12-04T11:00", "2026-12-04", "10:30 AM")
    assert result["reason_code"] == "in_the_past"
    assert all(offer["date"] > "2026-12-03" for offer in result["alternatives"])
    assert result["alternatives"][0]["time"] == "12:00 PM"


def test_today_needs_the_least_notice(check: Check) -> None:
    assert check("2026-12-04T09:31", "2026-12-04", "10:30 AM")["reason_code"] == "too_soon"


def test_today_with_just_the_least_notice_is_free(check: Check) -> None:
    assert check("2026-12-04T09:30", "2026-12-04", "10:30 AM")["available"] is True


def test_the_last_day_of_the_horizon_is_given_and_the_next_is_not(check: Check) -> None:
    assert check("2026-12-04T10:30", "2027-03-04", "10:30 AM")["available"] is True


def test_a_day_beyond_the_horizon_is_refused(check: Check) -> None:
    assert check("2026-12-04T10:30", "2027-03-05", "10:30 AM")["reason_code"] == "too_far"


def test_a_holiday_is_named_and_the_days_after_are_offered(check: Check) -> None:
    result = check("2026-12-20T10:00", "2026-12-25", "10:30 AM")
    assert result["reason_code"] == "closed"
    assert "Christmas Day" in result["message"]
    assert result["alternatives"][0]["date"] == "2026-12-26"


def test_the_turn_of_the_year_is_a_day_like_others_but_for_its_holiday(check: Check) -> None:
    result = check("2026-12-30T10:00", "2026-12-31", "05:00 PM")
    assert result["available"] is False
    assert [offer["date"] for offer in result["alternatives"]] == ["2026-12-31"] * 3


def test_alternatives_cross_the_year(check: Check) -> None:
    result = check("2026-12-31T20:00", "2026-12-31", "10:30 AM")
    assert [offer["date"] for offer in result["alternatives"]] == ["2027-01-02"] * 3


def test_a_leap_day_is_given(check: Check) -> None:
    assert check("2028-02-20T10:00", "2028-02-29", "10:30 AM")["available"] is True


def test_the_clinics_clock_counts_and_not_the_servers(check: Check, server_elsewhere: None) -> None:
    result = check("2026-12-04T00:30", "2026-12-04", "10:30 AM")
    assert result["available"] is True
    assert result["requested_slot"]["slot_id"] == "mehta_20261204T0500Z"


def test_tomorrow_said_a_minute_before_midnight_is_the_clinics_tomorrow(server_elsewhere: None) -> None:
    now = datetime(2026, 12, 3, 23, 59, tzinfo=KOLKATA)
    assert "2026-12-03 11:59 PM" in instructions(load_clinic(), "en", now)


@pytest.mark.parametrize(
    ("day", "moment", "slot"),
    [
        ("2027-03-14", "01:30 AM", "mehta_20270314T0630Z"),
        ("2027-03-14", "03:00 AM", "mehta_20270314T0700Z"),
        ("2027-11-07", "12:30 AM", "mehta_20271107T0430Z"),
        ("2027-11-07", "01:30 AM", "mehta_20271107T0530Z"),
        ("2027-11-07", "02:30 AM", "mehta_20271107T0730Z"),
    ],
)
def test_on_both_nights_of_a_clock_change_a_time_is_the_instant_that_the_clock_shows(
    check: Check, in_new_york: str, day: str, moment: str, slot: str
) -> None:
    before = f"{day[:8]}01T12:00"
    result = check(before, day, moment, NEW_YORK, clinic_file=in_new_york)
    assert result["available"] is True
    assert result["requested_slot"]["slot_id"] == slot


def test_a_time_that_the_clock_skips_is_asked_again(check: Check, in_new_york: str) -> None:
    result = check("2027-03-01T12:00", "2027-03-14", "02:30 AM", NEW_YORK, clinic_file=in_new_york)
    assert (result["success"], result["reason_code"]) == (False, "invalid_appointment_time")
