"""The embedded bus keeps what it accepted through failures, crashes and kill -9."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path
from types import SimpleNamespace

import pytest

from clinic.adapters.embedded import bus
from clinic.adapters.embedded.bus import FIRST_BACKOFF_SECONDS, EmbeddedBus, Message
from clinic.adapters.embedded.database import Database
from clinic.contracts.function_table import DEAD_LETTERS, load_function_table
from clinic.contracts.subscriptions import load_pubsub
from clinic.settings import Settings

ROOT = Path(__file__).parents[4]
TOOL = "book_appointment"
LEASE_SECONDS = load_function_table()[TOOL].deploy.timeout_seconds + 5

PUBLISHER = """
import sys
from clinic.adapters.embedded import bus
from clinic.settings import Settings
queue = bus.open_port(Settings(local_data=sys.argv[1]))
queue.publish("book_appointment", b"accepted", {"id": "1"})
taken = queue.take_due(int(sys.argv[2])) if sys.argv[2] != "0" else []
print(len(taken), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(local_data=str(tmp_path))


@pytest.fixture
def queue(settings: Settings) -> EmbeddedBus:
    return bus.open_port(settings)


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let seconds pass on the bus's clock, which stands still otherwise."""
    clock = SimpleNamespace(now=1_800_000_000.0)
    monkeypatch.setattr(bus, "time", SimpleNamespace(time=lambda: clock.now))

    def pass_time(seconds: float) -> None:
        clock.now += seconds

    return pass_time


@pytest.fixture
def killed(tmp_path: Path) -> Callable[[int], None]:
    """Publish in another process, take so many messages there, and kill it with -9."""

    def publish_and_die(takes: int) -> None:
        with subprocess.Popen(
            [sys.executable, "-c", PUBLISHER, str(tmp_path), str(takes)],
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == f"{takes}\n"
            process.kill()
            assert process.wait(10) == -9

    return publish_and_die


DELIVERIES = load_pubsub().deliveries


def take_one(queue: EmbeddedBus) -> Message:
    (message,) = queue.take_due(10)
    return message


def fail_until_dead(queue: EmbeddedBus, wait: Callable[[float], None], reason: str = "HTTP 500") -> Message:
    while True:
        wait(3600)
        message = take_one(queue)
        queue.fail(message, reason)
        kind = load_function_table()[message.function].kind
        if message.attempts == DELIVERIES[kind].most_attempts:
            return message


def test_what_was_published_survives_a_kill_before_it_was_delivered(
    killed: Callable[[int], None], settings: Settings
) -> None:
    killed(0)
    message = take_one(bus.open_port(settings))
    assert (message.data, message.attributes, message.attempts) == (b"accepted", {"id": "1"}, 1)


def test_what_was_being_delivered_at_a_kill_is_due_again_at_the_next_start(
    killed: Callable[[int], None], settings: Settings
) -> None:
    killed(1)
    queue = bus.open_port(settings)
    assert queue.take_due(10) == []
    queue.recover()
    assert (take_one(queue).data, queue.take_due(10)) == (b"accepted", [])


def test_a_lease_returns_a_message_that_nobody_settled(
    queue: EmbeddedBus, wait: Callable[[float], None]
) -> None:
    queue.publish(TOOL, b"{}", {})
    first = take_one(queue)
    wait(LEASE_SECONDS - 0.01)
    assert queue.take_due(10) == []
    wait(0.02)
    again = take_one(queue)
    assert (first.id, first.attempts, again.id, again.attempts) == (again.id, 1, first.id, 2)


def test_a_failed_message_is_put_off_twice_as_long_each_time(
    queue: EmbeddedBus, wait: Callable[[float], None]
) -> None:
    queue.publish(TOOL, b"{}", {})
    for attempt in range(1, DELIVERIES["tool"].most_attempts):
        message = take_one(queue)
        assert message.attempts == attempt
        queue.fail(message, f"HTTP 50{attempt}")
        backoff = FIRST_BACKOFF_SECONDS * 2 ** (attempt - 1)
        wait(backoff - 0.01)
        assert queue.take_due(10) == []
        wait(0.02)
    assert take_one(queue).reason == "HTTP 504"


def test_after_five_attempts_a_message_is_kept_with_its_reason(
    queue: EmbeddedBus, wait: Callable[[float], None], settings: Settings
) -> None:
    queue.publish(TOOL, b"poison", {"id": "1"})
    fail_until_dead(queue, wait, "HTTP 503")
    (letter,) = bus.open_port(settings).dead_letters()
    assert (letter.data, letter.attributes) == (b"poison", {"id": "1"})
    assert (letter.function, letter.attempts, letter.reason) == (TOOL, 5, "HTTP 503")
    wait(86_400)
    assert [message.topic for message in queue.take_due(10)] == [DEAD_LETTERS]


def test_a_dead_letter_is_forwarded_with_pub_subs_attribute_names(
    queue: EmbeddedBus, wait: Callable[[float], None]
) -> None:
    queue.publish("appointment.booked", b"poison", {"ce-id": "fact-1"})
    for message in queue.take_due(10):
        if message.function != "send_confirmation":
            queue.acknowledge(message)
    wait(LEASE_SECONDS + 1)
    for _ in range(DELIVERIES["reaction"].most_attempts - 1):
        queue.fail(take_one(queue), "HTTP 500")
        wait(3600)
    forwarded = take_one(queue)
    assert (forwarded.topic, forwarded.function) == (DEAD_LETTERS, "answer_dead_letter")
    assert forwarded.data == b"poison"
    assert forwarded.attributes == {
        "ce-id": "fact-1",
        "CloudPubSubDeadLetterSourceSubscription": "send_confirmation",
        "CloudPubSubDeadLetterSourceDeliveryCount": "10",
        "CloudPubSubDeadLetterSourceTopic": "appointment.booked",
    }


def test_a_dead_letter_that_nobody_can_deal_with_is_kept_and_not_forwarded_for_ever(
    queue: EmbeddedBus, wait: Callable[[float], None]
) -> None:
    queue.publish(DEAD_LETTERS, b"poison", {})
    fail_until_dead(queue, wait)
    assert [letter.topic for letter in queue.dead_letters()] == [DEAD_LETTERS]
    assert queue.is_idle()


def test_a_dead_letter_that_can_not_be_forwarded_is_not_buried_in_silence(
    queue: EmbeddedBus, wait: Callable[[float], None], settings: Settings, tmp_path: Path
) -> None:
    class FullDisk(EmbeddedBus):
        def publish(
            self, topic: str, data: bytes, attributes: Mapping[str, str], ordering_key: str = ""
        ) -> None:
            raise OSError("disk full")

    queue.publish(TOOL, b"poison", {})
    full = FullDisk(Database(tmp_path / "bus.sqlite", ""), load_function_table())
    with pytest.raises(OSError, match="disk full"):
        fail_until_dead(full, wait)
    assert queue.dead_letters() == []
    wait(LEASE_SECONDS + 1)
    queue.fail(take_one(queue), "HTTP 500")
    assert [letter.data for letter in queue.dead_letters()] == [b"poison"]
    assert take_one(queue).topic == DEAD_LETTERS


def test_a_replayed_dead_letter_has_all_its_attempts_again(
    queue: EmbeddedBus, wait: Callable[[float], None]
) -> None:
    queue.publish(DEAD_LETTERS, b"poison", {})
    letter = fail_until_dead(queue, wait)
    assert queue.replay(letter.number) is True
    assert queue.dead_letters() == []
    assert queue.replay(letter.number) is False
    assert (take_one(queue).attempts, queue.is_idle()) == (1, False)


def test_one_reaction_that_fails_leaves_the_others_alone(
    queue: EmbeddedBus, wait: Callable[[float], None]
) -> None:
    queue.publish("appointment.booked", b"{}", {})
    failing, *others = queue.take_due(10)
    assert others
    queue.fail(failing, "HTTP 500")
    for message in others:
        queue.acknowledge(message)
    wait(3600)
    assert take_one(queue).function == failing.function


def test_no_more_are_taken_than_asked_for_and_the_longest_due_first(
    queue: EmbeddedBus, wait: Callable[[float], None]
) -> None:
    for number in range(3):
        queue.publish(TOOL, b"%d" % number, {})
        wait(1)
    assert [message.data for message in queue.take_due(2)] == [b"0", b"1"]
    assert [message.data for message in queue.take_due(2)] == [b"2"]


def test_the_bus_is_idle_when_nothing_waits_and_nothing_is_under_way(queue: EmbeddedBus) -> None:
    assert queue.is_idle()
    queue.publish(TOOL, b"{}", {})
    assert not queue.is_idle()
    message = take_one(queue)
    assert not queue.is_idle()
    queue.acknowledge(message)
    assert queue.is_idle()


def test_takers_who_compete_never_take_the_same_message(queue: EmbeddedBus, settings: Settings) -> None:
    for number in range(40):
        queue.publish(TOOL, b"%d" % number, {})
    instances = cycle([queue, bus.open_port(settings), bus.open_port(settings)])
    with ThreadPoolExecutor(6) as pool:
        taken = [
            message.data
            for each in pool.map(lambda _, q: q.take_due(7), range(24), instances)
            for message in each
        ]
    assert len(taken) == len(set(taken)) == 40
