"""The practice CRM serves this machine only: the addresses it binds, the names it answers to."""

from __future__ import annotations

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether this is `localhost` or an address of the loopback network."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def names_loopback(header: str | None) -> bool:
    """Whether a `Host` header names this machine; HTTP/1.0 may leave it out.

    A web page in a browser can point a name of its own at 127.0.0.1, but not hide that name.
    """
    if header is None:
        return True
    host = header.rpartition("]")[0].removeprefix("[") or header.partition(":")[0]
    return is_loopback(host)
