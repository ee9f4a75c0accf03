"""Puts the fragments of both transcripts together into turns, the agent's cut to what the caller heard."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime

from clinic.contracts.call_record import Speaker, Turn


class _Utterance:
    """One side's words until the other's: fragments, and where in the call's audio each ends."""

    def __init__(self, speaker: Speaker) -> None:
        self.speaker = speaker
        self.began_at = datetime.now(UTC)
        self.fragments: list[tuple[str, float]] = []
        self.is_whole = False
        """Nothing is added any more."""
        self.is_heard = False
        """Nothing is left to be heard."""
        self.interrupted = False

    @property
    def until_ms(self) -> float:
        return self.fragments[-1][1] if self.fragments else 0.0

    @property
    def text(self) -> str:
        return " ".join("".join(text for text, _ in self.fragments).split())

    def cut(self, heard_ms: float) -> None:
        heard = [fragment for fragment in self.fragments if fragment[1] <= heard_ms]
        self.interrupted = len(heard) < len(self.fragments)
        self.fragments, self.is_whole, self.is_heard = heard, True, True


class Transcript:
    """The words of one conversation, as turns in their order. A turn comes out when it is over and heard.

    The agent's words come with its audio, seconds before the caller hears them. Each fragment counts as
    spoken where the audio stood when it came; the model's transcript rather lags than leads, so an
    interruption may cut a word too many, and what is left was heard.
    """

    def __init__(self) -> None:
        self._count = 0
        self._queue: deque[_Utterance] = deque()

    def caller_said(self, fragment: str) -> None:
        """Add a fragment of the caller's words."""
        self._open("caller").fragments.append((fragment, 0.0))

    def agent_said(self, fragment: str, until_ms: float) -> list[Turn]:
        """Add a fragment of the agent's words, which ends the caller's turn; return the turns that are over.

        The model transcribes the caller beside its own answer, so only the agent's
        words end the caller's turn. What the caller says meanwhile waits.
        """
        begins = self._find("agent") is None
        if begins:
            self._end_callers()
        self._open("agent").fragments.append((fragment, until_ms))
        return self._over()

    def agent_finished(self, heard: bool) -> list[Turn]:
        """Take that the agent's utterance is complete, and `heard` where nobody will tell when it was."""
        speaking = self._find("agent")
        if speaking:
            speaking.is_whole = True
            speaking.is_heard = heard
        return self._over()

    def heard(self, until_ms: float) -> list[Turn]:
        """Take up to where the caller has heard; return the turns that are over."""
        for utterance in self._queue:
            if utterance.speaker == "agent" and utterance.is_whole and utterance.until_ms <= until_ms:
                utterance.is_heard = True
        return self._over()

    def interrupted(self, heard_ms: float) -> list[Turn]:
        """Take that what was not heard by then never will be; return the turns that are over."""
        for utterance in self._queue:
            if utterance.speaker == "agent" and not utterance.is_heard:
                utterance.cut(heard_ms)
        return self._over()

    def rest(self, heard_ms: float) -> list[Turn]:
        """End everything: the conversation is over."""
        self._end_callers()
        return self.interrupted(heard_ms)

    def _open(self, speaker: Speaker) -> _Utterance:
        found = self._find(speaker)
        if found is None:
            found = _Utterance(speaker)
            self._queue.append(found)
        return found

    def _find(self, speaker: Speaker) -> _Utterance | None:
        """Return the side's utterance that is still being added to."""
        return next((each for each in self._queue if each.speaker == speaker and not each.is_whole), None)

    def _end_callers(self) -> None:
        callers = self._find("caller")
        if callers:
            callers.is_whole = callers.is_heard = True

    def _over(self) -> list[Turn]:
        turns: list[Turn] = []
        while self._queue and self._queue[0].is_heard:
            utterance = self._queue.popleft()
            if utterance.text:
                self._count += 1
                turns.append(
                    Turn(
                        self._count,
                        utterance.speaker,
                        utterance.text,
                        utterance.began_at,
                        utterance.interrupted,
                    )
                )
        return turns
