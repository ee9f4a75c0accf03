"""What the caller has heard is what marks say, and only marks that were not cleared."""

from realtime_service.playout import GREETING, MARK_EVERY_MS, Playout


def test_a_mark_is_due_within_an_utterance_every_half_second() -> None:
    playout = Playout(brings_marks_back=True)
    due = []
    for _ in range(30):
        playout.sent(40, now=0)
        due.append(playout.mark_within())
    assert [name for name in due if name] == ["piece-1", "piece-2"]
    assert due.index("piece-1") == MARK_EVERY_MS // 40


def test_an_utterance_ends_with_a_mark_unless_it_was_nothing() -> None:
    playout = Playout(brings_marks_back=True)
    assert playout.mark_end() is None
    playout.sent(40, now=0)
    assert playout.mark_end() == "utterance-1"
    assert playout.mark_end() is None


def test_an_utterance_that_ends_where_a_mark_within_it_is_due_ends_with_its_own_all_the_same() -> None:
    playout = Playout(brings_marks_back=False)
    playout.sent(MARK_EVERY_MS, now=0)
    assert playout.mark_within() == "piece-1"
    assert playout.mark_end() == GREETING
    assert playout.mark_end() is None
    assert playout.utterances_over == 1
    playout.sent(40, now=0)
    playout.cleared()
    assert playout.mark_end() is None


def test_a_mark_that_comes_back_says_that_everything_before_it_was_heard() -> None:
    playout = Playout(brings_marks_back=True)
    playout.sent(500, now=0)
    first = playout.mark_within()
    playout.sent(500, now=0)
    second = playout.mark_within()
    assert first
    assert second
    playout.played(first)
    assert playout.heard_ms == 500
    playout.played(second)
    assert playout.heard_ms == 1000


def test_a_lost_mark_is_made_up_for_by_the_next() -> None:
    playout = Playout(brings_marks_back=True)
    playout.sent(500, now=0)
    playout.mark_within()
    playout.sent(100, now=0)
    last = playout.mark_end()
    assert last
    playout.played(last)
    assert playout.heard_ms == 600


def test_marks_that_a_clear_brings_back_were_not_heard() -> None:
    playout = Playout(brings_marks_back=True)
    playout.sent(500, now=0)
    mark = playout.mark_within()
    playout.cleared()
    assert not playout.is_sounding(now=0)
    playout.sent(100, now=1)
    assert mark
    playout.played(mark)
    playout.played("nonsense")
    assert playout.heard_ms == 500
    assert playout.is_sounding(now=1)


def test_the_agent_sounds_until_its_last_mark_is_back() -> None:
    playout = Playout(brings_marks_back=True)
    assert not playout.is_sounding(now=0)
    playout.sent(2000, now=0)
    mark = playout.mark_end()
    assert mark
    assert playout.is_sounding(now=2.5)
    playout.played(mark)
    assert not playout.is_sounding(now=2.5)


def test_a_mark_that_never_comes_does_not_keep_the_agent_sounding_for_ever() -> None:
    playout = Playout(brings_marks_back=True)
    playout.sent(2000, now=0)
    playout.mark_end()
    assert not playout.is_sounding(now=60)


def test_of_a_page_that_brings_no_marks_back_the_clock_tells() -> None:
    playout = Playout(brings_marks_back=False)
    playout.sent(2000, now=10)
    playout.sent(1000, now=10)
    assert playout.is_sounding(now=12.9)
    assert not playout.is_sounding(now=13.1)
