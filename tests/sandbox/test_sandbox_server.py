from __future__ import annotations

import contextlib
import gc
import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from practice import DEMO, PATIENCE, PAYMENT, Practice, practised, statuses

from importer.errors import UsageError
from importer.sandbox import Fault, PracticeCrm, Rule, lead_id, running, serve
from importer.sandbox.loopback import is_loopback, names_loopback
from importer.sandbox.server import _listen


@pytest.fixture(scope="module")
def crm() -> Iterator[Practice]:
    """A practice CRM for the tests that do not stop it."""
    with practised() as practice:
        yield practice


def _raw(url: str) -> socket.socket:
    address = urlsplit(url)
    return socket.create_connection((address.hostname, address.port), timeout=PATIENCE)


EVERYWHERE = "0.0.0.0"  # noqa: S104 - it is refused


@pytest.mark.parametrize(
    "host", [EVERYWHERE, "::", "192.168.1.5", "example.com", "", "127.0.0.1.nip.io"]
)
def test_other_addresses_are_not_served(host: str) -> None:
    """Only loopback addresses can be bound; another one is named, with what to use."""
    with pytest.raises(UsageError, match="not a loopback address") as refused:
        serve(PracticeCrm(), host=host, port=0)
    assert "127.0.0.1" in refused.value.hint


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost", "LOCALHOST"])
def test_loopback_addresses_are_served(host: str) -> None:
    """Every way to name this machine is taken."""
    assert is_loopback(host)


