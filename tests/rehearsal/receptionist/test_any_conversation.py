"""What holds in every conversation, whatever callers say and whatever the tools answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.directory import Clinic
from rehearsal.receptionist import Receptionist
from rehearsal.receptionist.actions import Action, Call, Say
from rehearsal.speech.expecting import Expecting

OFFER = {
    "doctor_name": "Dr. Kavita Rao",
    "department": "Cardiology",
    "date": "2026-12-07",
    "time": "02:00 PM",
}
TURNS = st.sampled_from(
    [
        "", "hello", "blah blah", "yes", "no", "no on monday", "book an appointment",
        "cancel my appointment", "move my appointment to friday at ten", "is doctor khan free",
        "doctor mehta", "doctor rao", "doctor meta", "doctor who", "dermatology", "tomorrow",
        "in the morning", "at ten thirty", "as soon as possible", "any time", "the second one", "the last",
        "none of them", "my name is asha rao", "asha rao", "a s h a space r a o", "no my name is asha rao",
        "a s h a at example dot com", "alpha sierra", "asha@example.com",
        "nine eight four nine zero one two three four five", "nine eight", "change the day", "another time",
        "the name is wrong", "repeat that please", "a human please", "never mind", "hold on", "thank you",
        "goodbye", "chest pain", "anything else", "yes book it", "any doctor", "any day", "that one",
        "take it", "[The call is connected. Greet the caller.]", "[The caller has been silent.]",
        "[The caller's number +919849012345 is on record: Asha Rao, asha@example.com.]",
    ]
)  # fmt: skip
FAILURE = st.fixed_dictionaries(
    {
        "success": st.just(False),
        "message": st.sampled_from(["That went wrong.", "Which doctor do you mean?"]),
    },
    optional={
        "error_type": st.sampled_from(["validation", "service", "unknown"]),
        "reason_code": st.sampled_from(
            [
                "invalid_email",
                "invalid_appointment_date",
                "invalid_appointment_time",
                "doctor_unclear",
                "slot_taken",
            ]
        ),
        "alternatives": st.lists(st.sampled_from([OFFER, {}, {**OFFER, "time": "soon"}]), max_size=3),
    },
)
SUCCESS = st.fixed_dictionaries(
    {"success": st.just(True), "message": st.just("Done.")},
    optional={
        "available": st.booleans(),
        "requested_slot": st.sampled_from([None, OFFER, {}]),
        "alternatives": st.lists(st.just(OFFER), max_size=3),
        "appointments": st.lists(st.sampled_from([{**OFFER, "appointment_id": "A1"}, {}]), max_size=3),
    },
)
RECORD = "[Greet the caller. The caller's number +919849012345 is on record: Asha Rao, asha@example.com.]"
FREE = {"success": True, "available": True, "message": "It is free.", "requested_slot": OFFER}
TAKEN = {"success": True, "available": False, "message": "It is taken.", "alternatives": [OFFER, OFFER]}
FOUND = {"success": True, "message": "Found.", "appointments": [{**OFFER, "appointment_id": "A1"}]}
BEGINNINGS = st.sampled_from(
    [
        [],
        ["doctor rao on monday at two", FREE],
        ["doctor rao on monday at two", FREE, "asha rao", "a s h a at example dot com"],
        [RECORD, "doctor rao on monday at two", FREE],
        [RECORD, "doctor rao on monday at two", TAKEN],
        [RECORD, "cancel my appointment", FOUND],
        [RECORD, "move my appointment to friday at ten", FOUND, FREE],
        [RECORD, "move my appointment to friday at ten", FOUND, TAKEN],
        [RECORD, "doctor rao on monday at two", FREE, "yes", FREE],
    ]
)
ANY_STEPS = st.lists(st.one_of(TURNS, TURNS, st.text(max_size=20), FAILURE, SUCCESS), max_size=20)
STEPS = st.builds(lambda beginning, more: [*beginning, *more], BEGINNINGS, ANY_STEPS)


class Watched:
    """A receptionist whose actions are checked as they come."""

    def __init__(self, receptionist: Receptionist, tools: Mapping[str, Any]) -> None:
        self.receptionist = receptionist
        self.tools = tools
        self.last_said = ""
        self.waited_for: list[Call] = []

    def step(self, step: str | dict[str, Any]) -> None:
        if isinstance(step, str):
            self.take(self.receptionist.heard(step))
        elif self.waited_for:
            self.take(self.receptionist.answered(self.waited_for.pop(0).name, step))
        assert isinstance(self.receptionist.expecting, Expecting)

    def take(self, actions: list[Action]) -> None:
        for action in actions:
            if isinstance(action, Say):
                assert action.text.strip()
                self.last_said = action.text
            else:
                assert isinstance(action, Call)
                self.check(action)
                self.waited_for.append(action)

    def check(self, call: Call) -> None:
        declaration = self.tools[call.name]
        schema = declaration.get("parameters") or declaration["parameters_json_schema"]
        assert call.args.keys() <= schema["properties"].keys()
        assert set(schema.get("required", ())) <= call.args.keys()
        assert all(call.args.values())


@settings(max_examples=200, deadline=None)
@given(steps=STEPS)
def test_only_declared_calls_are_made_and_always_whole(
    steps: list[str | dict[str, Any]],
    clinic: Clinic,
    all_declared: dict[str, Any],
    now: Callable[[], datetime],
) -> None:
    watched = Watched(Receptionist(clinic, all_declared, now), all_declared)
    for step in steps:
        watched.step(step)


@settings(max_examples=100, deadline=None)
@given(steps=STEPS)
def test_nothing_is_changed_without_a_yes_to_a_question_that_named_it(
    steps: list[str | dict[str, Any]],
    clinic: Clinic,
    all_declared: dict[str, Any],
    now: Callable[[], datetime],
) -> None:
    watched = Watched(Receptionist(clinic, all_declared, now), all_declared)
    verbs = {"book_appointment": "book", "cancel_appointment": "cancel", "reschedule_appointment": "move"}
    for step in steps:
        asked, before = watched.last_said, len(watched.waited_for)
        watched.step(step)
        for made in watched.waited_for[before:]:
            if verb := verbs.get(made.name):
                tried_again = "again" in asked or "once more" in asked
                assert verb in asked or verb in step or tried_again


@settings(max_examples=100, deadline=None)
@given(steps=STEPS)
def test_with_no_tool_declared_none_is_called(
    steps: list[str | dict[str, Any]], clinic: Clinic, now: Callable[[], datetime]
) -> None:
    watched = Watched(Receptionist(clinic, {}, now), {})
    for step in steps:
        watched.step(step)
    assert watched.waited_for == []
