"""The dead man's switch: somebody else's clock, which calls out when a night does not report.

The address has the way of healthchecks.io: `<address>/start`, then `<address>/<exit code>`.
Whoever knows it can keep the switch quiet, so that it is shown nowhere.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpx

from importer.secret import Secret

START: Final = "start"
PATIENCE_S: Final = 10.0
"""Seconds that one call may take as a whole."""
ATTEMPTS: Final = 2
PAUSE_S: Final = 1.0
"""Seconds before the second one."""

_TELLTALES: Final = ("httpx", "httpcore")
"""Loggers that write down the addresses of requests."""


def ping(
    url: Secret, word: str, *, patience_s: float = PATIENCE_S, pause_s: float = PAUSE_S
) -> str:
    """Call the dead man's switch; once more where it fails.

    Args:
        url: its address, without a word behind it.
        word: `START`, or an exit code.
        patience_s: seconds that one call may take.
        pause_s: seconds before the second one.

    Returns:
        "" where it was reached, else a sentence without the address. Nothing is ever raised for
        a switch that cannot be reached.
    """
    with _unlogged():
        return asyncio.run(_try(f"{url.reveal()}/{word}", word, patience_s, pause_s))


async def _try(address: str, word: str, patience_s: float, pause_s: float) -> str:
    failed = ""
    for attempt in range(ATTEMPTS):
        await asyncio.sleep(pause_s if attempt else 0)
        failed = await _call(address, patience_s)
        if not failed:
            return ""
    what = "of the start" if word == START else "of the end"
    return f"The dead man's switch was not told {what}: {failed}."


async def _call(address: str, patience_s: float) -> str:
    try:
        async with (
            asyncio.timeout(patience_s),
            httpx.AsyncClient(timeout=patience_s) as client,
            client.stream("GET", address) as response,  # whatever it says is not read
        ):
            return "" if response.is_success else f"it answered {response.status_code}"
    except (TimeoutError, httpx.TimeoutException):
        return f"no answer came within {patience_s:g} s"
    except httpx.ConnectError:
        return "it could not be reached"
    except (httpx.UnsupportedProtocol, httpx.InvalidURL):
        return "its address is none: write https://…"
    except (httpx.HTTPError, OSError, ValueError):
        # Not repeated: what these say may hold the address.
        return "the connection broke off"


@contextmanager
def _unlogged() -> Iterator[None]:
    """Whatever is logged elsewhere, the address is not."""
    loggers = [logging.getLogger(name) for name in _TELLTALES]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
