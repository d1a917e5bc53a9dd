from __future__ import annotations

import asyncio
import datetime as dt
import gzip
import inspect
import json
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from wire_server import (
    PATIENCE_S,
    PEM,
    Line,
    Script,
    WireServer,
    answering,
    client_tls,
    created,
    error,
    http,
    unused_port,
)

from importer import __version__
from importer.crm import Crm, Flight, make_tls_context
from importer.crm.words import CAUSES, WORDS, describe
from importer.errors import SettingsError
from importer.protocol import encode, read_answer, search_body
from importer.secret import Token
from importer.verdict import (
    Exchange,
    NotSent,
    Progress,
    ReadBack,
    Recorded,
    Refused,
    RefusedMaybe,
    StopRun,
    Unknown,
    Verdict,
    Wait,
    judge,
)

SECRET = "sync-7f3a9c51e2"
LEAD = "603d2b2f9b1e8a001c8e4f5c"
ENTRIES = ['{"type":"1001","fields":{"note":"₹ 5"}}', '{"type":"1001","fields":{"note":"x"}}']
BODY = encode(ENTRIES)
GOOD = http(200, created(LEAD, "a1", "a2"))
TLS = client_tls()
NOW = dt.datetime(2026, 4, 3, 10, 0, 0, tzinfo=dt.UTC)


def crm_at(url: str, timeout_s: float = PATIENCE_S, tls: ssl.SSLContext = TLS) -> Crm:
    """A client with a token, for the CRM at this address."""
    return Crm(
        base_url=url,
        enterprise_id="ent1",
        token=Token(SECRET),
        timeout_s=timeout_s,
        tls=tls,
        now=lambda: NOW,
    )


def exchange_with(url: str, timeout_s: float = PATIENCE_S) -> Exchange:
    """What comes of one batch."""

    async def send() -> Exchange:
        async with crm_at(url, timeout_s) as crm:
            return await crm.create_actions(LEAD, BODY)

    return asyncio.run(send())


def verdict_on(exchange: Exchange) -> Verdict:
    """What its end proves."""
    answer = None
    if exchange.progress is Progress.ANSWERED and exchange.status is not None:
        answer = read_answer(exchange.status, exchange.body, len(ENTRIES), LEAD)
    return judge(exchange, answer, items=len(ENTRIES), has_payment=False)


def close_unread(line: Line) -> None:
    """Accept, and close."""
    line.close()


def reset_unread(line: Line) -> None:
    """Let bytes arrive, and reset before they were read."""
    line.await_bytes()
    line.reset()


def reset_after_head(line: Line) -> None:
    """Read the head, and reset."""
    line.read_head()
    line.reset()


def close_after_request(line: Line) -> None:
    """Read everything, and close without a word."""
    line.read_request()
    line.close()


def reset_after_request(line: Line) -> None:
    """Read everything, and reset without a word."""
    line.read_request()
    line.reset()


def hang_after_request(line: Line) -> None:
    """Read everything, and say nothing."""
    line.read_request()
    line.hang()


def saying(answer: bytes) -> Script:
    """Read everything, answer and close."""

    def script(line: Line) -> None:
        line.read_request()
        line.send(answer)
        line.close()

    return script


