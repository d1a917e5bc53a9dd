"""What a person types: the one place where a command is put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ELSEWHERE: Final = "…"
"""Stands for a folder that cannot be said without a path of this machine."""
REASON: Final = '--reason "…"'
"""What every decision asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command, and what it does."""

    text: str
    does: str = ""
    """Words to stand behind it; "" where the step itself says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """How a workspace is asked for where commands are typed; nothing of one machine is in it."""

    options: str = ""
    """`--practice`, `--settings office/prod.toml` or ""."""
    folder: str = "."
    """The settings' folder, from there: `office`."""


PLAIN: Final = Typed()
"""With the `importer.toml` that is there."""


def typed(*words: str) -> str:
    """Return a command as it is typed; a word may be "", or several that are quoted already."""
    return " ".join(filter(None, ("importer", *words)))


def path_typed(path: str) -> str:
    """Return a path as one word, for a shell of Linux, macOS or Windows."""
    return f'"{path}"' if any(map(str.isspace, path)) else path
