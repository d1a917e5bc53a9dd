"""The way to the CRM: certificates that are trusted, and a proxy where the machine has one."""

from __future__ import annotations

import os
import ssl
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from importer.addresses import is_loopback
from importer.errors import SettingsError

_PROXY_HINT: Final = (
    'Set HTTPS_PROXY to an address such as "http://proxy.example:3128", '
    "or name the CRM's host in NO_PROXY."
)


def make_tls_context() -> ssl.SSLContext:
    """TLS that always verifies; costs some 20 ms, so that senders share one.

    Trusted are the public certificate authorities and those that the operating system trusts (an
    office whose proxy looks into TLS has its own there); or, where SSL_CERT_FILE or SSL_CERT_DIR
    is set, those alone.

    Raises:
        SettingsError: the certificates that a variable names cannot be read.
    """
    narrowed = os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR")
    try:
        context = httpx.create_ssl_context()
    except OSError as error:
        raise SettingsError(
            "The certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot be read.",
            "Correct the variable, or unset it to use the certificates of this machine.",
        ) from error
    if not narrowed:
        context.load_default_certs()
    return context


def find_proxy(base_url: str, tls: ssl.SSLContext) -> httpx.Proxy | None:
    """The proxy that this machine uses for the CRM, or None.

    From HTTPS_PROXY, ALL_PROXY and NO_PROXY, on Windows and macOS else from the system's settings.
    This machine itself is never reached by a proxy. A proxy's password never reaches a message.

    Raises:
        SettingsError: the proxy is of a kind that cannot be used.
    """
    if is_loopback(base_url) or proxy_bypass(urlsplit(base_url).netloc):
        return None
    proxies = getproxies()
    address = proxies.get("https") or proxies.get("all")
    if not address:
        return None
    try:
        url = httpx.URL(address if "://" in address else f"http://{address}")
    except httpx.InvalidURL:
        raise SettingsError("The proxy's address is not an address.", _PROXY_HINT) from None
    if url.scheme not in {"http", "https"} or not url.host:
        raise SettingsError(f'A proxy of the kind "{url.scheme}" cannot be used.', _PROXY_HINT)
    return httpx.Proxy(url, ssl_context=tls if url.scheme == "https" else None)