CUT_CHUNK = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{"
SHORT = http(200, created(LEAD, "a1"))
OTHER_LEAD = http(200, created("f" * 24, "a1", "a2"))
HTML = http(200, b"<html>ok</html>")
BAD_REQUEST = http(400, error("BAD_REQUEST", "Only custom actions and payment actions"))
NO_LEAD = http(404, error("LEAD_NOT_FOUND", f"Lead with ID {LEAD} was not found."))
NO_TOKEN = http(401, error("NOT_AUTHORIZED", "Enterprise not found or invalid access token."))


@pytest.mark.parametrize(
    ("script", "progress", "verdict", "stored"),
    [
        pytest.param(close_unread, Progress.STARTED, Unknown, False, id="close-unread"),
        pytest.param(reset_unread, Progress.STARTED, Unknown, False, id="reset-unread"),
        pytest.param(reset_after_head, Progress.STARTED, Unknown, False, id="reset-after-head"),
        pytest.param(close_after_request, Progress.STARTED, Unknown, True, id="close-after"),
        pytest.param(reset_after_request, Progress.STARTED, Unknown, True, id="reset-after"),
        pytest.param(saying(b"HTTP/1.1 20"), Progress.STARTED, Unknown, True, id="cut-in-head"),
        pytest.param(saying(b"hello\r\n\r\n"), Progress.STARTED, Unknown, True, id="no-http"),
        pytest.param(saying(GOOD[:-5]), Progress.STARTED, ReadBack, True, id="cut-in-body"),
        pytest.param(saying(CUT_CHUNK), Progress.STARTED, ReadBack, True, id="cut-in-chunk"),
        pytest.param(
            saying(http(500, b"{", length=9)), Progress.STARTED, Unknown, True, id="cut-500"
        ),
        pytest.param(
            saying(http(401, b"{", length=9)), Progress.STARTED, Unknown, True, id="cut-401"
        ),
        pytest.param(saying(GOOD), Progress.ANSWERED, Recorded, True, id="200"),
        pytest.param(saying(SHORT), Progress.ANSWERED, ReadBack, True, id="200-short"),
        pytest.param(saying(OTHER_LEAD), Progress.ANSWERED, ReadBack, True, id="200-other-lead"),
        pytest.param(saying(HTML), Progress.ANSWERED, ReadBack, True, id="200-html"),
        pytest.param(saying(http(200, b"")), Progress.ANSWERED, ReadBack, True, id="200-empty"),
        pytest.param(saying(http(204, b"")), Progress.ANSWERED, Unknown, True, id="204"),
        pytest.param(saying(BAD_REQUEST), Progress.ANSWERED, RefusedMaybe, True, id="400"),
        pytest.param(saying(NO_TOKEN), Progress.ANSWERED, StopRun, True, id="401"),
        pytest.param(saying(NO_LEAD), Progress.ANSWERED, Refused, True, id="404-lead"),
        pytest.param(saying(http(404, HTML)), Progress.ANSWERED, StopRun, True, id="404-html"),
        pytest.param(saying(http(413, b"")), Progress.ANSWERED, Refused, True, id="413"),
        pytest.param(saying(http(429, b"")), Progress.ANSWERED, Wait, True, id="429"),
        pytest.param(saying(http(500, b"")), Progress.ANSWERED, Unknown, True, id="500"),
        pytest.param(saying(http(503, b"")), Progress.ANSWERED, Unknown, True, id="503"),
        pytest.param(
            saying(http(503, b"", "Retry-After: 2")), Progress.ANSWERED, Wait, True, id="503-after"
        ),
        pytest.param(
            saying(http(302, b"", "Location: /elsewhere")),
            Progress.ANSWERED,
            StopRun,
            True,
            id="302",
        ),
    ],
)
def test_every_ending_is_judged_by_what_it_proves(
    script: Script, progress: Progress, verdict: type[Verdict], *, stored: bool
) -> None:
    """The client knows how far it got, sends once, and never says more than the end proves."""
    with WireServer(script) as server:
        exchange = exchange_with(server.url)
        assert exchange.progress is progress
        assert isinstance(verdict_on(exchange), verdict)
        assert bool(exchange.error) is (progress is not Progress.ANSWERED)
        assert server.connections == 1
        assert [one.body for one in server.requests] == [BODY] * stored


def test_a_refused_connection_is_not_sent() -> None:
    """With nothing behind the port, not one byte left."""
    exchange = exchange_with(f"http://127.0.0.1:{unused_port()}")
    assert exchange.progress is Progress.NOT_STARTED
    assert verdict_on(exchange) == NotSent(reason="Connection refused.")


def drip_head(line: Line) -> None:
    """Read everything, and send the head of an answer byte by byte."""
    line.read_request()
    line.drip(b"HTTP/1.1 200 OK\r\n" + b"X-Patience: 1\r\n" * 1000)


def drip_body(line: Line) -> None:
    """Read everything, and send the body of an answer byte by byte."""
    line.read_request()
    line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    line.drip(b" " * 100_000)


@pytest.mark.parametrize(
    ("script", "verdict"),
    [(hang_after_request, Unknown), (drip_head, Unknown), (drip_body, ReadBack)],
)
def test_the_deadline_is_for_the_whole_request(script: Script, verdict: type[Verdict]) -> None:
    """A CRM that is silent, or drips so that no single wait is long, does not hold a sender."""
    with WireServer(script) as server:
        exchange = exchange_with(server.url, timeout_s=0.15)
        assert exchange.progress is Progress.STARTED
        assert "within 0.15 s" in exchange.error
        assert isinstance(verdict_on(exchange), verdict)
        assert len(server.requests) == 1


def test_the_exact_bytes_travel_with_token_and_version() -> None:
    """The body that was hashed is the body that arrives, at the lead's address."""
    with WireServer(answering(GOOD)) as server:
        exchange = exchange_with(f"{server.url}/autoupdate/v2/")
        assert exchange.body == created(LEAD, "a1", "a2")
        (request,) = server.requests
        assert request.body == BODY
        assert request.head.startswith("POST ")
        assert request.path == f"/autoupdate/v2/enterprise/ent1/lead/{LEAD}/action"
        assert request.header("authorization") == f"Bearer {SECRET}"
        assert request.header("content-type") == "application/json"
        assert request.header("user-agent") == f"importer/{__version__}"


def test_reading_back_asks_the_documented_addresses() -> None:
    """Page by page in the query, the type in the body, and the definitions with their fields."""

    async def ask(url: str) -> list[Exchange]:
        async with crm_at(url) as crm:
            return [
                await crm.search_actions(LEAD, "1001", skip=100, limit=50),
                await crm.lead_with_actions(LEAD, skip=0, limit=100),
                await crm.custom_actions(),
            ]

    with WireServer(answering(*[http(200, b"{}")] * 3)) as server:
        exchanges = asyncio.run(ask(server.url))
        assert [one.status for one in exchanges] == [200, 200, 200]
        assert [one.path for one in server.requests] == [
            f"/enterprise/ent1/lead/{LEAD}/action/search?skip=100&limit=50",
            f"/enterprise/ent1/lead/{LEAD}?includeActions=true&skip=0&limit=100",
            "/enterprise/ent1/custom-actions?detail=true",
        ]
        assert [one.head.split(" ")[0] for one in server.requests] == ["POST", "GET", "GET"]
        assert json.loads(server.requests[0].body) == {"type": "1001"}


def test_the_crms_wishes_and_its_clock_are_handed_on() -> None:
    """Retry-After as a date counts from the CRM's own Date, which also tells its clock's offset."""
    date = "Date: Fri, 03 Apr 2026 10:00:20 GMT"
    after = "Retry-After: Fri, 03 Apr 2026 10:00:30 GMT"
    with WireServer(answering(http(429, b"", date, after))) as server:
        exchange = exchange_with(server.url)
    assert exchange.retry_after_s == 10.0
    assert exchange.clock_offset_s == 20.0


def test_no_redirect_is_followed_and_no_cookie_kept() -> None:
    """The token goes to the address in the settings and nowhere else; requests share no state."""

    async def send(url: str) -> list[Exchange]:
        async with crm_at(url) as crm:
            return [await crm.create_actions(LEAD, BODY) for _ in range(2)]

    with WireServer(answering(http(200, b"{}"))) as elsewhere:
        away = http(307, b"", f"Location: {elsewhere.url}/x", "Set-Cookie: a=b")
        with WireServer(answering(away), answering(GOOD)) as server:
            exchanges = asyncio.run(send(server.url))
            assert [one.status for one in exchanges] == [307, 200]
            assert server.requests[1].header("cookie") is None
        assert elsewhere.connections == 0


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    """Megabytes of answer are cut off: a 200 is then read back, not believed."""
    with WireServer(saying(http(200, b" " * 5_000_000 + created(LEAD, "a1", "a2")))) as server:
        exchange = exchange_with(server.url)
    assert exchange.progress is Progress.STARTED
    assert exchange.status == 200
    assert len(exchange.body) < 5_000_000
    assert isinstance(verdict_on(exchange), ReadBack)


def test_a_compressed_answer_is_read_and_a_damaged_one_is_not_believed() -> None:
    """A server that compresses unasked is understood; damaged compression is a damaged answer."""
    packed = gzip.compress(created(LEAD, "a1", "a2"))
    with WireServer(answering(http(200, packed, "Content-Encoding: gzip"))) as server:
        assert isinstance(verdict_on(exchange_with(server.url)), Recorded)
        assert server.requests[0].header("accept-encoding") == "identity"
    with WireServer(answering(http(200, b"x" + packed, "Content-Encoding: gzip"))) as server:
        assert isinstance(verdict_on(exchange_with(server.url)), ReadBack)


async def ask_plainly(url: str, method: str, path: str, body: bytes | None) -> None:
    """Send a request as httpx makes one by itself, with our headers."""
    headers = {
        "Authorization": f"Bearer {SECRET}",
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": f"importer/{__version__}",
    }
    address = f"{url}/enterprise/ent1{path}"
    async with httpx.AsyncHTTPTransport(trust_env=False) as transport:
        request = httpx.Request(method, address, headers=headers, content=body)
        answer = await transport.handle_async_request(request)
        await answer.aread()


def test_a_request_prepared_beforehand_leaves_the_same_bytes() -> None:
    """What is made once for all requests is what httpx would make of each: every byte of it."""
    lead, many = f"/lead/{LEAD}", "skip=5&limit=50"

    async def ask(url: str) -> None:
        async with crm_at(url) as crm:
            await crm.create_actions(LEAD, BODY)
            await crm.search_actions(LEAD, "PAYMENT", skip=5, limit=50)
            await crm.lead_with_actions(LEAD, skip=5, limit=50)
        await ask_plainly(url, "POST", f"{lead}/action", BODY)
        await ask_plainly(url, "POST", f"{lead}/action/search?{many}", search_body("PAYMENT"))
        await ask_plainly(url, "GET", f"{lead}?includeActions=true&{many}", None)

    with WireServer(answering(GOOD, GOOD, GOOD), answering(GOOD)) as server:
        asyncio.run(ask(server.url))
        ours, plain = server.requests[:3], server.requests[3:]
    assert ours == plain
    assert [one.body for one in ours] == [BODY, search_body("PAYMENT"), b""]


# Connections


def test_a_connection_is_used_again() -> None:
    """Requests that follow at once share one connection."""

    async def send(url: str) -> list[Exchange]:
        async with crm_at(url) as crm:
            return [await crm.create_actions(LEAD, BODY) for _ in range(3)]

    with WireServer(answering(GOOD, GOOD, GOOD)) as server:
        assert [one.status for one in asyncio.run(send(server.url))] == [200] * 3
        assert server.connections == 1


def test_an_answer_to_an_earlier_request_is_not_taken_for_this_ones() -> None:
    """A CRM that answers once too often: what lay ready before the request proves nothing."""

    async def send(url: str) -> list[Exchange]:
        async with crm_at(url) as crm:
            return [await crm.create_actions(LEAD, BODY) for _ in range(3)]

    with WireServer(answering(GOOD + NO_LEAD, GOOD), answering(GOOD)) as server:
        first, second, third = asyncio.run(send(server.url))
        assert isinstance(verdict_on(first), Recorded)
        assert second.progress is Progress.STARTED
        assert isinstance(verdict_on(second), Unknown)
        assert isinstance(verdict_on(third), Recorded)
        assert server.connections == 2


@pytest.mark.parametrize("refusal", [http(429, b""), NO_LEAD, http(503, b"busy")])
def test_a_second_copy_of_a_refusal_meets_no_request(refusal: bytes) -> None:
    """Behind a refusal the next request has a connection of its own, however late a copy comes."""

    async def send(url: str) -> list[Exchange]:
        async with crm_at(url) as crm:
            return [await crm.create_actions(LEAD, BODY) for _ in range(2)]

    with WireServer(answering(refusal, refusal), answering(GOOD)) as server:
        _, second = asyncio.run(send(server.url))
        assert isinstance(verdict_on(second), Recorded)
        assert server.connections == 2


@pytest.mark.parametrize(
    "script", [close_unread, reset_after_head, close_after_request, saying(GOOD[:-5]), drip_body]
)
def test_after_a_broken_request_the_next_one_goes(script: Script) -> None:
    """A sender whose request broke goes on with a fresh connection."""

    async def send(url: str) -> list[Exchange]:
        async with crm_at(url, timeout_s=1.0) as crm:
            return [await crm.create_actions(LEAD, BODY) for _ in range(2)]

    with WireServer(script, answering(GOOD)) as server:
        broken, whole = asyncio.run(send(server.url))
        assert broken.progress is Progress.STARTED
        assert isinstance(verdict_on(whole), Recorded)


def test_a_second_request_waits_for_the_first() -> None:
    """One request at a time: two at once travel one after the other, and both arrive."""

    async def send(url: str) -> list[Exchange]:
        async with crm_at(url) as crm:
            return await asyncio.gather(*(crm.create_actions(LEAD, BODY) for _ in range(2)))

    with WireServer(answering(GOOD, GOOD)) as server:
        assert [one.status for one in asyncio.run(send(server.url))] == [200, 200]
        assert server.connections == 1


# Cancellation


async def cancelled(crm: Crm, until: Callable[[], Awaitable[object]]) -> Exchange:
    """What the caller learns of a request that is cancelled at some moment."""
    flight = Flight()
    task = asyncio.create_task(crm.create_actions(LEAD, BODY, flight))
    await until()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    return flight.exchange()


def test_a_request_cancelled_before_it_began_was_not_sent() -> None:
    """The caller's flight says so when the cancellation comes first."""

    async def send(url: str) -> Exchange:
        async with crm_at(url) as crm:
            return await cancelled(crm, partial(asyncio.sleep, 0))

    with WireServer(answering(GOOD)) as server:
        assert isinstance(verdict_on(asyncio.run(send(server.url))), NotSent)
        assert server.requests == []


def test_a_request_cancelled_in_its_turn_was_not_sent() -> None:
    """A request that waits behind another one of its sender has not begun."""

    async def send(server: WireServer) -> Exchange:
        async with crm_at(server.url) as crm:
            first = asyncio.create_task(crm.create_actions(LEAD, BODY))
            await asyncio.to_thread(server.reached.wait, PATIENCE_S)
            exchange = await cancelled(crm, partial(asyncio.sleep, 0))
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
            return exchange

    with WireServer(hang_after_request) as server:
        assert isinstance(verdict_on(asyncio.run(send(server))), NotSent)
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("script", "verdict"), [(hang_after_request, Unknown), (drip_head, Unknown)]
)
def test_a_request_cancelled_on_the_wire_is_unknown_and_the_next_one_goes(
    script: Script, verdict: type[Verdict]
) -> None:
    """The CRM has it, so nobody knows; and the sender can be used again."""

    async def send(server: WireServer) -> tuple[Exchange, Exchange]:
        async with crm_at(server.url) as crm:
            wait = partial(asyncio.to_thread, server.reached.wait, PATIENCE_S)
            broken = await cancelled(crm, wait)
            return broken, await crm.create_actions(LEAD, BODY)

    with WireServer(script, answering(GOOD)) as server:
        broken, whole = asyncio.run(send(server))
        assert broken.progress is Progress.STARTED
        assert "interrupted" in broken.error
        assert isinstance(verdict_on(broken), verdict)
        assert isinstance(verdict_on(whole), Recorded)


