"""What an answer says of its connection and of its body, beside what it says of the actions."""

from __future__ import annotations

from collections.abc import AsyncIterable

import httpx


def is_kept(response: httpx.Response) -> bool:
    """Whether the next request may find the connection open (RFC 9112, 9.3)."""
    closes = "close" in response.headers.get("connection", "").lower()
    return not closes and response.extensions.get("http_version") == b"HTTP/1.1"


def parts_of(response: httpx.Response) -> AsyncIterable[bytes]:
    """The answer's body as it comes; where it is compressed, which nobody asked for, unpacked."""
    stream, packed = response.stream, "content-encoding" in response.headers
    if packed or not isinstance(stream, httpx.AsyncByteStream):
        return response.aiter_bytes()
    return stream
