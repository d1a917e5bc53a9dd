"""Processes that have imported everything before they begin, and share nothing with one another.

To start Python and to import the importer takes longer than most of what a test has it do. So one
process for each of pytest's does that once, and each process that a test wants is forked from it:
with an id, an environment, a folder, outputs and an exit code of its own.
"""

from __future__ import annotations

import multiprocessing
import sys
from functools import cache
from multiprocessing.context import SpawnContext
from pathlib import Path

import importer

if sys.platform != "win32":
    from multiprocessing.context import ForkServerContext

_ROOM = Path(importer.__file__).parent
_LATE = ("openpyxl", "jinja2", "babel.numbers", "babel.dates", "ruamel.yaml", "httpx", "tabulate")
"""Libraries that are imported where they are needed."""


@cache
def forks() -> ForkServerContext | SpawnContext:
    """Makes the processes; Windows has no fork, and starts each anew."""
    if sys.platform == "win32":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*_modules(), *_LATE])
    return context


def _modules() -> list[str]:
    """Everything of the importer that is a module."""
    paths = (path.relative_to(_ROOM.parent).with_suffix("") for path in _ROOM.rglob("*.py"))
    return sorted(".".join(path.parts) for path in paths if not path.stem.startswith("__"))
