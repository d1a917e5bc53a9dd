"""Servers of this machine that are sent to: mail, HTTP, and one that never answers."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller

PASSWORD = "s3cr3t-of-a-test"  # a word to search for in messages


@dataclass
class Mail:
    """A mail server, and what came."""

    port: int = 0
    came: list[EmailMessage] = field(default_factory=list)
    to: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address, as apprise writes it."""
        people = "from=importer@acme.example&to=ops@acme.example"
        return f"mailto://127.0.0.1:{self.port}?{people}&mode=insecure&name={PASSWORD}"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: ANN401, ARG002, N802 - as aiosmtpd calls it
        """Take a mail."""
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.came.append(mail)
        self.to.extend(envelope.rcpt_tos)
        return "250 OK"


@dataclass
class Web:
    """An HTTP server, and what was asked of it."""

    port: int = 0
    asked: list[str] = field(default_factory=list)
    """Paths."""
    told: list[dict[str, Any]] = field(default_factory=list)
    """What was posted, as JSON."""
    answers: list[int] = field(default_factory=list)
    """Statuses, one for each request; 200 for those after them."""

    def ask(self, path: str, body: bytes) -> int:
        """Take a request, and say with what to answer it."""
        self.asked.append(path)
        if body:
            self.told.append(json.loads(body))
        return self.answers.pop(0) if self.answers else 200


@contextmanager
def mail_server() -> Iterator[Mail]:
    """Serve mail for a while."""
    mail = Mail(port=free_port())
    controller = Controller(mail, hostname="127.0.0.1", port=mail.port)
    controller.start()
    try:
        yield mail
    finally:
        controller.stop()


@contextmanager
def web_server(answers: Sequence[int] = ()) -> Iterator[Web]:
    """Serve HTTP for a while."""
    web = Web(answers=[*answers])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(web.ask(self.path, body))
            self.send_header("Content-Length", "0")
            self.send_header("Location", "http://127.0.0.1/elsewhere")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        web.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield web
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def silent_server() -> Iterator[int]:
    """Let connections come, and never answer; yield the port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def free_port() -> int:
    """Return a port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
