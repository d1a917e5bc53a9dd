"""What lies in an inbox and is left there: files of no job, and control totals without a sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from importer.nightly.inbox import Inbox
from importer.nightly.names import is_hidden, is_unfinished
from importer.nightly.records import Stray


def strays_in(inboxes: Sequence[Inbox]) -> Iterator[Stray]:
    """Files that lie in an inbox and that no job takes."""
    for place, folder in {inbox.place: inbox.folder for inbox in inboxes}.items():
        here = [one for one in inboxes if one.place == place]
        with suppress(OSError):  # the job itself tells of a folder that cannot be read
            for path in sorted(folder.iterdir()):
                if is_hidden(path.name) or not path.is_file():
                    continue
                if not any(one.knows(path) for one in here):
                    yield Stray(path=path, said=_why_stray(path, here))
                elif _is_lost(path, [one for one in here if one.counts(path)]):
                    yield Stray(path=path, said=_lost(path), of_sheet=True)


def _is_lost(totals: Path, inboxes: Sequence[Inbox]) -> bool:
    """Whether control totals have no sheet, of whichever job they may be."""
    return bool(inboxes) and all(one.lacks_sheet(totals) for one in inboxes)


def _lost(path: Path) -> str:
    return (
        f"Its control totals lie in {path.parent}, and the sheet that they count is not there: its "
        "export may have failed, or got lost. Have the sheet sent; if it was imported without "
        "them, or is not wanted, take them away."
    )


def _why_stray(path: Path, inboxes: Sequence[Inbox]) -> str:
    if is_unfinished(path.name):
        return (
            f"It lies in {path.parent}, and its name ends as that of a file which a program is "
            "still writing. If it stays so, have it sent again, and take this one away."
        )
    fits = " or ".join(one.pattern for one in inboxes)
    return f"It lies in {path.parent} and is no job's: its name does not fit {fits}."
