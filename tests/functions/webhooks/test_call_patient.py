"""How a patient comes to be rung, and when nobody is."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import flask
import msgspec
import pytest

from clinic.adapters.embedded.telephone import ANY_CALL, WhereTwilioIs, note_where
from clinic.contracts.call_record import CallNotes, CallRecord
from clinic.directory import Clinic, load_clinic
from functions.needs import Needs
from functions.webhooks.call_patient import call_patient
from functions.webhooks.twilio_machine import twilio_machine
from functions.webhooks.twilio_status import twilio_status
from functions.webhooks.twilio_voice import twilio_voice
from rehearsal.twilio.rest import serve
from rehearsal.twilio.switchboard import Order, Switchboard

ACCOUNT = "AC" + "0" * 32
ALL_DAY = {"ring_patients_from": time(0), "ring_patients_until": time(23, 59, 59, 999999)}
Ask = Callable[..., tuple[int, dict[str, str]]]
Post = Callable[..., Any]


class PhoneCall:
    """The patient's call at Twilio's."""

    def __init__(self) -> None:
        self.up = True
        self.documents: list[str] = []

    @property
    def status(self) -> str:
        return "in-progress" if self.up else "completed"

    def move(self, document: str) -> None:
        self.documents.append(document)

    def hang_up(self) -> None:
        self.up = False

    def record(self, status_url: str) -> str:
        raise AssertionError("nobody asked for a recording")


class Twilio:
    """What was ordered, and the calls that came of it."""

    def __init__(self) -> None:
        self.orders: list[Order] = []
        self.calls: dict[str, PhoneCall] = {}


@pytest.fixture
def clinic() -> Clinic:
    return msgspec.structs.replace(load_clinic(), **ALL_DAY)


@pytest.fixture
def needs(settings: Any, clinic: Clinic) -> Needs:
    return Needs(settings, {"clinic": clinic})


@pytest.fixture
def twilio(needs: Needs) -> Iterator[Twilio]:
    line = Twilio()
    board = Switchboard(ACCOUNT, needs.settings.signing_token, lambda step: step(), lambda order: take(order))

    def take(order: Order) -> None:
        line.orders.append(order)
        line.calls[order.call_sid] = PhoneCall()
        board.calls[order.call_sid] = line.calls[order.call_sid]

    with serve(board) as url:
        note_where(needs.settings, ANY_CALL, WhereTwilioIs(url, ACCOUNT))
        yield line


@pytest.fixture
def rings(needs: Needs) -> Ask:
    def run(body: Any, world: Needs = needs) -> tuple[int, dict[str, str]]:
        data = body if isinstance(body, bytes) else msgspec.json.encode(body)
        with flask.Flask("test").test_request_context("/", method="POST", data=data):
            answer = call_patient(flask.request, **world.of(call_patient))
        return answer.status_code, msgspec.json.decode(answer.get_data())

    return run


@pytest.fixture
def reminder(book: Callable[..., dict[str, Any]]) -> dict[str, str]:
    """What asks for a reminder of an appointment that was booked."""
    return {"reason": "reminder", "id": book()["appointment_id"]}


def over(call_sid: str, status: str) -> dict[str, str]:
    return {"CallSid": call_sid, "CallStatus": status, "Direction": "outbound-api"}


def test_a_patient_is_reminded_by_an_agent_who_knows_why_it_calls(
    twilio: Twilio, rings: Ask, reminder: dict[str, str], needs: Needs
) -> None:
    status, answer = rings(reminder)
    assert status == 202
    (order,) = twilio.orders
    assert order.to == "+919812345678"
    assert order.url.endswith("/twilio-voice")
    assert order.status_url.endswith("/twilio-status")
    assert order.machine_url.endswith("/twilio-machine")
    record = needs.open("calls").get(answer["call_id"])
    assert (record.direction, record.session_id, record.status) == ("outbound", order.call_sid, "ringing")
    assert record.caller_phone == "+919812345678"
    assert "Asha Rao" in record.reason
    assert "Dr. Anil Mehta" in record.reason


def test_the_patient_who_answers_is_connected_to_the_same_record(
    twilio: Twilio, rings: Ask, reminder: dict[str, str], post: Post
) -> None:
    _, answer = rings(reminder)
    form = {
        **over(answer["call_sid"], "in-progress"),
        "From": "+914000000000",
        "To": "+919812345678",
        "AccountSid": ACCOUNT,
    }
    given = {each.attrib["name"]: each.attrib["value"] for each in post(twilio_voice, form).iter("Parameter")}
    assert given["call_id"] == answer["call_id"]


def test_who_answers_before_the_record_is_written_waits_for_it_but_not_for_ever(
    post: Post, needs: Needs
) -> None:
    form = {**over("CA" + "e" * 32, "in-progress"), "To": "+919812345678"}
    twiml = post(twilio_voice, form)
    assert [verb.tag for verb in twiml] == ["Pause", "Redirect"]
    assert twiml.findtext("Redirect").endswith("/twilio-voice?waited=1")
    assert [verb.tag for verb in post(twilio_voice, form, query={"waited": "5"})] == ["Hangup"]
    assert needs.open("calls").of_session(form["CallSid"]) is None


def test_nobody_is_rung_twice_for_the_same(
    twilio: Twilio, rings: Ask, reminder: dict[str, str], needs: Needs, ask_webhook: Post
) -> None:
    _, answer = rings(reminder)
    assert rings(reminder)[1]["reason_code"] == "under_way"
    needs.open("calls").note(CallNotes(call_id=answer["call_id"], resolution="will come"))
    taken_up(needs, answer)
    ask_webhook(twilio_status, over(answer["call_sid"], "completed"))
    status, refused = rings(reminder)
    assert (status, refused["reason_code"]) == (409, "reached")
    assert len(twilio.orders) == 1


def taken_up(needs: Needs, answer: dict[str, str]) -> None:
    """Let the patient's stream be admitted."""
    calls = needs.open("calls")
    record = calls.get(answer["call_id"])
    calls.ring(record, "ticket", datetime.now(UTC) + timedelta(minutes=1), 50)
    assert calls.admit("ticket", record.session_id, datetime.now(UTC))


