"""Serves a practice CRM over HTTP: for a person until Ctrl-C, for a test in a thread beside it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
import threading
from collections.abc import Callable, Iterator

import uvicorn

from importer.errors import UsageError
from importer.sandbox.app import make_app
from importer.sandbox.loopback import is_loopback
from importer.sandbox.protocol import PracticeProtocol
from importer.sandbox.state import PracticeCrm

HOST = "127.0.0.1"
PORT = 8787

_START_SECONDS = 30.0
_STOP_SECONDS = 5
_BACKLOG = 1024


if sys.platform == "win32":
    _OWN_ADDRESS = socket.SO_EXCLUSIVEADDRUSE
    """Nobody else may bind the port too."""
else:
    _OWN_ADDRESS = socket.SO_REUSEADDR
    """A port can be bound again at once after a stop."""


class _Server(uvicorn.Server):
    """A server that says when it has started."""

    def __init__(self, crm: PracticeCrm, on_start: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                make_app(crm),
                http=PracticeProtocol,
                ws="none",
                loop="asyncio",
                lifespan="off",
                log_config=None,
                log_level="error",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                date_header=False,
                interface="asgi3",
                timeout_graceful_shutdown=_STOP_SECONDS,
            )
        )
        self._on_start = on_start
        self._stopping = asyncio.Event()
        self._running_loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._running_loop = asyncio.get_running_loop()
        self._on_start()

    async def main_loop(self) -> None:
        """Wait for the end; a signal sets `should_exit` only, so look at that now and then."""
        while not self.should_exit:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), 0.1)

    def stop(self) -> None:
        """End the server, from another thread."""
        self.should_exit = True
        if self._running_loop is not None:
            self._running_loop.call_soon_threadsafe(self._stopping.set)


def serve(
    crm: PracticeCrm,
    *,
    host: str = HOST,
    port: int = PORT,
    announce: Callable[[str], None] = lambda _url: None,
) -> None:
    """Serve until Ctrl-C or a termination signal, and end in order.

    Args:
        crm: the workspace to serve.
        host: a loopback address or `localhost`.
        port: 0 takes a free one.
        announce: is told the base URL once requests are answered.

    Raises:
        UsageError: not a loopback address, or the port cannot be had.
    """
    listener = _listen(host, port)
    url = _base_url(listener)
    with contextlib.closing(listener), contextlib.suppress(KeyboardInterrupt):
        _Server(crm, lambda: announce(url)).run([listener])


@contextlib.contextmanager
def running(crm: PracticeCrm, port: int = 0) -> Iterator[str]:
    """Serve in a thread while the block runs; gives the base URL, without a slash at its end.

    Raises:
        UsageError: the port cannot be had.
    """
    listener = _listen(HOST, port)
    started = threading.Event()
    server = _Server(crm, started.set)
    thread = threading.Thread(target=server.run, args=([listener],), name="practice-crm")
    with contextlib.closing(listener):
        thread.start()
        try:
            if not started.wait(_START_SECONDS):
                raise UsageError("The practice CRM did not start.", "See the error above.")
            yield _base_url(listener)
        finally:
            server.stop()
            thread.join()


def _listen(host: str, port: int) -> socket.socket:
    if not is_loopback(host):
        raise UsageError(
            f"The practice CRM serves this machine only; {host} is not a loopback address.",
            f"Use {HOST}.",
        )
    address = HOST if host.lower() == "localhost" else host
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # asyncio switches Nagle's delay off only where a socket names its protocol.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, _OWN_ADDRESS, 1)
        listener.bind((address, port))
        listener.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        raise UsageError(
            f"The practice CRM cannot have port {port} of {host} ({_reason(error)}).",
            "Stop the program that holds it, or choose another port.",
        ) from error
    return listener


def _reason(error: OSError | OverflowError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or "no such port"


def _base_url(listener: socket.socket) -> str:
    address, port = listener.getsockname()[:2]
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"