def test_localhost_is_bound_to_loopback() -> None:
    """`localhost` means 127.0.0.1, whatever the machine's tables say."""
    with _listen("localhost", 0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


@pytest.mark.parametrize("port", [-1, 65536, 10**9])
def test_a_port_that_does_not_exist_is_refused(port: int) -> None:
    """A port number out of range is a usage error."""
    with pytest.raises(UsageError, match=f"cannot have port {port}"):
        serve(PracticeCrm(), port=port)


def test_a_port_that_is_taken_is_named() -> None:
    """A second practice CRM on the same port is refused with a sentence."""
    with running(PracticeCrm()) as url, pytest.raises(UsageError, match="cannot have port"):
        serve(PracticeCrm(), port=int(url.rpartition(":")[2]))


@pytest.mark.parametrize(
    ("header", "ours"),
    [
        (None, True),
        ("127.0.0.1:8787", True),
        ("localhost", True),
        ("[::1]:8787", True),
        ("example.com", False),
        ("127.0.0.1.nip.io:8787", False),
        ("", False),
        ("[", False),
    ],
)
def test_a_host_header_must_name_this_machine(header: str | None, ours: object) -> None:
    """A web page that points its own name at this machine is told apart by that name."""
    assert names_loopback(header) is ours


def test_a_request_by_another_name_is_refused() -> None:
    """Pages and API answer 421 to a foreign Host header, and nothing is stored."""
    with practised() as crm:
        foreign = {"host": "evil.example:80"}
        assert httpx.get(crm.url, headers=foreign, trust_env=False).status_code == 421
        path = f"/lead/{lead_id(1)}/action"
        response = crm.http.post(path, json={"actions": [DEMO]}, headers=foreign)
        assert response.status_code == 421
        assert crm.stored(1) == []


def test_many_requests_share_a_connection_without_a_wait() -> None:
    """A connection is kept alive, and no answer waits for the delayed ACK of its first half."""
    with practised() as crm:
        elapsed = [crm.get("/metadata").elapsed.total_seconds() for _ in range(40)]
    assert min(elapsed[20:]) < 0.03


def test_clients_in_parallel_are_all_served() -> None:
    """Requests from several threads are all stored, each lead's in its order."""
    with practised() as crm:
        entries = [{**PAYMENT, "amount": str(n)} for n in range(1, 31)]

        def send(lead: int) -> None:
            with Practice(crm.crm, crm.url).http as http:
                for entry in entries:
                    http.post(f"/lead/{lead_id(lead)}/action", json={"actions": [entry]})

        threads = [threading.Thread(target=send, args=(lead,)) for lead in range(1, 9)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert all(crm.stored(lead) == entries for lead in range(1, 9))
        assert crm.crm.counts.creates == 8 * 30


def test_a_stop_does_not_wait_for_what_is_held_back() -> None:
    """Hanging answers, unfinished requests and idle connections do not keep a server alive."""
    with practised() as crm:
        idle, partial, hanging = (_raw(crm.url) for _ in range(3))
        partial.sendall(f"POST {crm.path}/lead/x/action HTTP/1.1\r\nHost: localhost\r\n".encode())
        partial.sendall(b"Content-Length: 100\r\n\r\n{")
        with crm.struck(Rule(fault=Fault.HANG_AFTER)), crm.connection() as connection:
            crm.ask(connection, 1, PAYMENT)
            crm.await_requests(1)
            hanging.sendall(b"GET / HT")
            start = time.monotonic()
            crm.http.close()
            with idle, partial, hanging:
                pass
    assert time.monotonic() - start < 3
    assert crm.stored(1) == [PAYMENT]


def test_a_stop_ends_what_still_hangs() -> None:
    """A client that waits for an answer that never comes is cut off when the server stops."""
    crm = PracticeCrm()
    crm.faults.set([Rule(fault=Fault.HANG_AFTER)])
    with running(crm) as url:
        practice = Practice(crm, url)
        sock = _raw(url)
        body = '{"actions": [{"type": "1001"}]}'
        head = f"POST {practice.path}/lead/{lead_id(1)}/action HTTP/1.1\r\nHost: localhost\r\n"
        token = practice.http.headers["authorization"]
        sock.sendall(
            f"{head}Authorization: {token}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        practice.http.close()
        practice.await_requests(1)
    with sock, contextlib.suppress(ConnectionResetError):
        assert sock.recv(100) == b""


def test_a_practice_crm_starts_again_on_its_port() -> None:
    """A port is free as soon as its server has stopped, and the state goes on."""
    crm = PracticeCrm()
    with practised(crm) as first:
        first.create(1, DEMO)
        port = int(first.url.rpartition(":")[2])
    with running(crm, port) as url, Practice(crm, url).http as http:
        assert http.get(f"/lead/{lead_id(1)}").status_code == 200
    assert [request.method for request in crm.requests] == ["POST", "GET"]


def test_a_stopped_server_leaves_nothing_behind() -> None:
    """No thread and no socket outlives the block."""
    before = threading.active_count()
    with practised() as crm:
        crm.create(1, DEMO)
        port = int(crm.url.rpartition(":")[2])
    assert threading.active_count() == before
    gc.collect()
    with pytest.raises(ConnectionRefusedError), _raw(f"http://127.0.0.1:{port}"):
        pass


def test_an_error_in_the_block_stops_the_server() -> None:
    """A failing test does not leave a server behind."""
    before = threading.active_count()
    with pytest.raises(ZeroDivisionError), running(PracticeCrm()):
        raise ZeroDivisionError
    assert threading.active_count() == before


@pytest.mark.parametrize(
    "hostile",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # a TLS hello
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET \xff HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: minus\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"x" * 200_000,
        b"GET http://elsewhere/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /%00%ff/../.. HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
        b"FOO / HTTP/1.0\r\n\r\n",
        b"\r\n" * 50,
    ],
)
def test_hostile_bytes_disturb_nobody(
    crm: Practice, capfd: pytest.CaptureFixture[str], hostile: bytes
) -> None:
    """Whatever arrives, no 500 and no traceback comes of it, and the next client is served."""
    with _raw(crm.url) as sock:
        try:
            sock.sendall(hostile)
            sock.shutdown(socket.SHUT_WR)
            answer = sock.recv(65536)
        except OSError:
            answer = b""
    assert not answer.startswith(b"HTTP/1.1 5")
    assert statuses(crm.create(1, DEMO)) == ["CREATED"]
    assert capfd.readouterr().err == ""


def test_an_upload_without_end_is_refused_early() -> None:
    """A body that goes on past a megabyte is answered 413 while it is still coming."""
    with practised() as crm, _raw(crm.url) as sock:
        sock.sendall(f"POST {crm.path}/lead/x/action HTTP/1.1\r\nHost: localhost\r\n".encode())
        sock.sendall(b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(20):
            sock.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
        assert sock.recv(100).startswith(b"HTTP/1.1 413")
