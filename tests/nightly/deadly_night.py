"""A process that does a night and is killed at a step of it; to be run in a fresh process.

Its words: module, function, `before` or `after`, at which call of it, and the signal: KILL, TERM,
INT; or BREAK, for a mistake in the importer.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, NoReturn


def _die(how: str) -> NoReturn:
    if how == "BREAK":
        raise ZeroDivisionError
    os.kill(os.getpid(), signal.Signals[f"SIG{how}"])
    raise AssertionError


def _deadly(original: Callable[..., Any], moment: str, nth: int, how: str) -> Callable[..., Any]:
    calls = 0

    def deadly(*args: Any, **keywords: Any) -> Any:  # noqa: ANN401 - as the original's
        nonlocal calls
        calls += 1
        if calls != nth:
            return original(*args, **keywords)
        if moment == "after":
            original(*args, **keywords)
        _die(how)

    return deadly


def main() -> None:
    """Replace the function wherever it was imported to, and do the night."""
    module, name, moment, nth, how = sys.argv[1:6]
    for needed in ("importer.cli.main", "importer.nightly", module):
        import_module(needed)
    original = getattr(import_module(module), name)
    deadly = _deadly(original, moment, int(nth), how)
    for one in [held for key, held in sys.modules.items() if key.startswith("importer.")]:
        for key in [key for key, value in vars(one).items() if value is original]:
            setattr(one, key, deadly)
    sys.argv[1:] = ["nightly"]
    sys.modules["importer.cli.main"].main()


if __name__ == "__main__":
    main()
