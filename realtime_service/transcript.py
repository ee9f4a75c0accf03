"""Puts the fragments of both transcripts together into turns."""

from __future__ import annotations

from datetime import UTC, datetime

from clinic.contracts.call_record import Speaker, Turn


class Transcript:
    """The words of one conversation. A turn is whole when the other side speaks, or when it is said to be."""

    def __init__(self) -> None:
        self._count = 0
        self._fragments: dict[Speaker, str] = {"caller": "", "agent": ""}

    def heard(self, speaker: Speaker, fragment: str) -> Turn | None:
        """Add a fragment; return the other side's turn, which it ends.

        The model transcribes the caller beside its own answer, so only the agent's
        words end the caller's turn. What the caller says meanwhile waits.
        """
        ended = self.whole("caller") if speaker == "agent" and not self._fragments["agent"] else None
        self._fragments[speaker] += fragment
        return ended

    def whole(self, speaker: Speaker) -> Turn | None:
        """End a side's turn; None if it has said nothing."""
        text = " ".join(self._fragments[speaker].split())
        self._fragments[speaker] = ""
        if not text:
            return None
        self._count += 1
        return Turn(self._count, speaker, text, datetime.now(UTC))

    def rest(self) -> list[Turn]:
        """End both sides' turns: the conversation is over."""
        return [turn for turn in (self.whole("caller"), self.whole("agent")) if turn]
