"""What went wrong on the wire, in a few words for people. They explain; they never decide."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from typing import Final

import httpx

from importer.protocol import clean

FOREIGN: Final = (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, httpx.StreamError)
"""The roots of everything that httpx raises of its own."""

CAUSES: Final[Mapping[type[Exception], str]] = {
    ConnectionRefusedError: "connection refused",
    socket.gaierror: "the CRM's host name was not found",
    ssl.SSLCertVerificationError: "the CRM's certificate is not trusted",
    ssl.SSLError: "no secure connection (TLS) came about",
}
"""More exact than the exception of httpx that they stand behind."""

WORDS: Final[Mapping[type[Exception], str]] = {
    httpx.ConnectTimeout: "no connection in time",
    httpx.ReadTimeout: "no answer in time",
    httpx.WriteTimeout: "the request could not be written in time",
    httpx.PoolTimeout: "no free connection in time",
    httpx.TimeoutException: "no answer in time",
    httpx.ConnectError: "no connection",
    httpx.ReadError: "the connection broke before the answer was complete",
    httpx.WriteError: "the connection broke while the request was written",
    httpx.CloseError: "the connection broke while it was closed",
    httpx.NetworkError: "the connection broke",
    httpx.ProxyError: "the proxy refused the connection",
    httpx.RemoteProtocolError: "the connection was closed before the answer was complete",
    httpx.LocalProtocolError: "the request could not be written as HTTP",
    httpx.ProtocolError: "the answer was not HTTP",
    httpx.UnsupportedProtocol: "the address is neither http nor https",
    httpx.TransportError: "the connection failed",
    httpx.DecodingError: "the answer's compression was damaged",
    httpx.TooManyRedirects: "the CRM sent the request on and on",
    httpx.RequestError: "the request failed",
    httpx.HTTPStatusError: "the CRM answered with an error",
    httpx.HTTPError: "the request failed",
    httpx.InvalidURL: "the address is not valid",
    httpx.CookieConflict: "the CRM sent contradictory cookies",
    httpx.StreamError: "the answer could not be read",
    OSError: "the connection failed",
}


def describe(error: BaseException) -> str:
    """A few words, without a full stop; never holds a request, a header or an address."""
    for cause in _causes(error):
        words = _look_up(CAUSES, cause)
        if words:
            return words
    words = _look_up(WORDS, error) or "the request failed"
    if isinstance(error, httpx.ProxyError):  # "407 Proxy Authentication Required"
        return f"{words}: {clean(str(error), 80)}"
    return words


def _look_up(table: Mapping[type[Exception], str], error: BaseException) -> str | None:
    return next((table[cls] for cls in type(error).__mro__ if cls in table), None)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The exceptions behind one, nearest first; several where several addresses were tried."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                yield from _causes(inner)
        error = error.__cause__ or error.__context__
