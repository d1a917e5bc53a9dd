"""What a person does and types next: the one place where a command is put together."""

from __future__ import annotations

import os
import posixpath
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Final, assert_never

from importer.reconcile import MOST_PIECES, Waiting, joined
from importer.report.words import Hold, Tone

ELSEWHERE: Final = "…"
"""Stands for a folder that no path leads to from where commands are typed: on another drive."""
ANY_ROWS: Final = "--rows …"
"""Stands for the rows that a person has in mind."""
REASON: Final = '--reason "…"'
"""What every decision asks for."""
ANYWHERE: Final = frozenset({"demo", "mapping-schema", "new-mapping", "report-schema", "sandbox"})
"""The commands that need no workspace."""
_QUOTED: Final = re.compile(r"`importer (?P<name>[a-z-]+)(?P<rest>(?: [^`]*)?)`")
_PLAIN: Final = re.compile(r"[\w@%+:,./…~-]+")
_OBEYED: Final = re.compile(r"[\"$`]")
"""What a shell reads between double quotes too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command, and what it does."""

    text: str
    does: str = ""
    """Words to stand above it; "" where the step itself says it."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The words and then the command: on a line of its own it can be copied and typed."""
        return (f"{self.does}:", f"  {self.text}") if self.does else (self.text,)


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


def with_options(text: str, options: str) -> str:
    """Return a sentence whose commands find the workspace that the person has asked for.

    Args:
        text: commands in it stand between backticks, as in errors: `importer settle RUN`.
        options: `--practice`, `--settings office/prod.toml` or "".
    """

    def typed_whole(found: re.Match[str]) -> str:
        if found["name"] in ANYWHERE:
            return found[0]
        return f"`{typed(found['name'] + found['rest'], options)}`"

    return _QUOTED.sub(typed_whole, text)


def plan_commands(hold: Hold, run: str, options: str) -> tuple[Command, ...]:
    """Return what lets a plan that waits be sent, in the order in which it is typed."""
    approve = Command(
        text=typed("approve", run, REASON, options),
        does="for the second person: puts it on record",
    )
    apply = typed("apply", run, options)
    match hold:
        case Hold.APPROVAL:
            return approve, Command(text=apply, does="then: sends exactly that")
        case Hold.ANOTHER:
            anew = Command(text=apply, does="first: writes the plan anew")
            return anew, approve, Command(text=apply, does="then: sends exactly that")
        case Hold.APPLY:
            return (Command(text=apply, does="sends exactly what was planned"),)
        case _:
            assert_never(hold)


def give_up(run: str, options: str, does: str = "gives it up") -> Command:
    """Return what ends the waiting of what is UNSENT of a run."""
    return Command(text=typed("close", run, REASON, options), does=does)


def resume(run: str, options: str, does: str = "sends what is left, as it was planned") -> Command:
    """Return what goes on with a run, and looks up again what it holds as DUPLICATE."""
    return Command(text=typed("resume", run, options), does=does)


def settle(run: str, options: str, does: str = "looks at the leads' timelines") -> Command:
    """Return what asks the CRM about a run's actions in doubt."""
    return Command(text=typed("settle", run, options), does=does)


def resolve(run: str, rows: str, options: str, *, created: bool, does: str) -> Command:
    """Return what says of rows whether their actions in doubt stand in the CRM."""
    flag = "--created" if created else "--not-created"
    return Command(text=typed("resolve", run, rows, flag, REASON, options), does=does)


def decide(run: str, rows: str, options: str) -> tuple[Command, ...]:
    """Return what says of duplicates that they are others, and that they are the same."""
    release = typed("release", run, rows, REASON, options)
    close = typed("close", run, rows, REASON, options)
    return (
        Command(text=release, does="it is another one: resume sends it"),
        Command(text=close, does="it is the same: nobody is asked again"),
    )


def report_again(run: str, options: str, does: str) -> Command:
    """Return what writes a run's reports."""
    return Command(text=typed("report", run, options), does=does)


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
        return ANY_ROWS
    words = (str(first) if first == last else f"{first}-{last}" for first, last in pieces)
    return f"--rows {','.join(words)}"
