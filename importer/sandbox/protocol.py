"""Hands the connection to the application, so that faults are real: resets, cuts, silence."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from typing import TYPE_CHECKING, Any

from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

if TYPE_CHECKING:
    from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope

WIRE = "practice.wire"
"""Key of the `Wire` in `scope["extensions"]`."""

_LINGER_NONE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class Wire:
    """One connection, below HTTP."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.is_held = False
        """An answer is held back on purpose: a server that stops need not wait for it."""

    @property
    def is_closed(self) -> bool:
        """Whether the connection is going or gone."""
        return self._transport.is_closing()

    def write(self, data: bytes) -> None:
        """Send raw bytes."""
        self._transport.write(data)

    def close(self) -> None:
        """End the connection in order (FIN), after what was written."""
        self._transport.close()

    def reset(self) -> None:
        """End the connection at once (RST)."""
        connection: socket.socket | None = self._transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NONE)
        self._transport.abort()


class PracticeProtocol(H11Protocol):
    """HTTP/1.1 whose scope holds the connection."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        inner = self.app
        self._wire: Wire | None = None

        async def with_wire(
            scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
        ) -> None:
            self._wire = Wire(self.transport)
            extended: Any = {**scope, "extensions": {WIRE: self._wire}}
            await inner(extended, receive, send)

        self.app = with_wire

    def shutdown(self) -> None:
        """Let an honest answer finish; end one that is held back, or a request that never ends."""
        super().shutdown()
        if self._wire is None or self.cycle.response_complete:
            return
        if self._wire.is_held or self.cycle.more_body:
            self.transport.abort()
