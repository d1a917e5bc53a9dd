"""A server on raw sockets that ends requests as it is told, and knows for certain what it read."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

PEM = Path(__file__).with_suffix(".pem")
"""A certificate for localhost and crm.test with its key: for these tests, trusted by nobody."""

PATIENCE_S = 10.0
"""After so long a test is broken; nothing ever waits for it to pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What arrived of one request."""

    head: str
    body: bytes = b""

    @property
    def path(self) -> str:
        """Path and query."""
        return self.head.split(" ", 2)[1]

    def header(self, name: str) -> str | None:
        """A header's value; None where there is none."""
        for line in self.head.split("\r\n")[1:]:
            found, _, value = line.partition(":")
            if found.lower() == name.lower():
                return value.strip()
        return None


class Line:
    """The server's end of one connection."""

    def __init__(self, server: WireServer, sock: socket.socket) -> None:
        self._server = server
        self._sock = sock
        self._buffer = b""

    def read_head(self) -> Received:
        """Read the head of a request, and no more than came with it."""
        while b"\r\n\r\n" not in self._buffer:
            self._more()
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        received = Received(head=head.decode())
        self._server.heads.append(received)
        return received

    def read_request(self) -> Received:
        """Read a whole request."""
        head = self.read_head()
        length = int(head.header("content-length") or 0)
        while len(self._buffer) < length:
            self._more()
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        received = Received(head=head.head, body=body)
        self._server.requests.append(received)
        return received

    def await_bytes(self) -> None:
        """Wait until something has arrived, without reading it."""
        select.select([self._sock], [], [], PATIENCE_S)

    def send(self, data: bytes) -> None:
        """Send these bytes."""
        self._sock.sendall(data)

    def reset(self) -> None:
        """Close with a RST, as a crashed machine or a strict firewall does."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._sock.close()

    def hang(self) -> None:
        """Say no more until the test is over."""
        self._server.reached.set()
        self._server.over.wait(PATIENCE_S)

    def drip(self, data: bytes) -> None:
        """Send byte after byte, so that no wait for the next one is ever long."""
        self._server.reached.set()
        for byte in data:
            self.send(bytes([byte]))
            if self._server.over.wait(0.01):
                return

    def start_tls(self) -> None:
        """Speak TLS from here on, as a server."""
        self._sock = server_tls().wrap_socket(self._sock, server_side=True)

    def close(self) -> None:
        """Close as a server does that is done."""
        with contextlib.suppress(OSError):
            self._sock.close()

    def _more(self) -> None:
        part = self._sock.recv(65_536)
        if not part:
            raise ConnectionResetError
        self._buffer += part


Script = Callable[[Line], object]


class WireServer:
    """Serves each connection by the next of its scripts; the last one serves all further ones."""

    def __init__(self, *scripts: Script) -> None:
        self._scripts = scripts
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._lines: list[Line] = []
        self.port: int = self._listener.getsockname()[1]
        self.heads: list[Received] = []
        """Every request whose head was read."""
        self.requests: list[Received] = []
        """Every request that was read as a whole: what a CRM could have stored."""
        self.reached = threading.Event()
        """A script hangs."""
        self.over = threading.Event()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def connections(self) -> int:
        """How many connections it has accepted."""
        return len(self._lines)

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for line in self._lines:
            line.close()
        for thread in self._threads:
            thread.join(PATIENCE_S)

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                line = Line(self, sock)
                script = self._scripts[min(len(self._lines), len(self._scripts) - 1)]
                self._lines.append(line)
                self._start(self._serve, script, line)

    def _serve(self, script: Script, line: Line) -> None:
        with contextlib.suppress(OSError):
            script(line)
        line.close()


def server_tls() -> ssl.SSLContext:
    """A context that shows the certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    return context


def client_tls() -> ssl.SSLContext:
    """A context that trusts this server, which nothing else does."""
    return ssl.create_default_context(cafile=PEM)


def http(status: int, body: bytes, *headers: str, length: int | None = None) -> bytes:
    """An answer; `length` may lie about the body's."""
    head = [
        f"HTTP/1.1 {status} Status",
        f"Content-Length: {len(body) if length is None else length}",
    ]
    return "\r\n".join([*head, *headers, "", ""]).encode() + body


def created(lead: str, *ids: str) -> bytes:
    """The body of a 200 in which everything was created."""
    actions = [{"action_id": id_, "status": "CREATED"} for id_ in ids]
    return json.dumps({"lead_id": lead, "actions": actions, "remarks": []}).encode()


def error(code: str, message: str) -> bytes:
    """The CRM's error envelope."""
    return json.dumps({"error": {"code": code, "message": message}}).encode()


def answering(*answers: bytes) -> Script:
    """Read a request and answer it, once for each answer, on one connection."""

    def script(line: Line) -> None:
        for answer in answers:
            line.read_request()
            line.send(answer)
        line.hang()

    return script


def unused_port() -> int:
    """A port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
