"""Brings an answer to the client, whole or as its fault wants it."""

from __future__ import annotations

import asyncio
import http
from typing import assert_never

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from importer.sandbox.moments import http_date
from importer.sandbox.protocol import WIRE, Wire
from importer.sandbox.records import Delivery, Reply

PIECES = 20
"""Into so many pieces a dripped answer is cut."""


class Delivered(Response):
    """An answer as an ASGI response.

    Args:
        reply: what to bring, and how.
        now: seconds since the epoch, for the `Date` header.
    """

    def __init__(self, reply: Reply, now: float) -> None:
        headers = {"date": http_date(now), **dict(reply.headers)}
        super().__init__(reply.body, reply.status or 500, headers, reply.media)
        self.reply = reply

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Bring it; a connection that breaks leaves nothing to be done."""
        wire: Wire = scope["extensions"][WIRE]
        wire.is_held = self.reply.delivery is not Delivery.WHOLE
        match self.reply.delivery:
            case Delivery.WHOLE:
                await super().__call__(scope, receive, send)
                return
            case Delivery.DRIPPED:
                await self._drip(wire, send)
                return
            case Delivery.DROPPED:
                wire.close()
            case Delivery.RESET:
                wire.reset()
            case Delivery.CUT:
                wire.write(self._head() + self.body[: len(self.body) // 2])
                wire.close()
            case Delivery.HANGING:
                pass
            case _:
                assert_never(self.reply.delivery)
        await _until_gone(receive)

    async def _drip(self, wire: Wire, send: Send) -> None:
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        size = max(1, -(-len(self.body) // PIECES))
        for at in range(0, len(self.body), size):
            await asyncio.sleep(self.reply.pause)
            if wire.is_closed:
                return
            piece = bytes(self.body[at : at + size])
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _head(self) -> bytes:
        """Status line and headers, as they announce the whole body."""
        phrase = http.HTTPStatus(self.status_code).phrase
        lines = [f"HTTP/1.1 {self.status_code} {phrase}".encode()]
        lines += [name + b": " + value for name, value in self.raw_headers]
        return b"\r\n".join([*lines, b"", b""])


async def _until_gone(receive: Receive) -> None:
    """Wait until the connection is closed, from whichever side."""
    while (await receive())["type"] != "http.disconnect":
        pass
