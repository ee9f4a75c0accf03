"""How Google says no: a status, a reason for programs, and one envelope around both."""

from __future__ import annotations

from typing import Any

_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    410: "FAILED_PRECONDITION",
    412: "FAILED_PRECONDITION",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
}


class Refused(Exception):
    """A request is refused."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        """`status` is HTTP's, `reason` Google's word, such as `notFound`."""
        super().__init__(message)
        self.status, self.reason, self.message = status, reason, message

    def envelope(self) -> dict[str, Any]:
        """Return the body (cloud.google.com/apis/design/errors, and Calendar's page "Handle API errors")."""
        error = {"domain": "global", "reason": self.reason, "message": self.message}
        body = {"code": self.status, "message": self.message, "errors": [error]}
        return {"error": {**body, "status": _STATUS.get(self.status, "UNKNOWN")}}


def invalid(message: str, reason: str = "invalid") -> Refused:
    """Return a 400."""
    return Refused(400, reason, message)


def not_found(message: str = "Not Found") -> Refused:
    """Return a 404."""
    return Refused(404, "notFound", message)
