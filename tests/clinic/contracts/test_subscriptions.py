"""What Pub/Sub is to have: a topic for all that is published, a subscription for everybody who listens."""

import re

import pytest

from clinic.contracts.events import KINDS
from clinic.contracts.function_table import DEAD_LETTERS, load_function_table
from clinic.contracts.subscriptions import Subscription, load_pubsub, subscriptions, topics

TABLE = load_function_table()
SUBSCRIPTIONS = list(subscriptions(TABLE))


def test_every_kind_of_fact_has_its_topic() -> None:
    assert sorted(load_pubsub().facts) == sorted(str(kind.__struct_config__.tag) for kind in KINDS)
    assert set(load_pubsub().facts) <= set(topics(TABLE))


def test_every_tool_and_job_and_the_dead_letters_have_their_topic() -> None:
    assert {row.name for row in TABLE if row.kind in ("tool", "job")} | {DEAD_LETTERS} <= set(topics(TABLE))


def test_whoever_the_table_says_listens_has_a_subscription() -> None:
    listening = {(row.name, topic) for row in TABLE for topic in row.topics}
    assert {(each.function, each.topic) for each in SUBSCRIPTIONS} == listening
    assert len({each.name for each in SUBSCRIPTIONS}) == len(SUBSCRIPTIONS) == len(listening)


@pytest.mark.parametrize("each", SUBSCRIPTIONS, ids=lambda each: each.name)
def test_pubsub_takes_the_names_and_figures(each: Subscription) -> None:
    # cloud.google.com/pubsub/docs/pubsub-basics#resource_names, and the reference of Subscription.
    for name in (each.name, each.topic):
        assert re.fullmatch(r"(?!goog)[A-Za-z][\w.~+%-]{2,254}", name)
    assert each.name.partition(".")[0] == each.function
    assert each.topic in topics(TABLE)
    assert 10 <= each.delivery.ack_deadline_seconds <= 600
    assert 5 <= each.delivery.most_attempts <= 100
    assert 0 <= each.delivery.minimum_backoff_seconds <= each.delivery.maximum_backoff_seconds <= 600


@pytest.mark.parametrize("each", SUBSCRIPTIONS, ids=lambda each: each.name)
def test_no_function_runs_longer_than_its_message_is_leased(each: Subscription) -> None:
    assert TABLE[each.function].deploy.timeout_seconds < each.delivery.ack_deadline_seconds


def test_only_the_dead_letters_themselves_are_never_given_up() -> None:
    for each in SUBSCRIPTIONS:
        assert each.dead_letter_topic == ("" if each.topic == DEAD_LETTERS else DEAD_LETTERS)
