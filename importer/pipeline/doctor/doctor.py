"""All checks, in the order in which a night would stumble over them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from importer.errors import ImporterError, UsageError
from importer.journal import reading
from importer.journal.answers import left_ago
from importer.journal.looking import ask_journal, lead_last_written
from importer.journal.store import Journal
from importer.lock import Machine, who_is_at_work
from importer.model import RunRecord
from importer.pipeline.doctor.books import (
    check_journal,
    check_lock,
    check_machine,
    check_place,
    check_runs,
)
from importer.pipeline.doctor.crm import ask, findings_of
from importer.pipeline.doctor.finding import Finding, Grade, broken, ok, wrong
from importer.pipeline.doctor.jobs import check_job
from importer.pipeline.doctor.overlap import check_overlap
from importer.pipeline.doctor.places import (
    check_disks,
    check_folder,
    check_private,
    check_shared,
    is_closed,
    is_there,
)
from importer.pipeline.doctor.telling import check_notify
from importer.pipeline.workplace import Workplace, machine_of
from importer.secret import Token
from importer.settings import Job, Settings, find_token
from importer.upload.pace import Pace

_OTHER_ACCOUNT: Final = "Let the doctor look as the account that runs the night."


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What is to be looked at, and with what."""

    token_file: Path | None = None
    env: Mapping[str, str]
    """The environment: for the token and for notifications."""
    here: Path
    """What a relative `token_file` is relative to."""
    job: str = ""
    """Of the jobs, this one alone."""
    notify: bool = False
    """Send a message, to try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What the journal tells to the other checks."""

    runs: Sequence[RunRecord] = ()
    lead: str = ""
    sent: Sequence[float] = ()
    """How many seconds ago each of the latest requests was sent."""


def examine(settings: Settings, orders: Orders) -> Iterator[Finding]:
    """Look at everything that a night stands on; nothing is changed, and nothing is sent.

    One request goes to the CRM, which only reads; with `orders.notify`, a message to each address.

    Raises:
        UsageError: there is no such job.
    """
    jobs = _jobs(settings, orders.job)
    yield ok("settings", f"They are in order, for {settings.workspace.name}.")
    machine = machine_of(settings)
    path = settings.journal.path
    yield from check_place(settings, machine)
    at_work = who_is_at_work(path, machine)
    yield check_lock(at_work)
    if machine is not None:
        yield from check_shared(machine.folder)
    yield from check_folder("journal's folder", path.parent, "`path` under [journal]")
    yield from check_private("journal's privacy", path)
    yield from check_folder("reports", settings.reports.folder, "`folder` under [reports]")
    archives = (job.archive for job in jobs)
    yield from check_disks((path.parent, settings.reports.folder, *archives))
    known = _Known()
    try:
        if is_closed(path.parent) or (is_there(path) and is_closed(path)):
            yield wrong("journal", f"This account may not read {path}.", _OTHER_ACCOUNT)
        elif is_there(path):
            look = partial(_look, settings, at_work=bool(at_work), machine=machine)
            found, known = ask_journal(path, settings.workspace.name, look)
            yield from found
        else:
            yield ok("journal", f"{path} will be made by the first run.")
    except ImporterError as error:
        yield broken("journal", error)
    # A run may have begun while all this was looked at.
    yield from _crm(settings, orders, known, at_work=bool(who_is_at_work(path, machine)))
    for job in jobs:
        yield from check_job(job, known.runs)
    yield from check_overlap(settings.jobs, orders.job)
    yield from check_notify(settings, orders.env, test=orders.notify)


def _jobs(settings: Settings, name: str) -> Sequence[Job]:
    jobs = [job for job in settings.jobs if not name or job.name == name]
    if name and not jobs:
        raise UsageError(
            f"There is no job {name}.",
            f"importer.toml has {', '.join(job.name for job in settings.jobs) or 'no jobs'}.",
        )
    return jobs


def _look(
    settings: Settings, journal: Journal, *, at_work: bool, machine: Machine | None
) -> tuple[Sequence[Finding], _Known]:
    """What is found of the journal, and what it tells to the other checks."""
    sound = check_journal(journal, settings.journal.path)
    if sound.grade is Grade.WRONG:
        return [sound], _Known()  # whatever else it tells may be wrong
    found = [sound, *(check_machine(journal, machine) if machine else ())]
    found += check_runs(Workplace(settings=settings, journal=journal), at_work=at_work)
    return found, _known(journal, settings)


def _known(journal: Journal, settings: Settings) -> _Known:
    return _Known(
        runs=reading.runs_of(journal),
        lead=lead_last_written(journal),
        sent=left_ago(journal, _pace(settings).memory_s),
    )


def _pace(settings: Settings) -> Pace:
    send = settings.send
    return Pace(send.requests_per_hour or None, send.burst, time.monotonic)


def _crm(settings: Settings, orders: Orders, known: _Known, *, at_work: bool) -> Iterator[Finding]:
    if settings.workspace.practice:
        yield ok("CRM", "The practice CRM comes along: no token, and nothing to reach.")
        return
    try:
        token = find_token(settings, orders.token_file, orders.env, orders.here)
        yield ok(
            "token", f"There is one, and nobody else can read it.{_lost_at_night(settings, orders)}"
        )
        if at_work:
            yield ok("CRM", "It was not asked: the run that is at work uses the whole pace.")
        else:
            yield from _answer(settings, token, known)
    except ImporterError as error:
        yield broken("token", error)


def _lost_at_night(settings: Settings, orders: Orders) -> str:
    """A word on a token that is there now, and that nothing started by a scheduler would find."""
    name = settings.workspace.token_env
    if orders.token_file is not None or not orders.env.get(name, "").strip():
        return ""
    return (
        f" It is in the variable {name} of this shell, which no scheduler sees: for the night, let "
        "`token_file` under [workspace] or --token-file name a file of mode 0600."
    )


def _answer(settings: Settings, token: Token, known: _Known) -> Iterator[Finding]:
    pace = _pace(settings)
    pace.spent(known.sent)
    yield from findings_of(asyncio.run(ask(settings, token, known.lead, pace)))