@pytest.mark.parametrize("outcome", ["no-answer", "busy", "failed", "canceled"])
def test_who_does_not_answer_is_tried_three_times(
    twilio: Twilio, rings: Ask, reminder: dict[str, str], ask_webhook: Post, needs: Needs, outcome: str
) -> None:
    for _ in range(3):
        status, answer = rings(reminder)
        assert status == 202
        ask_webhook(twilio_status, over(answer["call_sid"], outcome))
        assert needs.open("calls").get(answer["call_id"]).status == "failed"
    assert rings(reminder)[1]["reason_code"] == "given_up"


def test_a_machine_is_left_the_clinics_number_and_nothing_more(
    twilio: Twilio, rings: Ask, reminder: dict[str, str], ask_webhook: Post, needs: Needs
) -> None:
    _, answer = rings(reminder)
    ask_webhook(twilio_machine, {"CallSid": answer["call_sid"], "AnsweredBy": "machine_end_beep"})
    (document,) = twilio.calls[answer["call_sid"]].documents
    assert "Renova Hospitals" in document
    assert "<Hangup" in document
    for private in ("Asha", "Mehta", "appointment"):
        assert private not in document
    assert needs.open("calls").get(answer["call_id"]).resolution == "message left"
    assert rings(reminder)[1]["reason_code"] == "reached"


def test_a_clinic_that_leaves_no_messages_hangs_up_and_tries_again(
    twilio: Twilio, rings: Ask, reminder: dict[str, str], ask_webhook: Post, needs: Needs, clinic: Clinic
) -> None:
    _, answer = rings(reminder)
    silent = Needs(needs.settings, {"clinic": msgspec.structs.replace(clinic, leave_messages=False)})
    form = {"CallSid": answer["call_sid"], "AnsweredBy": "machine_end_beep"}
    ask_webhook(twilio_machine, form, world=silent)
    assert not twilio.calls[answer["call_sid"]].up
    taken_up(needs, answer)
    ask_webhook(twilio_status, over(answer["call_sid"], "completed"))
    assert rings(reminder)[0] == 202


