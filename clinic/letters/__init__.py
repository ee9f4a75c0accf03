"""What the clinic writes to patients. Only functions that write letters import it, for Jinja2 takes its time."""

from clinic.letters.letters import Letters
from clinic.letters.words import Kind, LetterFileError

__all__ = ["Kind", "LetterFileError", "Letters"]
