"""Telling people of a night: whatever fails here fails no import, and is told the next time."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from importer.errors import ImporterError
from importer.files import make_private_folder, write_atomically
from importer.nightly.digest import digest_of
from importer.nightly.records import NightReport
from importer.notify import START, Message, ping, send
from importer.settings import NotifyWhen, Settings, find_notify_urls, find_ping_url

_log = logging.getLogger(__name__)
NOT_TOLD: Final = "not-told.txt"
"""Beside the journal: what the last night could not tell."""


def tell_start(settings: Settings, env: Mapping[str, str]) -> None:
    """Tell the dead man's switch that a night begins."""
    for sentence in _noted(_ping(settings, env, START)):
        _log.warning("%s", sentence)


def tell(settings: Settings, night: NightReport, env: Mapping[str, str]) -> Sequence[str]:
    """Send a night's digest, and tell the dead man's switch how it ended.

    Returns:
        A sentence for each of those who could not be told, without any address.
    """
    failed = [
        *_noted(_till_interrupted(_send(settings, night, env))),
        *_noted(_till_interrupted(_ping(settings, env, str(night.exit_code)))),
    ]
    for sentence in failed:
        _log.warning("%s", sentence)
    _remember(_file(settings), failed)
    return failed


def not_told(settings: Settings) -> tuple[str, ...]:
    """What the night before could not tell, for this night's digest."""
    with suppress(OSError, UnicodeDecodeError):
        said = _file(settings).read_text(encoding="utf-8").splitlines()
        return tuple(f"The night before: {sentence}" for sentence in said)
    return ()


def _send(settings: Settings, night: NightReport, env: Mapping[str, str]) -> Iterator[str]:
    urls = find_notify_urls(settings, env)
    if not urls:
        return
    zone = next((job.timezone for job in settings.jobs if job.timezone), None)
    digest = digest_of(night, zone=zone or dt.datetime.now().astimezone().tzinfo or dt.UTC)
    if digest.trouble or settings.notify.when is NotifyWhen.ALWAYS:
        message = Message(subject=digest.subject, text=digest.text, html=digest.html)
        yield from send(urls, message)


def _ping(settings: Settings, env: Mapping[str, str], word: str) -> Iterator[str]:
    url = find_ping_url(settings, env)
    if url is not None and (failed := ping(url, word)):
        yield failed


def _till_interrupted(work: Iterator[str]) -> Iterator[str]:
    try:
        yield from work
    except KeyboardInterrupt:
        yield "The night was ended while it told people: some may not know."


def _noted(work: Iterator[str]) -> list[str]:
    try:
        return list(work)
    except ImporterError as error:
        return [str(error)]
    except Exception as error:  # noqa: BLE001 - a digest that breaks does not make a night fail
        _log.exception("The night could not be told")
        return [f"The night could not be told: {type(error).__name__}, a mistake in the importer."]


def _file(settings: Settings) -> Path:
    return settings.journal.path.parent / NOT_TOLD


def _remember(file: Path, failed: Sequence[str]) -> None:
    with suppress(OSError):  # it is in the log all the same
        if not failed:
            file.unlink(missing_ok=True)
            return
        make_private_folder(file.parent)
        write_atomically(file, "".join(f"{one}\n" for one in failed).encode())
