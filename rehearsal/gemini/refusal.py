"""How the service refuses a client: by closing the connection with a code and a reason."""

from __future__ import annotations

INVALID_ARGUMENT = 1007
"""RFC 6455 §7.4.1 "invalid frame payload data": the service's INVALID_ARGUMENT."""
ABNORMAL = 1006
"""RFC 6455 §7.4.1: the connection ends without a close frame."""
POLICY_VIOLATION = 1008
"""RFC 6455 §7.4.1 "policy violation": NOT_FOUND and PERMISSION_DENIED."""
INTERNAL_ERROR = 1011
"""RFC 6455 §7.4.1: INTERNAL, DEADLINE_EXCEEDED and RESOURCE_EXHAUSTED."""
LONGEST_REASON = 123
"""Bytes: a close frame carries 125 at most, two of them the code (RFC 6455 §5.5)."""


class Refused(Exception):
    """The connection must be closed with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason.encode()[:LONGEST_REASON].decode(errors="ignore")


def invalid(detail: str = "") -> Refused:
    """Return the refusal of an argument that the service can read but not accept."""
    general = "Request contains an invalid argument."
    return Refused(INVALID_ARGUMENT, f"{general} {detail}".rstrip())


def not_found() -> Refused:
    """Return the refusal of an id or handle that the service never gave out."""
    return Refused(POLICY_VIOLATION, "Requested entity was not found.")
