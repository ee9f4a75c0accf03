"""How speech is cut into chunks, with its words in step."""

from __future__ import annotations

import asyncio
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rehearsal.gemini.turn import CHUNK_BYTES, Speech, chunks

WORDS = st.lists(st.from_regex(r"[a-z.,]{1,8}", fullmatch=True), max_size=30).map(" ".join)


@given(WORDS, st.integers(0, 40_000))
def test_the_chunks_put_together_are_the_audio_and_the_text(text: str, frames: int) -> None:
    pcm = bytes(range(256)) * (frames * 2 // 256 + 1)
    pcm = pcm[: frames * 2]
    cut = list(chunks(text, pcm))
    assert b"".join(chunk for chunk, _ in cut) == pcm
    assert "".join(words for _, words in cut) == text
    assert all(len(chunk) == CHUNK_BYTES for chunk, _ in cut[:-1])


def test_words_come_about_when_they_are_spoken() -> None:
    cut = [words for _, words in chunks("one two three four", bytes(CHUNK_BYTES * 8))]
    assert cut == ["", "one", "", " two", "", " three", "", " four"]


async def test_audio_leaves_in_bursts_faster_than_it_is_heard() -> None:
    clock = asyncio.get_running_loop().time
    speech, began, sent_at = Speech(speed=4.0), clock(), []
    for _ in range(25):
        await speech.sent(0.04)
        sent_at.append(clock() - began)
    pauses = sum(later - earlier > 0.02 for earlier, later in pairwise(sent_at))
    assert 0.12 < sent_at[-1] < 0.8
    assert pauses < 8
    await speech.heard()
    assert clock() - began > 0.99
