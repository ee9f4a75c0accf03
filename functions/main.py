"""The functions-framework door: one process serves the function that FUNCTION_TARGET names."""

from __future__ import annotations

import base64
import gc
import importlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import flask
import functions_framework
from cloudevents.http import CloudEvent
from werkzeug.exceptions import HTTPException

from clinic import telemetry
from clinic.adapters.exporters import start_telemetry
from clinic.contracts.dead_letter import DeadLetter
from clinic.contracts.function_table import WARMING, FunctionRow, load_function_table
from clinic.log import configure_log
from clinic.ports import DeadLetters
from clinic.settings import load_settings
from functions.authorised import require_authorised
from functions.dispatch import answer_tool_call, react, run_job
from functions.needs import Needs


def _tool_door(row: FunctionRow, tool: Callable[..., Any], needs: Needs) -> Callable[..., Any]:
    def door(event: CloudEvent) -> None:
        letter = _letter(event)
        if letter.attributes.get("ce-type") == WARMING:
            # Imported here: nobody waits for it, and who waits for a tool need not wait for this as well.
            from functions.warming import warm_up

            warm_up(tool, needs, letter.data)
        else:
            answer_tool_call(row, tool, needs, letter.data)

    return door


def _reaction_door(row: FunctionRow, reaction: Callable[..., Any], needs: Needs) -> Callable[..., Any]:
    def door(event: CloudEvent) -> None:
        react(row, reaction, needs, _letter(event), str(event["id"]))

    return door


def _job_door(_: FunctionRow, job: Callable[..., Any], needs: Needs) -> Callable[..., Any]:
    def door(_event: CloudEvent) -> None:
        run_job(job, needs)

    return door


def _webhook_door(row: FunctionRow, webhook: Callable[..., Any], needs: Needs) -> Callable[..., Any]:
    def door(request: flask.Request) -> Any:
        if row.callers == "authorised":
            require_authorised(request, row.name, needs.open("authority"), needs.settings)
        return webhook(request, **needs.of(webhook))

    return door


def _traced(row: FunctionRow, door: Callable[..., Any]) -> Callable[..., Any]:
    """Return the door with what it does as one span, of the trace that a message carries."""

    def message_door(event: CloudEvent) -> None:
        try:
            with telemetry.processing(row.name, str(event["id"]), _letter(event).attributes):
                door(event)
        finally:
            # Before the message is acknowledged: afterwards the instance may get no processor any more.
            telemetry.flush()

    def webhook_door(request: flask.Request) -> Any:
        @flask.after_this_request
        def send_once_answered(response: flask.Response) -> flask.Response:
            # Not before: somebody waits for the answer, on the telephone.
            response.call_on_close(telemetry.flush)
            return response

        about = {"faas.name": row.name, "faas.trigger": "http", "http.request.method": request.method}
        with telemetry.span(f"{request.method} /{row.name}", about, "server"):
            try:
                return door(request)
            except HTTPException as refused:
                # To refuse a request is no fault of the server's, in the conventions for HTTP spans neither.
                return refused.get_response()

    if not telemetry.is_on():
        return door
    return webhook_door if row.kind == "webhook" else message_door


def _noting(row: FunctionRow, door: Callable[..., Any], needs: Needs) -> Callable[..., Any]:
    """Return the door of messages; what it raises is noted for the dead letters, and raised."""

    def noting_door(event: CloudEvent) -> None:
        try:
            door(event)
        except Exception as fault:
            dead_letters: DeadLetters = needs.open("dead_letters")
            dead_letters.note_fault(row.name, _letter(event).data, type(fault).__name__)
            raise

    return door if row.kind == "webhook" else noting_door


def _letter(event: CloudEvent) -> DeadLetter:
    message = event.data["message"]
    return DeadLetter(base64.b64decode(message["data"]), message.get("attributes") or {})


_DOORS = {"tool": _tool_door, "reaction": _reaction_door, "job": _job_door, "webhook": _webhook_door}


_ALWAYS = {"tool": ("ledger",), "reaction": ("reacted",), "job": (), "webhook": ()}
"""What every function of a kind opens besides its own needs. A tool's bus is not among it: when that is
loaded, the caller has the answer already."""


def _open_door(target: str) -> Callable[..., Any]:
    settings = load_settings(os.environ)
    configure_log(settings.log_level)
    start_telemetry(settings, target)
    row = load_function_table()[target]
    function = getattr(importlib.import_module(f"functions.{row.kind}s.{row.name}"), row.name)
    needs = Needs(settings)
    needs.load(function, *_ALWAYS[row.kind])
    door = _traced(row, _noting(row, _DOORS[row.kind](row, function, needs), needs))
    door.__name__ = row.name
    register = functions_framework.http if row.kind == "webhook" else functions_framework.cloud_event
    return register(door)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Spare an eighth of a cold start: of what imports make, nothing is garbage, and all of it stays."""
    gc.disable()
    try:
        yield
    finally:
        # Nor is it looked through again, which keeps a fork's pages shared (docs.python.org/3/library/gc).
        gc.freeze()
        gc.enable()


with _nothing_collected():
    globals()[os.environ["FUNCTION_TARGET"]] = _open_door(os.environ["FUNCTION_TARGET"])
