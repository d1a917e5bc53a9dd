"""One process that does a whole job, and may be told where to die; to be run in a fresh process."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import event

from importer.journal.reading import runs_of
from importer.journal.store import Journal
from importer.mapping import parse_mapping
from importer.model import RunState
from importer.pipeline.left import resumable
from importer.pipeline.planning import plan_run
from importer.pipeline.sending import send_run
from importer.pipeline.workplace import Workplace, open_workplace
from importer.secret import Token
from importer.settings import PRACTICE_TOKEN, load_settings

TRANSITIONS = {
    "planning": (
        "begin_run",
        "finish_plan",
        "void_plan",
        "void_unfinished",
    ),
    "staging": ("stage",),
    "batching": ("make_batches",),
    "waived": ("hold_waived",),
    "ledger": ("settle_identities", "match_identities"),
    "again": ("match_again",),
    "matching": ("apply",),
    "failed": ("report_unchanged",),
    "sending": ("recover", "halt", "set_run_state", "claim", "record"),
    "together": ("together", "commit"),
    "doubt": (
        "begin_look",
        "end_look",
        "settle_created",
        "settle_as",
        "settle_split",
    ),
    "attempts": ("doubt_again",),
    "closing": ("close",),
    "ruled": ("record_ruling",),
    "approving": ("freeze_plan", "approve"),
    "purging": ("purge",),
    "rulings": ("resolve_created", "resolve_not_created", "release"),
}
"""Module of the journal → its functions that change what is on disk."""


class Moment(StrEnum):
    """When, relative to a transition."""

    BEFORE = "before"
    WITHIN = "within"
    """Everything is written and nothing is committed."""
    AFTER = "after"


def work(settings: Path, sheet: Path, mapping: str) -> None:
    """Do what a person does again and again: plan, unless it is planned; send; settle."""
    with open_workplace(load_settings(settings, {})) as workplace:
        send_run(workplace, _planned(workplace, sheet, mapping), Token(PRACTICE_TOKEN))


def die_at(deadly: tuple[str, Moment, int], settings: Path, sheet: Path, mapping: str) -> None:
    """Do the same, and be killed at a transition: `sending.claim`, when, at which call of it."""
    transition, moment, nth = deadly
    module, name = transition.split(".")
    _replace(import_module(f"importer.journal.{module}"), name, moment, nth)
    work(settings, sheet, mapping)


def _planned(workplace: Workplace, sheet: Path, mapping: str) -> str:
    usable = [one for one in runs_of(workplace.journal) if one.state is not RunState.REFUSED]
    if usable:
        return resumable(workplace, usable[-1].id).id
    return plan_run(workplace, sheet, parse_mapping(mapping, "payments.yaml"))


def _replace(home: Any, name: str, moment: Moment, nth: int) -> None:  # noqa: ANN401 - a module
    """Put a deadly function in the place of one, wherever it was imported to."""
    original = getattr(home, name)
    deadly = _deadly(original, moment, nth)
    for module in [one for key, one in sys.modules.items() if key.startswith("importer.")]:
        for held in [key for key, value in vars(module).items() if value is original]:
            setattr(module, held, deadly)


def _deadly(original: Callable[..., Any], moment: Moment, nth: int) -> Callable[..., Any]:
    calls = 0

    def deadly(journal: Journal, *args: Any, **keywords: Any) -> Any:  # noqa: ANN401 - as the original's
        nonlocal calls
        calls += 1
        if calls != nth:
            return original(journal, *args, **keywords)
        if moment is Moment.BEFORE:
            _die()
        if moment is Moment.WITHIN:
            event.listen(journal.connection, "commit", lambda _connection: _die())
        original(journal, *args, **keywords)
        _die()

    return deadly


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError
