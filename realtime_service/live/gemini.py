"""Talks to Gemini Live: the SDK authenticates, dials and sets up, the audio goes over its socket directly."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

import structlog
from google.auth.exceptions import GoogleAuthError
from google.genai import types
from google.genai.live import AsyncSession
from websockets.asyncio.client import ClientConnection

from realtime_service.live.capabilities import capabilities_of
from realtime_service.live.client import DeveloperApi, VertexAi, dialled, sdk_client
from realtime_service.live.closed import Stage, closes_told, no_setup, not_authenticated
from realtime_service.live.conversation import Conversation, conversing
from realtime_service.live.patience import Patience
from realtime_service.live.session import LiveSession
from realtime_service.live.setup import TurnTaking, setup
from realtime_service.live.wire import SdkWire, SocketWire, Wire

DEFAULT_MODEL = "gemini-3.8-live"
DEFAULT_VOICE = "Charon"

_log = structlog.get_logger("clinic")


class GeminiLive:
    """The door to Gemini Live: one per process, for its client takes 60 ms of CPU to build."""

    def __init__(
        self,
        account: DeveloperApi | VertexAi,
        *,
        model: str = DEFAULT_MODEL,
        base_url: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
        patience: Patience | None = None,
        turn_taking: TurnTaking | None = None,
    ) -> None:
        """Make the client. `base_url` is `https://host:port` of another server, dialled past any proxy."""
        self._model = model
        self._capabilities = capabilities_of(model)
        self._patience = patience or Patience()
        self._turn_taking = turn_taking or TurnTaking()
        self._client = sdk_client(account, base_url, ssl_context)

    def warm(self, declarations: Sequence[Mapping[str, Any]]) -> None:
        """Build what the SDK builds at its first use, 25 ms of CPU: at boot, not within somebody's call."""
        config = self._setup("", declarations, DEFAULT_VOICE, None, None, False)
        types.LiveConnectParameters(model=self._model, config=config).model_dump(exclude_none=True)
        types.LiveServerMessage.model_validate({"setupComplete": {}})

    def conversation(
        self,
        instructions: str,
        declarations: Sequence[Mapping[str, Any]],
        voice: str = DEFAULT_VOICE,
        language: str | None = None,
    ) -> AbstractAsyncContextManager[Conversation]:
        """Return a conversation that lasts longer than its connections; it is hung up at the end.

        `declarations` are rows of `name`, `description`, `parameters_json_schema`. `language` is BCP 47, None
        lets the model follow the caller. Entering raises LiveClosed if the model can't be reached.
        """

        def dial(handle: str | None, with_history: bool) -> AbstractAsyncContextManager[LiveSession]:
            return self.session(instructions, declarations, voice, language, handle, with_history)

        return conversing(dial, self._patience, gates_voice=self._capabilities.gates_voice)

    @asynccontextmanager
    async def session(
        self,
        instructions: str,
        declarations: Sequence[Mapping[str, Any]],
        voice: str = DEFAULT_VOICE,
        language: str | None = None,
        handle: str | None = None,
        with_history: bool = False,
    ) -> AsyncIterator[LiveSession]:
        """Dial once, set up and yield one connection's session; hang up at the end.

        `handle` takes up an earlier session, its connection closed by now; `with_history` begins with
        `send_history`. The rest is as in `conversation`.
        Raises LiveClosed, also when nothing answers within the patience for it.
        """
        stage = Stage(setting_up=True, resuming=handle is not None)
        config = self._setup(instructions, declarations, voice, language, handle, with_history)
        async with AsyncExitStack() as stack:
            with closes_told(stage):
                session, wire = await self._dial(stack, config)
            history_ends = self._capabilities.takes_history
            live = LiveSession(session, wire, resuming=stage.resuming, history_ends=history_ends)
            try:
                yield live
            finally:
                await live.close()

    def _setup(
        self,
        instructions: str,
        declarations: Sequence[Mapping[str, Any]],
        voice: str,
        language: str | None,
        handle: str | None,
        with_history: bool,
    ) -> types.LiveConnectConfig:
        return setup(
            instructions,
            declarations,
            voice,
            language,
            handle,
            with_history,
            self._capabilities,
            self._turn_taking,
        )

    async def _dial(
        self, stack: AsyncExitStack, config: types.LiveConnectConfig
    ) -> tuple[AsyncSession, Wire]:
        connections: list[ClientConnection] = []
        token = dialled.set(connections)
        try:
            async with asyncio.timeout(self._patience.setup):
                dial = self._client.aio.live.connect(model=self._model, config=config)
                session = await stack.enter_async_context(dial)
        except OSError:  # a certificate's error is a ValueError too
            raise
        except GoogleAuthError as error:
            raise not_authenticated(retryable=error.retryable) from error
        except (ValueError, TypeError):
            if not connections:
                raise
            raise no_setup("the set-up's answer could not be read") from None  # the SDK's errors quote it
        finally:
            dialled.reset(token)
        if session.setup_complete is None:
            raise no_setup("the set-up was answered with another message")
        return session, _wire(session, connections)


def _wire(session: AsyncSession, connections: list[ClientConnection]) -> Wire:
    """Return the fast way when the SDK passed our connection factory on, as it is not documented to."""
    if connections:
        return SocketWire(connections[-1])
    _log.warning("! socket not seen", consequence="audio goes through the SDK at twice the CPU")
    return SdkWire(session)
