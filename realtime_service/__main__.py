"""The service's door, `python -m realtime_service`: settings, store and model from the environment."""

from __future__ import annotations

import argparse
import asyncio
import gc
import importlib
import os
import signal
import socket
import sys

from clinic import telemetry
from clinic.adapters.exporters import start_telemetry
from clinic.contracts.function_table import FunctionTable, FunctionTableError, load_function_table
from clinic.directory import Clinic, ClinicFileError, load_clinic
from clinic.log import configure_log
from clinic.settings import SettingError, Settings, load_settings
from realtime_service.live.client import DeveloperApi, VertexAi
from realtime_service.live.gemini import GeminiLive
from realtime_service.live.setup import TurnTaking
from realtime_service.ports import NoConnection
from realtime_service.server import RealtimeService
from realtime_service.traced_ports import traced

GRACE_SECONDS = 5.0
"""Cloud Run kills an instance 10 s after SIGTERM (cloud.google.com/run/docs/container-contract)."""


def main() -> int:
    """Serve until SIGTERM or Ctrl-C; return the exit code."""
    argparse.ArgumentParser(prog="python -m realtime_service", description=__doc__).parse_args()
    try:
        settings = load_settings(os.environ)
        clinic, table = load_clinic(settings.clinic_path), load_function_table()
    except (SettingError, ClinicFileError, FunctionTableError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if not settings.has_real_model:
        sys.stderr.write(
            "GEMINI_API_KEY or GOOGLE_GENAI_USE_VERTEXAI: must be set;"
            " `make run` starts the rehearsed model\n"
        )
        return 2
    configure_log(settings.log_level)
    start_telemetry(settings, "realtime_service")
    live = gemini_live(settings)
    try:
        asyncio.run(_serve(settings, clinic, table, live))
    except (SettingError, NoConnection) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    finally:
        telemetry.stop()
    return 0


async def _serve(settings: Settings, clinic: Clinic, table: FunctionTable, live: GeminiLive) -> None:
    service = realtime_service(settings, clinic, table, live)
    await service.start(_bound(settings.port))
    settle()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await stopping.wait()
    await service.stop(GRACE_SECONDS)


def _bound(port: int) -> socket.socket:
    """Return a socket that does not listen yet: who finds the port open finds a store that is connected."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("", port))
    return bound


def settle() -> None:
    """Take what the start has made out of all later collections (docs.python.org/3/library/gc).

    It stays for good, and one look through it all stops every call for 35 to 70 ms.
    """
    gc.collect()
    gc.freeze()


def gemini_live(settings: Settings) -> GeminiLive:
    """Return the door to the real Gemini Live."""
    account: DeveloperApi | VertexAi = DeveloperApi(settings.gemini_api_key)
    if settings.google_genai_use_vertexai:
        account = VertexAi(settings.google_cloud_project, settings.google_cloud_location)
    return GeminiLive(
        account,
        model=settings.gemini_model,
        base_url=settings.google_gemini_base_url or None,
        turn_taking=turn_taking(settings),
    )


def turn_taking(settings: Settings) -> TurnTaking:
    """Return when the model takes a caller to have begun and to have finished."""
    return TurnTaking(
        start_sensitivity=settings.gemini_start_sensitivity,
        end_sensitivity=settings.gemini_end_sensitivity,
        prefix_milliseconds=settings.gemini_prefix_padding_ms,
        silence_milliseconds=settings.gemini_silence_duration_ms,
    )


def realtime_service(
    settings: Settings, clinic: Clinic, table: FunctionTable, live: GeminiLive
) -> RealtimeService:
    """Put the service together: its store is the one the settings name."""
    adapters = importlib.import_module(f"realtime_service.adapters.{settings.store}")
    live.warm(table.declarations)
    return RealtimeService(
        settings,
        clinic,
        table,
        traced(adapters.open_ports(settings)),
        # No language: the model follows the caller's; the instructions say in which it begins.
        lambda instructions: live.conversation(instructions, table.declarations, settings.gemini_voice),
    )


if __name__ == "__main__":
    sys.exit(main())
