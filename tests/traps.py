"""What befalls a process before it takes up its command; imports nothing that a test needs."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from importer.cli.main import cli
from importer.pipeline import people

NOBODY = 65534


def become_nobody() -> None:
    """Give up being root, once the last of what is needed has been read."""
    for name in ("ascii", "utf_8_sig"):
        codecs.lookup(name)
    with contextlib.redirect_stdout(io.StringIO()):
        cli.main(["runs"], standalone_mode=False)
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    os.environ["HOME"] = str(Path.cwd())


def log_in(name: str) -> None:
    """Let somebody else have logged in."""
    people._login = lambda file: name  # noqa: ARG005, SLF001 - its own word; no test can log in


def die_at(module: str, name: str, moment: str, nth: int = 1, how: str = "KILL") -> None:
    """Lay a trap into a function, wherever it was imported to.

    Args:
        module: whose.
        name: the function's.
        moment: `before`, `within` its transaction (the journal is its first argument), or `after`.
        nth: at which call of it.
        how: KILL, TERM, INT; or BREAK, for a mistake in the importer.
    """
    original = getattr(import_module(module), name)
    trap = _trap(original, moment, nth, how)
    for one in [held for key, held in sys.modules.items() if key.startswith("importer.")]:
        for key in [key for key, value in vars(one).items() if value is original]:
            setattr(one, key, trap)


def _trap(original: Callable[..., Any], moment: str, nth: int, how: str) -> Callable[..., Any]:
    calls = 0

    def deadly(*args: Any, **keywords: Any) -> Any:  # noqa: ANN401 - as the original's
        nonlocal calls
        calls += 1
        if calls != nth:
            return original(*args, **keywords)
        if moment == "within":
            with args[0].transaction():
                original(*args, **keywords)
                _die(how)
        if moment == "after":
            original(*args, **keywords)
        _die(how)

    return deadly


def _die(how: str) -> NoReturn:
    if how == "BREAK":
        raise ZeroDivisionError
    os.kill(os.getpid(), signal.Signals[f"SIG{how}"])
    raise AssertionError
