"""A letter that came back, and the header by which ours are known again."""

from __future__ import annotations

from msgspec import Struct

LETTER_HEADER = "X-Clinic-Letter"


class LetterLabel(Struct, frozen=True, kw_only=True):
    """Which letter it is. Ids alone, without spaces: mail servers read it."""

    kind: str
    appointment_id: str
    call_id: str
    """The call in which happened what the letter tells."""

    def written(self) -> str:
        """Return the header's value."""
        return f"{self.kind} {self.appointment_id} {self.call_id}"


def read_label(text: str) -> LetterLabel | None:
    """Return what a header says; None where it is none of ours."""
    parts = text.split()
    if len(parts) != len(LetterLabel.__struct_fields__):
        return None
    return LetterLabel(kind=parts[0], appointment_id=parts[1], call_id=parts[2])


class Returned(Struct, frozen=True, kw_only=True):
    """A letter that could not be delivered."""

    id: str
    """The same whenever it is read."""
    label: LetterLabel
    address: str
    """That takes no mail; lower case."""
