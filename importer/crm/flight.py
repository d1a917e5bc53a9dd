"""How far one request has got, as httpx's `trace` extension tells it.

An exception's name cannot tell: one `ReadError` serves both "the CRM never read it" and "the CRM
stored it, and the line broke". What is known for certain is the moment before the first byte of the
request's head is handed to the socket: httpcore announces it as `send_request_headers.started`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from importer.verdict import Exchange, Progress

INTERRUPTED: Final = "interrupted before a complete answer came"


async def at_once(*_: object) -> None:
    """Wait for nothing."""


class Flight:
    """One request under way: readable at any moment, above all after a cancellation.

    Whoever must know how far a cancelled request got makes the flight, passes it to the request,
    and reads `exchange()` when `CancelledError` arrives.
    """

    def __init__(self) -> None:
        self._under_way = False
        self._traced = False
        self._headers_started = False
        self._read_began = False
        self._read_waited = False
        self._status: int | None = None
        self._body = bytearray()
        self._hide: Callable[[bytes], bytes] = bytes
        self._hold: Callable[[], Awaitable[object]] = at_once
        self._complete = False
        self._retry_after_s: float | None = None
        self._clock_offset_s: float | None = None
        self._error = INTERRUPTED

    @property
    def progress(self) -> Progress:
        """How far it has got."""
        if self._complete:
            return Progress.ANSWERED
        return Progress.STARTED if self._headers_started else Progress.NOT_STARTED

    @property
    def answered_too_soon(self) -> bool:
        """The answer's head was in hand before the network was read: it answers an earlier request.

        A CRM or a proxy that answers one request twice leaves the second answer in the connection's
        buffer, where the next request would find it. Its own answer takes at least one wait.
        """
        return self._read_began and not self._read_waited

    def exchange(self) -> Exchange:
        """What can be said of the request now."""
        return Exchange(
            progress=self.progress,
            status=self._status,
            body=self._hide(bytes(self._body)),
            retry_after_s=self._retry_after_s,
            clock_offset_s=self._clock_offset_s,
            error="" if self._complete else self._error,
        )

    def take_off(
        self, hide: Callable[[bytes], bytes], hold: Callable[[], Awaitable[object]] = at_once
    ) -> None:
        """From here on httpx has the request.

        Args:
            hide: takes the token out of what comes back.
            hold: waited for on the open connection, before the request's first byte.
        """
        self._hide, self._hold = hide, hold
        self._under_way = True

    def head(
        self, status: int, *, retry_after_s: float | None, clock_offset_s: float | None
    ) -> None:
        """The answer's status and headers have come."""
        self._status = status
        self._retry_after_s = retry_after_s
        self._clock_offset_s = clock_offset_s

    def receive(self, part: bytes) -> int:
        """A part of the answer's body has come; returns how much there is by now."""
        self._body += part
        return len(self._body)

    def land(self) -> None:
        """The answer's body is complete."""
        self._complete = True

    def fail(self, error: str) -> None:
        """It ended without a complete answer; `error` says why in a few words."""
        self._error = error
        # A transport that traces nothing would make every failure look like one before the start.
        self._headers_started |= self._under_way and not self._traced

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Take note of an event; httpcore awaits this before it goes on (httpcore: _trace.py)."""
        self._traced = True
        if event.endswith(".send_request_headers.started"):
            # Through a proxy, CONNECT is sent first, on the same trace; it carries no action.
            if getattr(info.get("request"), "method", b"") != b"CONNECT":
                await self._hold()
                self._headers_started = True
        elif event.endswith(".receive_response_headers.started"):
            self._read_began, self._read_waited = True, False
            asyncio.get_running_loop().call_soon(self._note_wait)

    def _note_wait(self) -> None:
        self._read_waited = True