@pytest.mark.parametrize("answered_by", ["human", "unknown", ""])
def test_a_human_is_left_to_the_agent(
    twilio: Twilio, rings: Ask, reminder: dict[str, str], ask_webhook: Post, answered_by: str
) -> None:
    _, answer = rings(reminder)
    ask_webhook(twilio_machine, {"CallSid": answer["call_sid"], "AnsweredBy": answered_by})
    call = twilio.calls[answer["call_sid"]]
    assert (call.up, call.documents) == (True, [])


@pytest.mark.parametrize(
    ("minute", "rung"),
    [("08:59", False), ("09:00", True), ("19:59", True), ("20:00", False), ("23:30", False)],
)
def test_quiet_hours_are_those_of_the_clinics_own_clock(
    twilio: Twilio, rings: Ask, reminder: dict[str, str], needs: Needs, minute: str, rung: bool
) -> None:
    usual = load_clinic()
    at = datetime.combine(datetime.now(usual.zone).date(), time.fromisoformat(minute), usual.zone)
    world = Needs(needs.settings, {"clinic": usual, "now": at.astimezone(UTC)})
    status, answer = rings(reminder, world)
    assert (status, answer.get("reason_code")) == ((202, None) if rung else (409, "quiet_hours"))
    assert len(twilio.orders) == rung


def test_an_appointment_that_was_cancelled_is_no_reason(
    twilio: Twilio, rings: Ask, reminder: dict[str, str], use: Callable[..., Any]
) -> None:
    use("cancel_appointment", appointment_id=reminder["id"])
    assert rings(reminder)[0] == 404
    assert twilio.orders == []


@pytest.fixture
def promised(needs: Needs, ringing: CallRecord) -> dict[str, str]:
    """What asks for a call back that was promised."""
    notes = CallNotes(
        call_id=ringing.call_id, call_back=True, transfer_reason="A bill.", customer_name="Asha Rao"
    )
    needs.open("calls").note(notes)
    return {"reason": "call_back", "id": ringing.call_id}


def test_a_promised_call_back_rings_the_number_that_called(
    twilio: Twilio, rings: Ask, promised: dict[str, str], needs: Needs
) -> None:
    _, answer = rings(promised)
    assert twilio.orders[0].to == "+919812345678"
    assert "A bill." in needs.open("calls").get(answer["call_id"]).reason


def test_a_web_visitor_is_called_back_on_the_number_they_gave(
    twilio: Twilio, rings: Ask, promised: dict[str, str], needs: Needs
) -> None:
    needs.open("calls").note(CallNotes(call_id=promised["id"], call_back_number="+918123456789"))
    rings(promised)
    assert twilio.orders[0].to == "+918123456789"


def test_without_a_promise_nobody_is_called_back(twilio: Twilio, rings: Ask, ringing: CallRecord) -> None:
    assert rings({"reason": "call_back", "id": ringing.call_id})[0] == 404


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        {"reason": "advert", "id": "1"},
        {"reason": "reminder"},
        {"reason": "reminder", "id": 7},
        {"reason": "reminder", "id": "1", "number": "+918123456789"},
    ],
)
def test_what_is_not_understood_rings_nobody(twilio: Twilio, rings: Ask, body: Any) -> None:
    assert rings(body)[0] == 400
    assert twilio.orders == []


def test_a_number_that_can_not_be_rung_is_said_and_may_be_tried_again(
    rings: Ask, reminder: dict[str, str]
) -> None:
    # Nothing waits at the other end of the rehearsed line.
    assert rings(reminder)[1]["reason_code"] == "number_refused"
    assert rings(reminder)[1]["reason_code"] == "number_refused"


def test_with_all_lines_busy_the_call_is_given_up_at_once(
    twilio: Twilio, rings: Ask, reminder: dict[str, str], settings: Any, clinic: Clinic
) -> None:
    one_line = Needs(msgspec.structs.replace(settings, max_sessions=1), {"clinic": clinic})
    status, answer = rings(reminder, one_line)
    assert (status, answer["reason_code"]) == (503, "busy")
    assert [call.up for call in twilio.calls.values()] == [False]
