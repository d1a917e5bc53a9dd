"""What may stand as a workspace's address, and what of it identifies the workspace."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from importer.errors import SettingsError

PRACTICE: Final = "practice"
"""The word that stands for the practice CRM that comes with the package."""

_EXAMPLE: Final = "https://next.telecrm.in/autoupdate/v2"
_HINT: Final = (
    f'Write an address such as "{_EXAMPLE}", or the word "{PRACTICE}" for the practice CRM.'
)
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f:.]*:[0-9a-f:.]*")
"""A DNS name or an address; names with other letters are written as `xn--…`."""
_PATH: Final = re.compile(r"(/[A-Za-z0-9_~.-]+)*")


def check_base_url(url: str) -> str:
    """Accept a base URL, or say why not.

    https only, so that the token never travels in the clear; plain http to this machine itself.
    No user info, query or fragment: a secret could hide there, and would then be shown.

    Returns:
        The URL in its one spelling: scheme and host in lower case, no default port, no slash at
        the end. The word `practice` comes back as it is.

    Raises:
        SettingsError: the URL is not acceptable. What may hold a secret is not repeated.
    """
    if url == PRACTICE:
        return url
    _refuse_hidden_parts(url)
    parts = _split(url)
    _refuse_unsafe_scheme(parts)
    path = parts.path.rstrip("/")
    if not _PATH.fullmatch(path) or {".", ".."} & set(path.split("/")):
        raise SettingsError(
            "The base URL's path has a character or a part that is not plain.", _HINT
        )
    if "/enterprise/" in f"{path}/":
        raise SettingsError(
            "The base URL goes on to `/enterprise`.",
            f'Write "{_EXAMPLE}" there, and the enterprise id as `enterprise_id`.',
        )
    return _origin(parts) + path


def origin_of(url: str) -> str:
    """Scheme, host and port of a base URL, in one spelling: what identifies its CRM.

    The word `practice` is its own origin, whatever port the practice CRM listens on today.

    Raises:
        SettingsError: see `check_base_url`.
    """
    checked = check_base_url(url)
    return checked if checked == PRACTICE else _origin(urlsplit(checked))


def is_loopback(url: str) -> bool:
    """Whether the URL's host is this machine itself: `localhost`, 127.0.0.0/8 or `[::1]`."""
    return _is_loopback_host(urlsplit(url).hostname or "")


def _refuse_hidden_parts(url: str) -> None:
    if not (url.isascii() and url.isprintable()) or " " in url:
        # urlsplit drops tabs and line breaks in silence; a foreign letter may look like another.
        raise SettingsError("The base URL has a character that no address has.", _HINT)
    for mark, what in (("@", "a user name or password"), ("?", "a query"), ("#", "a fragment")):
        if mark in url:
            raise SettingsError(f"The base URL holds {what} (`{mark}`).", _HINT)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise SettingsError(f'"{url}" is not an address.', _HINT) from error
    if "://" not in url or not _HOST.fullmatch(parts.hostname or "") or port == 0:
        raise SettingsError(f'"{url}" is not an address.', _HINT)
    return parts


def _refuse_unsafe_scheme(parts: SplitResult) -> None:
    if parts.scheme == "https":
        return
    if parts.scheme == "http" and _is_loopback_host(parts.hostname or ""):
        return
    raise SettingsError(
        f'The base URL begins with "{parts.scheme}://".',
        "Write https://: the token would travel in the clear. "
        "Plain http is for a practice CRM on this machine alone.",
    )


def _origin(parts: SplitResult) -> str:
    host = parts.hostname or ""
    shown = f"[{host}]" if ":" in host else host
    port = parts.port
    if port is None or port == _DEFAULT_PORTS[parts.scheme]:
        return f"{parts.scheme}://{shown}"
    return f"{parts.scheme}://{shown}:{port}"


def _is_loopback_host(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
