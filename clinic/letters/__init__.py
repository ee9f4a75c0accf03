"""What the clinic writes to patients. Only who writes letters imports it, for Jinja2 takes its time."""

from clinic.letters.letters import Letters
from clinic.letters.words import Kind, LetterFileError

__all__ = ["Kind", "LetterFileError", "Letters"]