def test_a_transport_that_traces_nothing_proves_nothing() -> None:
    """Without a sign of how far it got, a request that failed may have been sent."""
    flight = Flight()
    flight.take_off(bytes)
    flight.fail("the connection broke")
    assert isinstance(verdict_on(flight.exchange()), Unknown)


# TLS and proxies


def test_a_certificate_that_nobody_vouches_for_ends_it_before_the_start() -> None:
    """Verification is always on: an untrusted server sees neither request nor token."""

    async def send(url: str) -> Exchange:
        async with crm_at(url, tls=make_tls_context()) as crm:
            return await crm.create_actions(LEAD, BODY)

    def serve(line: Line) -> None:
        line.start_tls()
        line.read_head()

    with WireServer(serve) as server:
        exchange = asyncio.run(send(f"https://localhost:{server.port}"))
        assert server.heads == []
    assert verdict_on(exchange) == NotSent(reason="The CRM's certificate is not trusted.")


def test_a_server_that_speaks_no_tls_ends_it_before_the_start() -> None:
    """A failed handshake is not a sent request."""

    def serve(line: Line) -> None:
        line.send(b"220 mail.example ESMTP\r\n" * 10)
        line.hang()

    with WireServer(serve) as server:
        exchange = exchange_with(f"https://localhost:{server.port}")
    assert verdict_on(exchange) == NotSent(reason="No secure connection (TLS) came about.")


