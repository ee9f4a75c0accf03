"""What the receptionist has just asked, and so what the ear should listen for."""

from enum import Enum


class Expecting(Enum):
    """The kind of answer that is due; each has a grammar of its own."""

    ANYTHING = "anything"
    NAME = "name"
    SPELLING = "spelling"
    DIGITS = "digits"
    YES_NO = "yes_no"
