"""Token counts."""

from __future__ import annotations

from rehearsal.gemini.usage import Usage


def test_the_prompt_grows_with_the_conversation_and_the_response_is_the_turns_own() -> None:
    usage = Usage()
    usage.read("four and four more!!")
    usage.heard(2.0)
    usage.spoke(4.0)
    first = usage.of_turn()
    assert (first.prompt_token_count, first.response_token_count, first.total_token_count) == (55, 100, 155)
    second = usage.of_turn()
    assert (second.prompt_token_count, second.response_token_count, second.total_token_count) == (155, 0, 155)
