"""Log lines as JSON that Cloud Logging understands: `severity`, `message`, `time`.

They hold ids, never names, numbers, addresses or words of a call. Their grammar:
`<` from the caller, `>` to the caller, `=` state of the session, `?` tool call,
`!` refusal or fault.
"""

from __future__ import annotations

import logging
import re
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

from clinic import telemetry

_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NUMBER = re.compile(r"(?<![\w.:-])\+?\d(?:[ -]?\d){7,}(?![\w:-])")
"""Of a telephone: eight digits or more that stand alone, which no id, time or line of ours does."""


def configure_log(level: str) -> None:
    """Send our lines and the libraries' warnings to standard error, one JSON object each."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        _severity,
        _trace,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level.lower()),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _impersonal,
                structlog.processors.EventRenamer("message"),
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("clinic").setLevel(level)
    # It would log a line a request, and sets its own level if it finds none.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)


def _impersonal(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    # Our own lines are safe; the words of a library's fault may quote the address that it could not write to.
    for name in ("event", "exception"):
        if isinstance(event.get(name), str):
            event[name] = _NUMBER.sub("<number>", _ADDRESS.sub("<address>", event[name]))
    return event


def _trace(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {**event, **telemetry.log_fields()}


def _severity(_: WrappedLogger, method: str, event: EventDict) -> EventDict:
    event["severity"] = method.upper()
    return event
