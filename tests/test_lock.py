"""One run at a time per workspace, seen from real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from importer.errors import BusyError, SettingsError
from importer.lock import workspace_lock

HOLD = """
import sys
from pathlib import Path
from importer.lock import workspace_lock
with workspace_lock(Path(sys.argv[1]), sys.argv[2:]):
    print("held", flush=True)
    sys.stdin.readline()
"""
WORDS = ("/usr/bin/importer", "run", "payments.xlsx")


@contextmanager
def another_run(journal: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Hold the lock in a process of its own until the block ends."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(journal), *(words or WORDS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def refusal(journal: Path) -> str:
    """Try to take the lock and return what the one who is kept out is told."""
    with pytest.raises(BusyError) as caught, workspace_lock(journal):
        pytest.fail("two runs hold one lock")
    assert caught.value.exit_code == 75
    return str(caught.value)


def test_a_second_process_is_kept_out_and_told_by_whom(tmp_path: Path) -> None:
    """While one run holds the lock another is refused at once, and is told who, what and when."""
    journal = tmp_path / "journal.db"
    with another_run(journal) as process:
        told = refusal(journal)
    assert f"process {process.pid} on " in told
    assert "(`importer run payments.xlsx`), since " in told
    assert "later is safe" in told


def test_a_killed_run_leaves_no_lock(tmp_path: Path) -> None:
    """After a kill the lock is free, and what the dead run had noted is not believed."""
    journal = tmp_path / "journal.db"
    with another_run(journal) as process:
        process.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
        process.wait()
    note = tmp_path / "journal.db.holder.json"
    assert json.loads(note.read_text(encoding="utf-8"))["pid"] == process.pid
    with workspace_lock(journal, WORDS):
        assert json.loads(note.read_text(encoding="utf-8"))["pid"] == os.getpid()
    assert not note.exists()


def test_the_lock_is_free_after_the_block(tmp_path: Path) -> None:
    """A run that ends, well or by an error, lets the next one in."""
    journal = tmp_path / "journal.db"
    with pytest.raises(KeyboardInterrupt), workspace_lock(journal):
        raise KeyboardInterrupt
    with workspace_lock(journal), another_run(tmp_path / "other.db"):
        pass


def test_one_process_cannot_hold_it_twice(tmp_path: Path) -> None:
    """The same process is kept out as another one would be, and the first holder keeps the lock."""
    journal = tmp_path / "journal.db"
    with workspace_lock(journal):
        refusal(journal)
        refusal(journal)


@pytest.mark.parametrize("note", ["", "{", "[]", "{}", '{"pid": 1}', '{"pid": 1, "host": "h"'])
def test_an_unreadable_note_does_not_matter(tmp_path: Path, note: str) -> None:
    """The note about the holder is for people only: half written, the lock still holds."""
    journal = tmp_path / "journal.db"
    with another_run(journal):
        (tmp_path / "journal.db.holder.json").write_text(note, encoding="utf-8")
        assert refusal(journal).startswith("Another run holds the lock of this workspace. ")


def test_the_note_holds_no_secret(tmp_path: Path) -> None:
    """What follows an option that speaks of a secret is not shown to the one who is kept out."""
    words = ("importer", "run", "--token-file", "s3cr3t", "--password=s3cr3t", "x.csv")
    with another_run(tmp_path / "journal.db", *words):
        told = refusal(tmp_path / "journal.db")
    assert "s3cr3t" not in told
    assert "`importer run --token-file (hidden) --password=(hidden) x.csv`" in told


def test_the_folder_is_made(tmp_path: Path) -> None:
    """The first run of a workspace finds no folder yet, and makes one that is its owner's alone."""
    journal = tmp_path / "state" / "importer" / "journal.db"
    with workspace_lock(journal):
        assert journal.parent.is_dir()
    if os.name == "posix":
        assert journal.parent.stat().st_mode & 0o077 == 0


def test_a_place_that_cannot_hold_a_lock(tmp_path: Path) -> None:
    """Where the journal's folder cannot be, the settings are to blame, with a remedy."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with (
        pytest.raises(SettingsError, match="cannot be made") as caught,
        workspace_lock(tmp_path / "file" / "journal.db"),
    ):
        pytest.fail("a lock without a folder")
    assert "[journal]" in caught.value.hint
