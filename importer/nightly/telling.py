"""Telling people of a night: whatever fails here fails no import, and is told the next time."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from importer.errors import ImporterError
from importer.files import free_name, make_private_folder, write_atomically
from importer.nightly.digest import Digest, digest_of
from importer.nightly.faults import fault_of
from importer.nightly.matters import matters_of
from importer.nightly.records import NightReport
from importer.nightly.unended import NightNote
from importer.nightly.weights import Weight
from importer.notify import START, Message, ping, send
from importer.settings import NotifyWhen, Settings, find_notify_urls, find_ping_url

_log = logging.getLogger(__name__)
NOT_TOLD: Final = "not-told.txt"
"""Beside the journal: what the last night could not tell."""
DIGESTS: Final = "nights"
"""In the folder of reports: a digest of each night."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A night's digest, and where it was written."""

    digest: Digest | None = None
    """None where it could not be made."""
    path: Path | None = None
    """None where it could not be written."""
    failed: tuple[str, ...] = ()
    """Why not."""


def tell_start(settings: Settings, env: Mapping[str, str]) -> None:
    """Tell the dead man's switch that a night begins."""
    for sentence in _noted(_ping(settings, env, START)):
        _log.warning("%s", sentence)


def keep_digest(settings: Settings, night: NightReport) -> Kept:
    """Make a night's digest and write it into the folder of reports, whoever else is told."""
    digest, failed = None, ""
    try:
        digest = digest_of(night, zone=zone_of(settings))
        path = _write(settings, night, digest)
    except OSError as error:
        where = settings.reports.folder / DIGESTS
        failed = f"The digest could not be written into {where}: {error.strerror or error}."
    except Exception as error:  # noqa: BLE001 - a digest that breaks does not make a night fail
        failed = f"The night could not be told: {fault_of(error, 'The digest').said}"
    else:
        _log.info("The digest of the night is in %s", path)
        return Kept(digest=digest, path=path)
    return Kept(digest=digest, failed=(failed,))


def tell(
    settings: Settings, night: NightReport, kept: Kept, env: Mapping[str, str], note: NightNote
) -> Sequence[str]:
    """Send a night's digest, and tell the dead man's switch how it ended.

    Args:
        settings: of the night.
        night: what it came to.
        kept: its digest.
        env: the environment, for the addresses.
        note: that the night is not told; removed once it is, and whom it could not tell is written.
            It stays where a message with trouble in it has reached nobody.

    Returns:
        A sentence for each of those who could not be told, without any address.
    """
    mail = _Mail(settings, kept)
    failed = [
        *kept.failed,
        *_noted(_till_interrupted(mail.send(env))),
        *_noted(_till_interrupted(_ping(settings, env, str(night.exit_code)))),
    ]
    for sentence in failed:
        _log.warning("%s", sentence)
    with suppress(OSError):  # it is in the log all the same, and the next night tells of this one
        _remember(_file(settings), failed)
        _close(note, night, kept, reached=mail.reached)
    return failed


def _close(note: NightNote, night: NightReport, kept: Kept, *, reached: bool) -> None:
    """Let the note of a night go; or stay, where nobody has heard of its trouble."""
    digest = kept.digest
    if digest is None:
        return  # nobody knows what there would have been to tell
    if reached or not digest.trouble:
        note.end(night)
    elif all(one.weight is Weight.UNTOLD for one in matters_of(night)):
        note.pass_on()
    else:
        note.not_sent(night, digest.subject)


class _Mail:
    """A night's message.

    Args:
        settings: of the night.
        kept: its digest.
    """

    def __init__(self, settings: Settings, kept: Kept) -> None:
        self._settings, self._digest = settings, kept.digest
        self.reached = kept.path is not None
        """Somebody has it; where nobody is to be written to, whoever looks into the folder."""

    def send(self, env: Mapping[str, str]) -> Iterator[str]:
        """Send it to everybody; yields a sentence for each of those whom it has not reached."""
        urls, digest = find_notify_urls(self._settings, env), self._digest
        if not urls or digest is None:
            return
        self.reached = False
        if digest.trouble or self._settings.notify.when is NotifyWhen.ALWAYS:
            message = Message(subject=digest.subject, text=digest.text, html=digest.html)
            failed = list(send(urls, message))
            self.reached = len(failed) < len(urls)
            yield from failed


def not_told(settings: Settings) -> tuple[str, ...]:
    """What the night before could not tell, for this night's digest."""
    with suppress(OSError, UnicodeDecodeError):
        said = _file(settings).read_text(encoding="utf-8").splitlines()
        return tuple(f"The night before: {sentence}" for sentence in said)
    return ()


def zone_of(settings: Settings) -> dt.tzinfo:
    """The zone in which a night's times are told: that of the jobs, or the machine's."""
    zone = next((job.timezone for job in settings.jobs if job.timezone), None)
    return zone or dt.datetime.now().astimezone().tzinfo or dt.UTC


def _write(settings: Settings, night: NightReport, digest: Digest) -> Path:
    folder = settings.reports.folder / DIGESTS
    make_private_folder(folder)
    name = f"{night.ended_at.astimezone(zone_of(settings)):%Y-%m-%d %H%M%S}.txt"
    return write_atomically(free_name(folder / name), digest.text.encode())


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
        return [f"The night could not be told: {fault_of(error, 'Telling of the night').said}"]


def _file(settings: Settings) -> Path:
    return settings.journal.path.parent / NOT_TOLD


def _remember(file: Path, failed: Sequence[str]) -> None:
    if not failed:
        file.unlink(missing_ok=True)
        return
    make_private_folder(file.parent)
    write_atomically(file, "".join(f"{one}\n" for one in failed).encode())
