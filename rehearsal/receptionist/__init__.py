"""The rehearsed receptionist: the mind of the rehearsed model, words in and actions out."""

from rehearsal.receptionist.receptionist import Receptionist

__all__ = ["Receptionist"]
