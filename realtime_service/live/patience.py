"""How long each thing may take on the model's side, all in one place, each with its reason."""

from __future__ import annotations

from msgspec import Struct


class Patience(Struct, frozen=True, kw_only=True):
    """Times in seconds. The defaults are a phone call's; a rehearsal is less patient."""

    setup: float = 8.0
    """From the dial to setupComplete: the SDK waits for it without an end, and a caller not much longer."""
    resume: float = 8.0
    """From a loss until the handle is given up for a fresh session."""
    bring_back: float = 16.0
    """From a loss, or the first dial, until the caller is handed to people: two set-ups that time out."""
    first_pause: float = 0.5
    """Before the second dial of a gap; the first follows at once. It doubles with each dial …"""
    longest_pause: float = 4.0
    """… up to this. Each is shortened at random by up to a half, lest all calls of an outage dial at once."""
    steady: float = 10.0
    """A connection that has spoken and lasted this long is sound: the losses before it no longer count."""
    cut_margin: float = 3.0
    """Before the time that goAway names. A rotation then is ours; after it, the server's cut in a word."""
    first_sound: float = 5.0
    """From the end of a caller's turn to the agent's first sound. 1 s is usual, 3 s with a thinking model."""
    after_nudge: float = 5.0
    """From the nudge to the first sound: the model is at least as quick to answer a text."""
    zeros: float = 3.0
    """Of digital silence in a row. Speech pauses for 1 s at most, and its pauses are not all zero."""
    held: float = 3.0
    """Of the caller's voice kept while it can't be sent: a sentence. Older words would come as new ones."""
