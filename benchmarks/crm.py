"""A CRM that costs next to nothing: answers every create-actions request after a set latency.

python -m benchmarks.crm LATENCY_SECONDS

Prints its port, and serves until its standard input ends. It keeps no timeline, so nothing of it
can be read back: a benchmark whose requests fall into doubt fails. `GET /arrivals` tells when each
request arrived and was answered, by this process's clock: sending is measured where it arrives.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from email.utils import formatdate
from typing import Final

END_OF_HEAD: Final = b"\r\n\r\n"


class Ledger:
    """What has arrived."""

    def __init__(self) -> None:
        self.creates: list[tuple[float, float]] = []
        """When each create-actions request was read and answered, in monotonic seconds."""
        self.others = 0
        """Requests that created nothing."""
        self.actions = 0

    def create(self, body: bytes) -> bytes:
        """Answer with an id for each action."""
        count = len(json.loads(body)["actions"])
        ids = range(self.actions, self.actions + count)
        self.actions += count
        items = [{"action_id": f"{one:024x}", "status": "CREATED"} for one in ids]
        return json.dumps({"actions": items, "remarks": []}).encode()

    def arrivals(self) -> bytes:
        """Everything, as JSON."""
        told = {"creates": self.creates, "others": self.others, "actions": self.actions}
        return json.dumps(told).encode()


class Connection(asyncio.Protocol):
    """HTTP/1.1, one request after the other, as well-behaved clients speak it."""

    def __init__(self, ledger: Ledger, latency_s: float) -> None:
        self._ledger = ledger
        self._latency_s = latency_s
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the line."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each request that is complete."""
        self._data += data
        while (end := self._data.find(END_OF_HEAD)) >= 0:
            head, begin = self._data[:end], end + len(END_OF_HEAD)
            length = _content_length(head)
            if len(self._data) < begin + length:
                return
            body, self._data = self._data[begin : begin + length], self._data[begin + length :]
            self._serve(head.split(b" ", 2), body)

    def _serve(self, line: list[bytes], body: bytes) -> None:
        arrived = time.monotonic()
        if line[0] == b"POST" and line[1].endswith(b"/action"):
            answer = self._ledger.create(body)
            loop = asyncio.get_running_loop()
            loop.call_later(self._latency_s, self._answer, answer, arrived)
        elif line[1] == b"/arrivals":
            self._write(200, self._ledger.arrivals())
        else:
            self._ledger.others += 1
            self._write(404, b'{"error":{"code":"NOT_FOUND","message":"Not here."}}')

    def _answer(self, answer: bytes, arrived: float) -> None:
        self._ledger.creates.append((arrived, time.monotonic()))
        self._write(200, answer)

    def _write(self, status: int, body: bytes) -> None:
        head = (
            f"HTTP/1.1 {status} OK\r\nDate: {formatdate(usegmt=True)}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        if not self._transport.is_closing():
            self._transport.write(head.encode() + body)


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0


async def _serve(latency_s: float) -> None:
    ledger, loop = Ledger(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(ledger, latency_s), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1])))
