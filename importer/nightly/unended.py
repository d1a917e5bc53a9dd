"""Nights that people were not told of: killed before, or with a message that failed.

night-since-3f9a01c2.txt    beside the journal, from a night's first step until people are told of
                            it: since when it runs; once it is written, its digest's path; and,
                            where the message failed, what it was about
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from importer.errors import ImporterError
from importer.files import write_atomically
from importer.journal.reading import runs_of
from importer.model import RunRecord, RunState
from importer.nightly.records import NightReport, Untold
from importer.pipeline.archives import refused_since
from importer.pipeline.workplace import Workplace
from importer.report.figures import counted
from importer.report.moments import day
from importer.settings import Settings

_NAME: Final = "night-since-"
_LISTED: Final = 5
"""Runs that are told one by one."""


class NightNote:
    """That a night is not told yet, on disk; where it cannot be written, the night runs without.

    Args:
        settings: of the night.
    """

    def __init__(self, settings: Settings) -> None:
        folder = settings.journal.path.parent
        # A name of its own: another night may begin while this one tells people.
        self._file = folder / f"{_NAME}{secrets.token_hex(4)}.txt"
        self._since: dt.datetime | None = None
        self._digest: Path | None = None

    def begin(
        self, workplace: Workplace, moment: dt.datetime, zone: dt.tzinfo
    ) -> tuple[Untold, ...]:
        """Note that the night runs.

        Args:
            workplace: of the night, which holds its lock.
            moment: when it began; aware.
            zone: of the times that are told.

        Returns:
            The nights before that have not told people to the end.
        """
        before = tuple(_before(workplace, self._file.parent, zone))
        self._since = moment
        self._write()
        return before

    def digest_is(self, path: Path | None) -> None:
        """Note where the night's digest is; None where it could not be written."""
        self._digest = path and path.absolute()
        self._write()

    def not_sent(self, night: NightReport, subject: str) -> None:
        """Note that its message has reached nobody: the next night tells of it, too.

        Its digest tells of those before that it was to tell of: their notes go.
        """
        self._since = self._since or night.started_at
        self._write(subject)
        for one in night.untold:
            one.note.unlink(missing_ok=True)

    def pass_on(self) -> None:
        """Leave it to the next night to tell of those before: there was nothing else to tell."""
        self._file.unlink(missing_ok=True)

    def end(self, night: NightReport) -> None:
        """Remove it: people are told of the night, and of those that it has told of.

        Raises:
            OSError: it cannot be removed; the next night tells of it once more.
        """
        for file in (*(one.note for one in night.untold), self._file):
            file.unlink(missing_ok=True)

    def _write(self, subject: str = "") -> None:
        if self._since is not None:
            lines = (self._since.isoformat(), str(self._digest or ""), subject)
            with suppress(OSError):
                write_atomically(self._file, "\n".join(lines).rstrip("\n").encode())


def _before(workplace: Workplace, folder: Path, zone: dt.tzinfo) -> Iterator[Untold]:
    for file in sorted(folder.glob(f"{_NAME}*.txt")):
        with suppress(OSError, ValueError):  # it has gone meanwhile, or it is not ours
            since, digest, subject, *_ = [*file.read_text(encoding="utf-8").split("\n"), "", ""]
            moment = dt.datetime.fromisoformat(since)
            if moment.tzinfo:
                then = moment.astimezone(zone)
                name = f"the night of {day(then)}, {then:%H:%M}"
                said = _said(name, subject)
                known = _known(workplace, moment, Path(digest) if digest else None)
                ended = _NOT_SENT if subject else _KILLED
                yield Untold(night=name, ended=ended, said=" ".join([said, *known]), note=file)


_KILLED: Final = "ended without a word"
_NOT_SENT: Final = "did not get through to anybody"


def _said(name: str, subject: str) -> str:
    begun = f"{name[:1].upper()}{name[1:]}, "
    if subject:
        return f"{begun}{_NOT_SENT}. Its message was: {subject}."
    return (
        f"{begun}{_KILLED}: it was killed, or the machine went down. People may have been told "
        "nothing of it."
    )


def _known(workplace: Workplace, since: dt.datetime, digest: Path | None) -> Iterator[str]:
    """Where it is found what such a night had done."""
    if digest is not None and digest.is_file():
        yield f"What it had done is in its digest: {digest.as_posix()}."
        return
    yield "The jobs of this night go on with what it left."
    with suppress(ImporterError):  # whoever reads the journal next tells what is wrong with it
        changed = [one for one in runs_of(workplace.journal) if one.job and one.changed_at >= since]
        yield from _of_runs(workplace, [one for one in changed if one.state in _WHOLE])
    with suppress(OSError):
        if folders := dict.fromkeys(one.as_posix() for one in refused_since(workplace, since)):
            yield f"What was refused that day, as a whole, lies in {' and in '.join(folders)}."


_WHOLE: Final = frozenset(RunState) - {RunState.PLANNING}
"""Runs that were planned to their end: of others, the file is taken up anew."""


def _of_runs(workplace: Workplace, runs: list[RunRecord]) -> Iterator[str]:
    if not runs:
        return
    named = ", ".join(map(_named, runs[-_LISTED:]))
    more = f" and {counted(len(runs) - _LISTED, 'more run')}" if len(runs) > _LISTED else ""
    folder = workplace.settings.reports.folder.as_posix()
    yield f"Runs that have changed since it began: {named}{more}. Their reports are in {folder}."


def _named(run: RunRecord) -> str:
    refused = ", refused" if run.state is RunState.REFUSED else ""
    return f"{run.id} ({run.file}{refused})"
