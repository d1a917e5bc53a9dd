"""Intent before effect, as the kernel sees it: the journal is synced before a POST leaves."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from workplaces import MAPPING, desk, row

from importer.sandbox import PracticeCrm
from importer.settings import PRACTICE_TOKEN

LEADS = 8
SYNCS = frozenset({"fsync", "fdatasync"})
SENDS = frozenset({"sendto", "sendmsg", "write", "writev"})
CALLS = ",".join({*SYNCS, *SENDS, "pwrite64"})
LINE = re.compile(r"^(?:\[pid +)?(?P<pid>\d+)\]? +(?P<call>\w+)\((?P<rest>.*)$")
POSTS = re.compile(r"POST \S*/lead/(?P<lead>\w+)/action HTTP")


def may_trace() -> bool:
    """Whether strace is here and lets itself be used."""
    strace = shutil.which("strace")
    if strace is None:
        return False
    tried = subprocess.run(
        [strace, "-f", "-o", os.devnull, "true"], capture_output=True, check=False
    )
    return tried.returncode == 0


needs_strace = pytest.mark.skipif(
    not may_trace() and "CI" not in os.environ,
    reason="strace is not here, or may not trace: nobody looks at system calls",
)


def traced(here: Path, *words: str, options: tuple[str, ...] = ()) -> tuple[int, list[str]]:
    """Run the importer's command under strace; its exit code and the system calls."""
    log = here / "strace.log"
    environment = {**os.environ, "TELECRM_TOKEN": PRACTICE_TOKEN}
    command = [sys.executable, "-m", "importer", *words]
    strace = ["strace", "-f", "-y", "-s", "5000", "-o", str(log), "-e", f"trace={CALLS}", *options]
    done = subprocess.run(
        [*strace, *command],
        cwd=here,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert log.exists(), done.stderr
    return done.returncode, log.read_text(errors="replace").splitlines()


def settings_of(here: Path, base_url: str, crm: PracticeCrm) -> Path:
    """A settings file for the command."""
    path = here / "importer.toml"
    path.write_text(
        f'[workspace]\nbase_url = "{base_url}"\nenterprise_id = "{crm.enterprise_id}"\n'
        f'[journal]\npath = "{here / "state" / "journal.db"}"\n'
        f'[reports]\nfolder = "{here / "reports"}"\n'
        "[send]\nrequests_per_hour = 360000\n"
    )
    return path


def calls(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Name and arguments of each call as it begins, in the kernel's order."""
    for line in lines:
        match = LINE.match(line)
        if match:
            yield match["call"], match["rest"]


@needs_strace
def test_every_post_leaves_after_its_intent_is_on_disk(tmp_path: Path) -> None:
    """For each POST to /action: its intent is written to the journal, that is synced, it leaves."""
    with desk(tmp_path, MAPPING) as one:
        one.sheet(*(row(number) for number in range(1, LEADS + 1)))
        settings_of(tmp_path, one.settings.workspace.base_url, one.crm)
        (tmp_path / "payments.yaml").write_text(MAPPING)
        code, lines = traced(tmp_path, "run", "payments.csv", "-m", "payments.yaml", "--yes")
        assert code == 0, lines[-20:]
        assert len(one.arrived()) == 2 * LEADS
    digests = digests_of(tmp_path / "state" / "journal.db")
    assert len(digests) == LEADS
    steps = list(steps_of(lines, digests))
    for lead in digests:
        mine = [step for step, of in steps if of in {lead, ""}]
        intent, post = mine.index("intent"), mine.index("post")
        assert "sync" in mine[intent:post], f"{lead}: {mine}"
        assert mine.count("post") == 1


def digests_of(journal: Path) -> dict[str, str]:
    """Lead → SHA-256 of the body of its one request, as the intent has it."""
    with closing(sqlite3.connect(journal)) as connection:
        found = connection.execute(
            "SELECT batches.lead, requests.body_sha256 FROM requests"
            " JOIN batches ON batches.id = requests.batch"
        )
        return dict(found.fetchall())


def steps_of(lines: list[str], digests: dict[str, str]) -> Iterator[tuple[str, str]]:
    """What happened, and to which lead's request ("": to all), in the kernel's order.

    `intent`: a page with the request's row goes to the journal's log; `sync`: the log is synced;
    `post`: the request's head goes to the network.
    """
    for call, rest in calls(lines):
        post = POSTS.search(rest) if call in SENDS else None
        if post:
            yield "post", post["lead"]
        elif "-wal>" in rest and call == "pwrite64":
            yield from (("intent", lead) for lead, digest in digests.items() if digest in rest)
        elif "-wal>" in rest and call in SYNCS:
            yield "sync", ""
