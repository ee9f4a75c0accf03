"""Nobody waits in silence for a tool: words after 0.8 s, again at 4 s, and never while somebody speaks."""

from realtime_service.dead_air import DeadAir


def said(dead_air: DeadAir, until: float, quiet_since: float = 0.0) -> list[tuple[float, str]]:
    """Look every tenth of a second; each thing said is heard for one second."""
    events: list[tuple[float, str]] = []
    for tenth in range(int(until * 10) + 1):
        now = tenth / 10
        due = dead_air.due(now, quiet_since) if now >= quiet_since else None
        if due:
            events.append((now, due))
            quiet_since = now + 1
    return events


def test_a_quick_tool_is_not_talked_about() -> None:
    dead_air = DeadAir()
    dead_air.asked("a", 0)
    assert said(dead_air, 0.7) == []
    dead_air.answered("a")
    assert not dead_air.is_waiting
    assert said(dead_air, 9) == []


def test_a_slow_tool_is_talked_about_twice_within_its_deadline() -> None:
    dead_air = DeadAir()
    dead_air.asked("a", 0)
    assert said(dead_air, 8) == [(0.8, "busy"), (4.0, "still_busy")]


def test_a_tool_that_takes_for_ever_is_mentioned_now_and_then() -> None:
    dead_air = DeadAir()
    dead_air.asked("a", 0)
    assert [at for at, _ in said(dead_air, 20)] == [0.8, 4.0, 10.0, 16.0]


def test_nothing_is_said_until_the_agent_has_been_silent_for_as_long() -> None:
    dead_air = DeadAir()
    dead_air.asked("a", 0)
    assert said(dead_air, 5, quiet_since=1.25)[0] == (2.1, "busy")


def test_a_second_tool_beside_the_first_does_not_begin_anew() -> None:
    dead_air = DeadAir()
    dead_air.asked("a", 0)
    assert dead_air.due(0.8, 0) == "busy"
    dead_air.asked("b", 1)
    dead_air.answered("a")
    assert dead_air.due(1.9, 0) is None
    dead_air.answered("b")
    dead_air.asked("c", 10)
    assert dead_air.due(10.7, 9) is None
    assert dead_air.due(10.8, 9) == "busy"
