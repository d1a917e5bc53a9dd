"""The process that sends: reads one order, answers a line for each address, and ends.

Nobody reads what libraries say here but `_why`, which makes one of a few known words of it.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Final

import apprise

from importer.notify.words import Failed

_STATUS: Final = re.compile(r"error=([1-5][0-9]{2})\b")
_MEANS: Final = (
    (Failed.LATE, re.compile(r"time[d-]? ?out", re.IGNORECASE)),
    (Failed.LOGIN, re.compile(r"\b535\b|authenticat", re.IGNORECASE)),
    (
        Failed.UNREACHABLE,
        re.compile(r"connection error|unreachable|no route|resol|name or service", re.IGNORECASE),
    ),
)
"""What the words of the libraries mean, the more precise first."""
_CAUSE: Final = re.compile(r"Socket Exception")
"""How the one line of apprise's detail begins that says what went wrong."""
_PLAIN: Final = re.compile(r"[?&]format=", re.IGNORECASE)
_OVERFLOW: Final = re.compile(r"[?&]overflow=", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be sent, and to whom."""

    urls: list[str]
    subject: str
    text: str
    html: str
    patience_s: float


def main() -> None:
    """Send what standard input orders, and say on standard output who did not take it."""
    order = Order(**json.load(sys.stdin))
    logging.getLogger("apprise").setLevel(logging.DEBUG)  # else the cause is not among its words
    with ThreadPoolExecutor(max_workers=max(1, len(order.urls))) as pool:
        jobs = {pool.submit(_send, url, order): index for index, url in enumerate(order.urls)}
        for job in as_completed(jobs):
            why = Failed.REFUSED if job.exception() else job.result()
            sys.stdout.write(f"{json.dumps([jobs[job], why])}\n")
            sys.stdout.flush()
        os._exit(0)  # apprise's own threads may still wait for a server that hangs


def _send(url: str, order: Order) -> str:
    """Send to one address; return "" or why it was not taken."""
    asset = apprise.AppriseAsset(
        app_id="importer",
        app_desc="importer",
        async_mode=False,
        storage_mode=apprise.PersistentStoreMode.MEMORY,
        allow_templates=False,
    )
    service = apprise.Apprise.instantiate(url, asset=asset)
    if service is None:
        return Failed.ADDRESS
    as_page = url.lower().startswith("mailto") and not _PLAIN.search(url)
    # A chat that takes short messages only gets several; a page is never cut in its middle.
    if not as_page and not _OVERFLOW.search(url):
        service.overflow_mode = apprise.OverflowMode.SPLIT
    one = apprise.Apprise(asset=asset)
    one.add(service)
    result = one.notify(
        title=order.subject,
        body=order.html if as_page else order.text,
        body_format=apprise.NotifyFormat.HTML if as_page else apprise.NotifyFormat.TEXT,
        timeout=order.patience_s,
        log_level=logging.DEBUG,
    )
    return "" if result else _why(result)


def _why(result: apprise.AppriseResult) -> str:
    if result.status is apprise.AppriseResultStatus.TIMEOUT:
        return Failed.LATE
    entries = ((entry.level, entry.message) for entry in result.logs())
    return _meaning(text for level, text in entries if level != "DEBUG" or _CAUSE.match(text))


def _meaning(said: Iterable[str]) -> str:
    """Return a status, or what the words mean: never the words, which may hold the address."""
    words = "\n".join(said)
    if status := _STATUS.search(words):
        return status[1]
    return next((why for why, looks in _MEANS if looks.search(words)), Failed.REFUSED)


if __name__ == "__main__":
    main()
