"""Fragments of both transcripts become turns."""

from realtime_service.transcript import Transcript


def test_fragments_are_one_turn_until_the_other_side_speaks() -> None:
    transcript = Transcript()
    assert transcript.heard("caller", " I would like") is None
    assert transcript.heard("caller", " an appointment. ") is None
    turn = transcript.heard("agent", "With")
    assert turn is not None
    assert (turn.number, turn.speaker, turn.text) == (1, "caller", "I would like an appointment.")


def test_the_agents_turn_is_whole_when_the_model_says_so() -> None:
    transcript = Transcript()
    transcript.heard("agent", "With ")
    transcript.heard("agent", "whom?")
    turn = transcript.whole("agent")
    assert turn is not None
    assert turn.text == "With whom?"
    assert transcript.whole("agent") is None


def test_what_a_caller_says_over_the_agent_waits_for_its_own_turn() -> None:
    transcript = Transcript()
    transcript.heard("agent", "Our clinic ")
    transcript.heard("caller", "stop")
    assert transcript.heard("agent", "is open") is None
    assert [(turn.speaker, turn.text) for turn in transcript.rest()] == [
        ("caller", "stop"),
        ("agent", "Our clinic is open"),
    ]


def test_turns_are_numbered_in_the_order_of_the_conversation() -> None:
    transcript = Transcript()
    numbers = []
    for _ in range(3):
        transcript.heard("caller", "yes")
        numbers += [turn.number for turn in transcript.rest()]
    assert numbers == [1, 2, 3]


def test_silence_is_no_turn() -> None:
    transcript = Transcript()
    transcript.heard("caller", "  \n ")
    assert transcript.rest() == []