def test_a_trusted_certificate_lets_the_request_through() -> None:
    """The same server is spoken to once its certificate is trusted."""

    def serve(line: Line) -> None:
        line.start_tls()
        saying(GOOD)(line)

    with WireServer(serve) as server:
        exchange = exchange_with(f"https://localhost:{server.port}")
    assert isinstance(verdict_on(exchange), Recorded)


def test_tls_is_always_verified(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Host name and certificate are checked whatever the environment says; a bad file is named."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    assert make_tls_context().check_hostname
    assert make_tls_context().verify_mode is ssl.CERT_REQUIRED
    monkeypatch.setenv("SSL_CERT_FILE", str(PEM))
    narrowed = make_tls_context()
    assert narrowed.verify_mode is ssl.CERT_REQUIRED
    assert len(narrowed.get_ca_certs()) == 1
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    with pytest.raises(SettingsError, match="SSL_CERT_FILE"):
        make_tls_context()


FAR = "https://crm.test/autoupdate/v2"
CONNECTED = b"HTTP/1.1 200 Connection established\r\n\r\n"


def proxying(script: Script) -> Script:
    """Open a tunnel, and be the CRM at its end."""

    def serve(line: Line) -> None:
        line.read_head()
        line.send(CONNECTED)
        line.start_tls()
        script(line)

    return serve


def refuse_tunnel(line: Line) -> None:
    """Ask for the proxy's own password."""
    line.read_head()
    line.send(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
    line.hang()


def break_tunnel(line: Line) -> None:
    """Open a tunnel with nothing at its end."""
    line.read_head()
    line.send(CONNECTED)
    line.close()


def hang_in_tunnel(line: Line) -> None:
    """Never answer to CONNECT."""
    line.read_head()
    line.hang()


def hang_in_handshake(line: Line) -> None:
    """Open a tunnel in which nobody speaks."""
    line.read_head()
    line.send(CONNECTED)
    line.hang()


@pytest.mark.parametrize(
    ("script", "verdict", "said"),
    [
        (refuse_tunnel, NotSent, "The proxy refused the connection: 407"),
        (break_tunnel, NotSent, ""),
        (hang_in_tunnel, NotSent, "No connection within"),
        (hang_in_handshake, NotSent, "No connection within"),
        (proxying(reset_after_head), Unknown, ""),
        (proxying(close_after_request), Unknown, ""),
        (proxying(hang_after_request), Unknown, "No complete answer within"),
    ],
)
def test_through_a_proxy_only_the_request_itself_counts(
    monkeypatch: pytest.MonkeyPatch, script: Script, verdict: type[Verdict], said: str
) -> None:
    """The head of CONNECT is not the request's: what fails up to the tunnel's end was not sent."""
    with WireServer(script) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        found = verdict_on(exchange_with(FAR, timeout_s=0.5))
        assert isinstance(found, verdict)
        assert said in str(found)
        assert proxy.heads[0].head.startswith("CONNECT crm.test:443")
        assert SECRET not in proxy.heads[0].head


@pytest.mark.parametrize("script", [hang_in_tunnel, hang_in_handshake, break_tunnel])
def test_a_tunnel_that_failed_does_not_block_the_next_one(
    monkeypatch: pytest.MonkeyPatch, script: Script
) -> None:
    """A sender is not left with a connection that is busy for ever."""

    async def send() -> list[Exchange]:
        async with crm_at(FAR, timeout_s=0.5) as crm:
            return [await crm.create_actions(LEAD, BODY) for _ in range(2)]

    with WireServer(script, proxying(answering(GOOD))) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        broken, whole = asyncio.run(send())
        assert broken.progress is Progress.NOT_STARTED
        assert isinstance(verdict_on(whole), Recorded)


def test_a_request_cancelled_in_the_tunnel_was_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """CONNECT went out, the request did not."""

    async def send(proxy: WireServer) -> Exchange:
        async with crm_at(FAR) as crm:
            wait = partial(asyncio.to_thread, proxy.reached.wait, PATIENCE_S)
            return await cancelled(crm, wait)

    with WireServer(hang_in_tunnel) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        assert isinstance(verdict_on(asyncio.run(send(proxy))), NotSent)


def test_this_machine_is_never_reached_by_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A practice CRM on loopback is spoken to directly."""
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{unused_port()}")
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{unused_port()}")
    with WireServer(answering(GOOD)) as server:
        assert isinstance(verdict_on(exchange_with(server.url)), Recorded)


@pytest.mark.parametrize(
    "address", ["socks5://u:hush@127.0.0.1:1080", "http://u:hush@[::1", "http://", "ftp://x"]
)
def test_a_proxy_that_cannot_be_used_is_a_matter_of_settings(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """An unusable proxy is said at once, with the remedy and without its password."""
    monkeypatch.setenv("HTTPS_PROXY", address)
    with pytest.raises(SettingsError, match="HTTPS_PROXY") as raised:
        crm_at(FAR)
    assert "hush" not in str(raised.value)


# Settings and secrets


@pytest.mark.parametrize("url", ["http://crm.test", "crm.test", "https://u:p@crm.test", "practice"])
def test_an_address_that_is_not_safe_is_refused(url: str) -> None:
    """Plain http beyond this machine, hidden passwords and words are no address for a token."""
    with pytest.raises(SettingsError):
        crm_at(url)


@pytest.mark.parametrize("enterprise", ["", "..", "a/b", "a?b", "a b", "é"])
def test_an_enterprise_id_that_would_bend_the_address_is_refused(enterprise: str) -> None:
    """The id is one plain part of the address."""
    with pytest.raises(SettingsError, match="enterprise id"):
        Crm(base_url=FAR, enterprise_id=enterprise, token=Token(SECRET), tls=TLS)


@pytest.mark.parametrize("lead", ["", "..", "../..", "a/action", "a?x=1"])
def test_a_lead_id_that_would_bend_the_address_is_never_sent(lead: str) -> None:
    """What is not a plain id is a mistake of the caller, found before anything is sent."""

    async def send() -> None:
        async with crm_at(FAR) as crm:
            await crm.create_actions(lead, BODY)

    with pytest.raises(ValueError, match="lead id"):
        asyncio.run(send())


def test_the_token_is_shown_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    """Not in a log at any level, not in what is kept of an answer that repeats it."""
    caplog.set_level(logging.DEBUG)
    echo = http(500, f"<html>Authorization: Bearer {SECRET}</html>".encode())
    with WireServer(answering(echo)) as server:
        exchange = exchange_with(server.url)
        assert SECRET in server.requests[0].head
    assert exchange.body == b"<html>Authorization: Bearer (hidden)</html>"
    assert "send_request_headers" in caplog.text
    assert SECRET not in caplog.text
    assert SECRET not in repr(crm_at("https://crm.test"))


# Words


def httpx_errors() -> list[type[Exception]]:
    """Everything that httpx can raise of its own."""
    found = vars(httpx).values()
    return [one for one in found if inspect.isclass(one) and issubclass(one, Exception)]


@pytest.mark.parametrize("kind", httpx_errors())
def test_every_error_of_httpx_has_its_words(kind: type[Exception]) -> None:
    """None is missed: each has an entry of its own or of the kind that it belongs to."""
    ours = [cls for cls in kind.__mro__ if cls in WORDS]
    assert ours
    instance = kind.__new__(kind)
    Exception.__init__(instance, "secret detail")
    words = describe(instance)
    assert words.startswith(WORDS[ours[0]])
    assert not words.endswith(".")


def test_the_cause_says_more_than_the_error() -> None:
    """A refused connection, an unknown host and TLS are named, also when several were tried."""
    for kind, words in CAUSES.items():
        outer = httpx.ConnectError("All connection attempts failed")
        inner = OSError("All connection attempts failed")
        inner.__cause__ = ExceptionGroup("several", [ValueError(), kind("secret detail")])
        outer.__cause__ = inner
        assert describe(outer) == words


def test_a_host_that_does_not_exist_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host name without an address ends before the start, with words that say which name."""

    def lookup(*_args: object, **_more: object) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    exchange = exchange_with("https://nowhere.test")
    assert verdict_on(exchange) == NotSent(reason="The CRM's host name was not found.")
