"""Fragments of both transcripts become turns, and the agent's hold what the caller heard."""

from clinic.contracts.call_record import Turn
from realtime_service.transcript import Transcript


def said(turns: list[Turn]) -> list[tuple[str, str, bool]]:
    return [(turn.speaker, turn.text, turn.interrupted) for turn in turns]


def test_a_callers_fragments_are_one_turn_until_the_agent_speaks() -> None:
    transcript = Transcript()
    transcript.caller_said(" I would like")
    transcript.caller_said(" an appointment. ")
    (turn,) = transcript.agent_said("With", 100)
    assert (turn.number, turn.speaker, turn.text) == (1, "caller", "I would like an appointment.")


def test_the_agents_turn_is_over_when_it_is_complete_and_was_heard() -> None:
    transcript = Transcript()
    transcript.agent_said("With ", 200)
    transcript.agent_said("whom?", 400)
    assert transcript.heard(400) == []
    assert transcript.agent_finished(heard=False) == []
    assert transcript.heard(300) == []
    assert said(transcript.heard(400)) == [("agent", "With whom?", False)]
    assert transcript.heard(400) == []


def test_where_nobody_can_tell_what_was_heard_the_turn_is_over_when_it_is_complete() -> None:
    transcript = Transcript()
    transcript.agent_said("With whom?", 400)
    assert said(transcript.agent_finished(heard=True)) == [("agent", "With whom?", False)]


def test_an_interruption_cuts_the_turn_to_the_words_that_were_heard() -> None:
    transcript = Transcript()
    for text, until in (("Doctor Mehta ", 500), ("is free on Friday ", 1000), ("at ten.", 1500)):
        transcript.agent_said(text, until)
    assert said(transcript.interrupted(1000)) == [("agent", "Doctor Mehta is free on Friday", True)]


def test_an_interruption_after_the_model_had_finished_cuts_the_turn_too() -> None:
    transcript = Transcript()
    transcript.agent_said("Doctor Mehta ", 500)
    transcript.agent_said("is free.", 1000)
    transcript.agent_finished(heard=False)
    assert said(transcript.interrupted(500)) == [("agent", "Doctor Mehta", True)]


def test_what_was_not_heard_at_all_is_no_turn() -> None:
    transcript = Transcript()
    transcript.agent_said("Doctor Mehta", 500)
    assert transcript.interrupted(0) == []


def test_an_interruption_when_everything_was_heard_cuts_nothing() -> None:
    transcript = Transcript()
    transcript.agent_said("Hello.", 500)
    transcript.agent_finished(heard=False)
    assert said(transcript.heard(500)) == [("agent", "Hello.", False)]
    assert transcript.interrupted(500) == []


def test_a_callers_turn_waits_for_the_agents_before_it_to_be_heard() -> None:
    transcript = Transcript()
    transcript.agent_said("Hello.", 500)
    transcript.agent_finished(heard=False)
    transcript.caller_said("hello")
    assert transcript.agent_said("How can I help?", 900) == []
    assert said(transcript.heard(500)) == [("agent", "Hello.", False), ("caller", "hello", False)]


def test_what_a_caller_says_over_the_agent_waits_for_its_own_turn() -> None:
    transcript = Transcript()
    transcript.agent_said("Our clinic ", 300)
    transcript.caller_said("stop")
    assert transcript.agent_said("is open", 600) == []
    assert said(transcript.rest(600)) == [
        ("agent", "Our clinic is open", False),
        ("caller", "stop", False),
    ]


def test_a_caller_who_hangs_up_has_heard_what_the_marks_say() -> None:
    transcript = Transcript()
    transcript.agent_said("Doctor Mehta ", 500)
    transcript.agent_said("is free.", 1000)
    assert said(transcript.rest(500)) == [("agent", "Doctor Mehta", True)]


def test_turns_are_numbered_in_the_order_of_the_conversation() -> None:
    transcript = Transcript()
    numbers = []
    for _ in range(3):
        transcript.caller_said("yes")
        numbers += [turn.number for turn in transcript.rest(0)]
    assert numbers == [1, 2, 3]


def test_silence_is_no_turn() -> None:
    transcript = Transcript()
    transcript.caller_said("  \n ")
    assert transcript.rest(0) == []
