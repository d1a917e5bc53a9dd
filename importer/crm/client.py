"""Requests to the CRM: one at a time for each sender, each with how far it got."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import ssl
from collections.abc import Awaitable, Callable
from functools import partial
from types import TracebackType
from typing import Final, Self, TypeAlias

import httpx
from sniffio import current_async_library_cvar

from importer import __version__
from importer.addresses import PRACTICE, check_base_url
from importer.crm.answers import is_kept, parts_of
from importer.crm.flight import Flight, at_once
from importer.crm.route import find_proxy, make_tls_context
from importer.crm.words import FOREIGN, describe
from importer.errors import SettingsError
from importer.protocol import clock_offset, search_body, seconds_to_wait
from importer.secret import Token
from importer.verdict import Exchange, Progress

LONGEST_ANSWER: Final = 4 * 1024 * 1024
"""Bytes of an answer that are read; the answer to 100 actions has some 10 KB."""

KEPT_S: Final = 1.0
"""Seconds for which a connection is kept idle, or held for a request that may not leave yet."""

_SEGMENT: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")
_TOO_SOON: Final = "an answer to an earlier request stood in the connection"


_NEVER: Final = float("-inf")
_Hold: TypeAlias = Callable[[asyncio.Timeout], Awaitable[object]]
"""Given the time limit of its request: waited for on the open connection."""


class _HeldTooLongError(Exception):
    """A request may not leave yet, and its connection waits for it. Caught in this module."""


class Crm:
    """One sender's connection to the CRM; an async context manager.

    One request at a time (a second one waits), because one client shared by many senders costs time
    that grows with their square. No redirect is followed, no cookie kept, nothing logged but what
    httpcore writes at DEBUG, which holds no header of ours.

    Args:
        base_url: as `addresses.check_base_url` accepts it; the practice CRM by its real address.
        enterprise_id: the workspace's id.
        token: its Sync token.
        timeout_s: the whole time of a request, from the connection to the last byte of the answer.
        connect_timeout_s: the part of it that a connection may take, and that TLS may take.
        tls: to be shared by all senders; made anew where there is none.
        leave: waited for by each request before its first byte, for as long as it takes. To open a
            connection may take longer for one request than for the next: it is open by then.
        now: our own clock, aware.

    Raises:
        SettingsError: the base URL, the enterprise id or this machine's proxy cannot be used.
    """

    def __init__(  # noqa: PLR0913 - keywords; each is a fact of its own
        self,
        *,
        base_url: str,
        enterprise_id: str,
        token: Token,
        timeout_s: float = 60.0,
        connect_timeout_s: float = 10.0,
        tls: ssl.SSLContext | None = None,
        leave: Callable[[], Awaitable[object]] = at_once,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._root = _root(base_url, enterprise_id)
        self._token = token
        self._timeout_s = timeout_s
        self._timeouts = httpx.Timeout(None, connect=connect_timeout_s).as_dict()
        self._leave = leave
        self._now = now
        # To take an address and headers apart takes httpx longer than to send them: once is enough.
        self._url = httpx.URL(self._root)
        self._headers = _headers(self._url, token)
        self._tls = tls or make_tls_context()
        self._proxy = find_proxy(self._root, self._tls)
        self._turn = asyncio.Lock()
        self._transport = self._make_transport()
        self._sound = True
        self._landed_at = _NEVER

    def __repr__(self) -> str:
        return f"Crm({self._root})"

    async def __aenter__(self) -> Self:
        # httpcore and anyio ask it several times a request, and it looks for a task each time.
        current_async_library_cvar.set("asyncio")
        await self._transport.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self._transport.__aexit__(kind, error, traceback)

    async def create_actions(
        self, lead: str, body: bytes, flight: Flight | None = None
    ) -> Exchange:
        """Send one batch, once; whatever the network does comes back as an `Exchange`.

        Args:
            lead: the lead's id.
            body: the exact bytes, as `protocol.encode` made them.
            flight: to be read by the caller when this is cancelled.

        Raises:
            ValueError: the lead's id cannot stand in an address.
            asyncio.CancelledError: the sender is being stopped; the flight says how far it got.
        """
        return await self._exchange("POST", f"/lead/{_segment(lead)}/action", body, flight)

    async def search_actions(self, lead: str, type_: str, *, skip: int, limit: int) -> Exchange:
        """One page of a lead's actions of one type; see `protocol.read_timeline`."""
        path = f"/lead/{_segment(lead)}/action/search?skip={skip}&limit={limit}"
        return await self._exchange("POST", path, search_body(type_))

    async def lead_with_actions(self, lead: str, *, skip: int, limit: int) -> Exchange:
        """One page of a lead's actions of all types, by the other road to them."""
        path = f"/lead/{_segment(lead)}?includeActions=true&skip={skip}&limit={limit}"
        return await self._exchange("GET", path)

    async def custom_actions(self) -> Exchange:
        """The workspace's definitions of custom actions, with their fields."""
        return await self._exchange("GET", "/custom-actions?detail=true")

    async def _exchange(
        self, method: str, path: str, body: bytes | None = None, flight: Flight | None = None
    ) -> Exchange:
        flight = flight or Flight()
        request = self._request(method, path, body, flight)
        async with self._turn:
            # A connection that was used already is not held: a server that closed it meanwhile
            # would put the request in doubt.
            used = self._sound and _now() - self._landed_at < KEPT_S
            if used:
                await self._leave()
            try:
                await self._fly(request, flight, held=not used)
            except TimeoutError:
                sent = flight.progress is not Progress.NOT_STARTED
                lacking = "complete answer" if sent else "connection"
                flight.fail(f"no {lacking} within {self._timeout_s:g} s")
            except (*FOREIGN, OSError) as error:
                flight.fail(describe(error))
        return flight.exchange()

    async def _fly(self, request: httpx.Request, flight: Flight, *, held: bool) -> None:
        try:
            await self._perform(request, flight, self._hold if held else at_once)
        except _HeldTooLongError:
            # Nothing has left. It waits without a connection, and then opens another one.
            await self._leave()
            await self._perform(request, flight, at_once)

    async def _hold(self, limit: asyncio.Timeout) -> None:
        """Wait until it may leave; that is no part of the time which the request is given.

        Raises:
            _HeldTooLongError: a server might close the connection while the request leaves.
        """
        over_at, began = limit.when(), _now()
        limit.reschedule(None)
        try:
            async with asyncio.timeout(KEPT_S):
                await self._leave()
        except TimeoutError:
            raise _HeldTooLongError from None
        limit.reschedule(over_at and over_at + _now() - began)

    def _request(self, method: str, path: str, body: bytes | None, flight: Flight) -> httpx.Request:
        url, headers = self._url, self._headers
        extensions = {"trace": flight.trace, "timeout": self._timeouts}
        if self._proxy is None:
            extensions["target"] = url.raw_path + path.encode()
        else:  # it would be asked for that target, too
            url = httpx.URL(self._root + path)
        if body is not None:
            headers = [*headers, (b"Content-Length", b"%d" % len(body))]
        stream = httpx.ByteStream(body or b"")
        return httpx.Request(method, url, headers=headers, stream=stream, extensions=extensions)

    async def _perform(self, request: httpx.Request, flight: Flight, hold: _Hold) -> None:
        async with asyncio.timeout(self._timeout_s) as limit:
            await self._send(request, flight, partial(hold, limit))

    async def _send(
        self, request: httpx.Request, flight: Flight, hold: Callable[[], Awaitable[object]]
    ) -> None:
        if not self._sound:
            await self._renew()
        self._sound = False
        flight.take_off(self._without_token, hold)
        response = await self._transport.handle_async_request(request)
        try:
            if flight.answered_too_soon:
                flight.fail(_TOO_SOON)
                return
            self._read_head(response, flight)
            await self._read_body(response, flight)
        finally:
            await response.aclose()
        # A second copy of a refusal may be on its way, and nothing in it says whose answer it is:
        # the next request must not find it. What was created is told by its ids.
        self._sound = flight.progress is Progress.ANSWERED and response.is_success
        self._landed_at = _now() if is_kept(response) else _NEVER

    async def _renew(self) -> None:
        # httpcore may keep a connection that failed half-way, as one that is busy for ever.
        old, self._transport = self._transport, self._make_transport()
        self._sound = True
        await old.aclose()

    def _make_transport(self) -> httpx.AsyncHTTPTransport:
        # The transport without `httpx.AsyncClient` around it, which follows redirects, keeps
        # cookies, logs each address and costs a fifth more. An idle connection is given up soon: a
        # server that closes it just when a request leaves puts that request in doubt.
        return httpx.AsyncHTTPTransport(
            verify=self._tls,
            http2=False,
            trust_env=False,
            proxy=self._proxy,
            limits=httpx.Limits(
                max_connections=1, max_keepalive_connections=1, keepalive_expiry=KEPT_S
            ),
        )

    def _read_head(self, response: httpx.Response, flight: Flight) -> None:
        now, date = self._now(), response.headers.get("date")
        flight.head(
            response.status_code,
            retry_after_s=seconds_to_wait(response.headers.get("retry-after"), date=date, now=now),
            clock_offset_s=clock_offset(date, now),
        )

    async def _read_body(self, response: httpx.Response, flight: Flight) -> None:
        async for part in parts_of(response):
            if flight.receive(part) > LONGEST_ANSWER:
                flight.fail(f"the answer is longer than {LONGEST_ANSWER // 1024**2} MB")
                return
        flight.land()

    def _without_token(self, body: bytes) -> bytes:
        # An error page may repeat the request; what is kept of an answer is shown to people.
        return self._token.hide_in(body.decode("latin-1")).encode("latin-1")


def _now() -> float:
    """Seconds by the clock of the loop that runs."""
    return asyncio.get_running_loop().time()


def _headers(url: httpx.URL, token: Token) -> list[tuple[bytes, bytes]]:
    headers = {
        "Authorization": f"Bearer {token.reveal()}",
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": f"importer/{__version__}",
    }
    return httpx.Request("GET", url, headers=headers).headers.raw


def _root(base_url: str, enterprise_id: str) -> str:
    checked = check_base_url(base_url)
    if checked == PRACTICE:
        raise SettingsError("The practice CRM is not running.", "Start it with `importer sandbox`.")
    if not _SEGMENT.fullmatch(enterprise_id):
        raise SettingsError(
            "The enterprise id has a character that no id has.",
            "Copy it again from TeleCRM; it looks like 603d2b2f9b1e8a001c8e4f5c.",
        )
    return f"{checked}/enterprise/{enterprise_id}"


def _segment(lead: str) -> str:
    if not _SEGMENT.fullmatch(lead):
        raise ValueError("A lead id of letters and digits was expected.")
    return lead
