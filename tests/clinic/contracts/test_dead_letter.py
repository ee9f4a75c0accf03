"""A dead letter tells which function could not deal with it."""

import pytest

from clinic.contracts.dead_letter import DeadLetter


@pytest.mark.parametrize(
    ("attributes", "function"),
    [({"CloudPubSubDeadLetterSourceSubscription": "book_appointment"}, "book_appointment"), ({}, "")],
)
def test_the_function_is_the_subscription_it_came_from(attributes: dict[str, str], function: str) -> None:
    assert DeadLetter(b"{}", attributes).function == function
