"""functions/main.py in a process that fails as FAULT says, at the worst time.

`before the commit`, `after the commit`, `after publishing` and `before the acknowledgement` kill
it with SIGKILL there, once. `poison` makes each commit for a patient of that name raise. `slow`
lets a commit wait for SECONDS; `clock` shifts the function's clock by SECONDS.
"""

import importlib
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from functions import dispatch
from functions.needs import Needs

FAULT, SECONDS = os.environ["FAULT"], float(os.environ.get("SECONDS", "0"))
ONCE = Path(os.environ["LOCAL_DATA"]) / "killed"


def die(here: str) -> None:
    if here == FAULT and not ONCE.exists():
        ONCE.parent.mkdir(parents=True, exist_ok=True)
        ONCE.touch()
        os.kill(os.getpid(), signal.SIGKILL)


class FragileLedger:
    def __init__(self, port: Any) -> None:
        self._port = port

    def __getattr__(self, name: str) -> Any:
        return getattr(self._port, name)

    def commit(self, call: Any, *rest: Any) -> None:
        die("before the commit")
        if FAULT == "poison" and call.arguments["patient_name"] == "Poison":
            raise RuntimeError("as if there were a bug")
        if FAULT == "slow":
            sys.stderr.write("? committing\n")
            time.sleep(SECONDS)
        self._port.commit(call, *rest)
        die("after the commit")


class FragileBus:
    def __init__(self, port: Any) -> None:
        self._port = port

    def publish(self, *message: Any) -> None:
        self._port.publish(*message)
        die("after publishing")


FRAGILE: dict[str, Callable[[Any], Any]] = {"ledger": FragileLedger, "bus": FragileBus}


def _fragile(open_new: Callable[[Needs, str], Any]) -> Callable[[Needs, str], Any]:
    def open_fragile(needs: Needs, name: str) -> Any:
        port = open_new(needs, name)
        return FRAGILE[name](port) if name in FRAGILE else port

    return open_fragile


def _by_another_clock(look: Callable[[Needs, str], Any]) -> Callable[[Needs, str], Any]:
    def open_shifted(needs: Needs, name: str) -> Any:
        found = look(needs, name)
        return found + timedelta(seconds=SECONDS) if name == "now" and FAULT == "clock" else found

    return open_shifted


def _answered_and_then(answer: Callable[..., None]) -> Callable[..., None]:
    def answer_and_die(*arguments: Any) -> None:
        answer(*arguments)
        die("before the acknowledgement")

    return answer_and_die


Needs._open_new = _fragile(Needs._open_new)  # type: ignore[method-assign, assignment]
Needs.open = _by_another_clock(Needs.open)  # type: ignore[method-assign, assignment]
dispatch.answer_tool_call = _answered_and_then(dispatch.answer_tool_call)
globals()[os.environ["FUNCTION_TARGET"]] = getattr(
    importlib.import_module("functions.main"), os.environ["FUNCTION_TARGET"]
)
