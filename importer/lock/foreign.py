"""A journal that belongs to another account: said as that, and never as a place to leave."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from importer.errors import SettingsError
from importer.lock.held import harmless


def refuse_foreign(path: Path, words: Sequence[str] | None = None) -> None:
    """Refuse what is there and cannot be read and written by this account.

    Args:
        path: the journal, or its lock; it need not be there.
        words: the command line; None is this process's own.

    Raises:
        SettingsError: it says whose it is, and how the command is given as that account.
    """
    try:
        path.stat()
    except PermissionError:
        pass  # in a folder that this account may not enter
    except OSError:
        return  # it is not there; whoever opens it says what is wrong with the path
    else:
        if os.access(path, os.R_OK | os.W_OK) and os.access(path.parent, os.W_OK | os.X_OK):
            return
    raise _not_yours(path, words)


@contextmanager
def told_as_foreign(folder: Path) -> Iterator[None]:
    """Say of a file in the journal's folder whose it is, where this account may not have it.

    Args:
        folder: the journal's, with the kept sheets in it.

    Raises:
        SettingsError: the system has refused something in the folder.
    """
    try:
        yield
    except PermissionError as error:
        file = Path(os.fsdecode(error.filename)) if error.filename else None
        if file is None or not file.absolute().is_relative_to(folder.absolute()):
            raise
        raise _not_yours(file) from error


def _not_yours(path: Path, words: Sequence[str] | None = None) -> SettingsError:
    """The sentence about a file that this account may not read and write."""
    owner = owner_of(path)
    if not owner:
        return SettingsError(
            f"This account may not read and write {path}, which is the journal or beside it.",
            "Give the command as the account that runs the importer. Name no other journal: a new "
            "one knows nothing of what was sent.",
        )
    typed = shlex.join(("importer", *_options(words)))
    return SettingsError(
        f"The journal belongs to the account {owner}, and yours may not read and write {path}.",
        f"Give the command as that account: `sudo -u {owner} {typed}`. Name no other journal: a "
        "new one knows nothing of what was sent.",
    )


def _options(words: Sequence[str] | None) -> list[str]:
    """What stands behind the program's name, without what could be a secret."""
    return [*harmless(words)][1:]


def owner_of(path: Path) -> str:
    """The account of the nearest thing on a path that can be looked at; "" where nobody knows."""
    for one in (path, *path.absolute().parents):
        try:
            return one.owner()
        except (OSError, KeyError):
            continue
        except NotImplementedError:  # Windows
            return ""
    return ""
