"""The least that a remote tool can be: an HTTP function that runs the tool and returns its result."""

from __future__ import annotations

import importlib
import os
import typing
from typing import Any

import flask
import functions_framework
import msgspec

from clinic.contracts import tool_call
from clinic.settings import load_settings
from functions.needs import Needs

_TARGET = os.environ["FUNCTION_TARGET"]
_TOOL = getattr(importlib.import_module(f"functions.tools.{_TARGET}"), _TARGET)
_NEEDS = Needs(load_settings(os.environ))


def _answer(request: flask.Request) -> Any:
    call = tool_call.decode(request.get_data())
    arguments = msgspec.convert(call.arguments, typing.get_type_hints(_TOOL)["call"].__args__[0])
    answer = _TOOL(msgspec.structs.replace(call, arguments=arguments), **_NEEDS.of(_TOOL))
    return flask.Response(msgspec.json.encode(answer.result), content_type="application/json")


_answer.__name__ = _TARGET
globals()[_TARGET] = functions_framework.http(_answer)
