"""What a person does and types next: the one place where a command is put together."""

from __future__ import annotations

import os
import posixpath
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from importer.reconcile import MOST_PIECES, Waiting, joined
from importer.report.words import Tone

ELSEWHERE: Final = "…"
"""Stands for a folder that no path leads to from where commands are typed: on another drive."""
REASON: Final = '--reason "…"'
"""What every decision asks for."""
_PLAIN: Final = re.compile(r"[\w@%+:,./…~-]+")
_OBEYED: Final = re.compile(r"[\"$`]")
"""What a shell reads between double quotes too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command, and what it does."""

    text: str
    does: str = ""
    """Words to stand behind it; "" where the step itself says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do next."""

    tone: Tone
    title: str
    text: str
    link: str = ""
    """A file beside the report."""
    commands: tuple[Command, ...] = ()
    """What to type: one of them, where there are several."""
    shows: str = ""
    """The page's filter that shows what the step is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """How a workspace is asked for where commands are typed."""

    options: str = ""
    """`--practice`, `--settings office/prod.toml` or ""."""
    folder: str = "."
    """The settings' folder, from there: `office`."""

    def path(self, found: str) -> str:
        """A path from the settings' folder as it is typed; `ELSEWHERE` where that has none."""
        return posixpath.normpath(posixpath.join(self.folder, found)) if found else ELSEWHERE


PLAIN: Final = Typed()
"""With the `importer.toml` that is there."""


def typed(*words: str) -> str:
    """Return a command as it is typed; a word may be "", or several that are quoted already."""
    return " ".join(filter(None, ("importer", *words)))


def path_typed(path: str) -> str:
    """Return a path as one word, for a shell of Linux, macOS or Windows."""
    if _PLAIN.fullmatch(path):
        return path
    # Only double quotes are known to every shell; no name on Windows holds one.
    return shlex.quote(path) if _OBEYED.search(path) else f'"{path}"'


def path_between(path: Path, folder: Path) -> str:
    """Return the path from a folder to a file or folder; "" where there is none."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive of Windows
        return ""


def rows_typed(*waiting: Waiting) -> str:
    """Return `--rows 5,7-9` for all that wait; with `…` where that is too much to type."""
    pieces = joined(piece for one in waiting for piece in one.pieces)
    if len(pieces) > MOST_PIECES or not all(one.pieces for one in waiting):
        return "--rows …"
    words = (str(first) if first == last else f"{first}-{last}" for first, last in pieces)
    return f"--rows {','.join(words)}"
