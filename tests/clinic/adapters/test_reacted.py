"""The contract of `Reacted`: a fact is to be dealt with until a reaction says that it did."""

from typing import Any

from clinic.ports import Reacted


def test_a_fact_is_to_be_dealt_with_until_it_is_done(reacted: Reacted) -> None:
    assert reacted.once("send_confirmation", "fact-1") is True
    assert reacted.once("send_confirmation", "fact-1") is True
    reacted.done("send_confirmation", "fact-1")
    assert reacted.once("send_confirmation", "fact-1") is False


def test_done_twice_is_done(reacted: Reacted) -> None:
    reacted.done("send_confirmation", "fact-1")
    reacted.done("send_confirmation", "fact-1")
    assert reacted.once("send_confirmation", "fact-1") is False


def test_each_reaction_deals_with_each_fact(reacted: Reacted) -> None:
    reacted.done("send_confirmation", "fact-1")
    assert reacted.once("update_register", "fact-1") is True
    assert reacted.once("send_confirmation", "fact-2") is True


def test_another_instance_knows_what_is_done(store: Any, reacted: Reacted) -> None:
    reacted.done("send_confirmation", "fact-1")
    assert store.open("reacted").once("send_confirmation", "fact-1") is False
