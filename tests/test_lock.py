"""One run at a time per workspace, seen from real processes."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from importer.errors import BusyError, SettingsError
from importer.lock import Machine, shared_folder, workspace_lock
from importer.lock.machine import VARIABLE
from importer.settings.load import NO_SETTINGS

HOLD = """
import sys
from pathlib import Path
from importer.lock import workspace_lock
with workspace_lock(Path(sys.argv[1]), sys.argv[2:]):
    print("held", flush=True)
    sys.stdin.readline()
"""
ON_THE_MACHINE = """
import os, sys
from pathlib import Path
from importer.errors import ImporterError
from importer.lock import Machine, workspace_lock
folder, journal, account = sys.argv[1:]
if account:
    os.setgid(int(account))
    os.setuid(int(account))
os.umask(0o077)
try:
    with workspace_lock(Path(journal), machine=Machine(folder=Path(folder), slug="crm-60a1")):
        print("held", flush=True)
        sys.stdin.readline()
except ImporterError as error:
    print(error, flush=True)
"""
NOBODY = "65534"
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


# One lock and one journal for all accounts of the machine


@contextmanager
def on_the_machine(folder: Path, journal: Path, account: str = "") -> Iterator[str]:
    """Take the machine's lock in another process, as another account if so; yield its words."""
    with subprocess.Popen(
        [sys.executable, "-c", ON_THE_MACHINE, str(folder), str(journal), account],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Return a machine whose accounts meet in a folder that is not there yet."""
    return Machine(folder=tmp_path / "shared" / "importer", slug="crm-60a1")


def test_two_journals_of_one_workspace_share_a_lock(tmp_path: Path, machine: Machine) -> None:
    """A second run is kept out of a workspace that counts, also with a journal of its own."""
    with (
        workspace_lock(tmp_path / "mine.db", machine=machine),
        on_the_machine(machine.folder, tmp_path / "other.db") as told,
    ):
        assert told.startswith("Another run holds the lock of this workspace: process ")
        assert f"process {os.getpid()} on " in told
    with on_the_machine(machine.folder, tmp_path / "other.db") as told:
        assert told == "held"


def test_workspaces_do_not_wait_for_each_other(tmp_path: Path, machine: Machine) -> None:
    """Another workspace has another lock."""
    other = Machine(folder=machine.folder, slug="crm-60a2")
    with (
        workspace_lock(tmp_path / "mine.db", machine=other),
        on_the_machine(machine.folder, tmp_path / "other.db") as told,
    ):
        assert told == "held"


@pytest.mark.skipif(os.name != "posix", reason="accounts are made otherwise there")
def test_the_shared_files_are_open_to_all(tmp_path: Path, machine: Machine) -> None:
    """Whatever the umask, the folder and the files in it can be used by every account."""
    before = os.umask(0o077)
    try:
        with workspace_lock(tmp_path / "journal.db", machine=machine):
            machine.note(tmp_path / "journal.db", "one", 1)
            modes = {file.name: file.stat().st_mode & 0o777 for file in machine.folder.iterdir()}
    finally:
        os.umask(before)
    assert machine.folder.stat().st_mode & 0o7777 == 0o777
    assert modes == dict.fromkeys(("crm-60a1.lock", "crm-60a1.holder.json", "crm-60a1.json"), 0o666)


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() != 0, reason="only root may become another account"
)
def test_a_second_account_meets_the_first() -> None:
    """Another account of the machine is kept out, let in afterwards, and told whose turn it is."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o777)
        with on_the_machine(place / "shared", place / "one.db") as first:
            assert first == "held"
            with on_the_machine(place / "shared", place / "two.db", NOBODY) as second:
                assert "Another run holds the lock of this workspace: process " in second
        with on_the_machine(place / "shared", place / "two.db", NOBODY) as second:
            assert second == "held"
            with on_the_machine(place / "shared", place / "one.db") as first:
                assert "Another run holds the lock" in first


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() != 0, reason="only root may become another account"
)
def test_another_accounts_hidden_journal_is_not_gone() -> None:
    """A journal in a folder that this account may not enter still serves the workspace."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o777)
        (place / "home").mkdir(mode=0o700)
        (place / "home" / "journal.db").touch()
        machine = Machine(folder=place / "shared", slug="crm-60a1")
        with workspace_lock(place / "home" / "journal.db", machine=machine):
            machine.note(place / "home" / "journal.db", "one", 1)
        with on_the_machine(place / "shared", place / "two.db", NOBODY) as told:
            assert told.startswith("Another journal serves this workspace")


MARKS = itertools.count(1)
"""Rising, as a journal's mark does."""


def served(machine: Machine, path: Path, journal_id: str, mark: int | None = None) -> None:
    """Open a journal for a workspace that counts, as a run does."""
    with workspace_lock(path, machine=machine):
        path.touch()
        machine.note(path, journal_id, next(MARKS) if mark is None else mark)


def test_a_second_journal_is_refused(tmp_path: Path, machine: Machine) -> None:
    """While the journal that serves a workspace is there, another one is refused, and not made."""
    served(machine, tmp_path / "one.db", "1")
    with pytest.raises(SettingsError, match="Another journal serves") as caught:
        served(machine, tmp_path / "two.db", "2")
    assert str(tmp_path / "one.db") in caught.value.hint
    assert not (tmp_path / "two.db").exists()
    served(machine, tmp_path / "one.db", "1")


def test_a_moved_journal_goes_on(tmp_path: Path, machine: Machine) -> None:
    """A journal that was moved is accepted at its new place, and expected there from then on."""
    served(machine, tmp_path / "one.db", "1")
    (tmp_path / "one.db").rename(tmp_path / "two.db")
    served(machine, tmp_path / "two.db", "1")
    with pytest.raises(SettingsError, match=r"is .*two\.db, not"):
        served(machine, tmp_path / "one.db", "1")


def test_a_copied_journal_is_a_second_one(tmp_path: Path, machine: Machine) -> None:
    """A copy knows nothing of what the original sends from now on, and is refused beside it."""
    served(machine, tmp_path / "one.db", "1")
    (tmp_path / "two.db").touch()
    with pytest.raises(SettingsError, match="Another journal serves"):
        served(machine, tmp_path / "two.db", "1")


@pytest.mark.parametrize("name", ["one.db", "two.db"])
def test_a_lost_journal_is_not_begun_anew(tmp_path: Path, machine: Machine, name: str) -> None:
    """Where the journal is gone no empty one takes its place before a person removed the note."""
    served(machine, tmp_path / "one.db", "1")
    (tmp_path / "one.db").unlink()
    with pytest.raises(SettingsError, match="is gone") as caught:
        served(machine, tmp_path / name, "2")
    assert not (tmp_path / name).exists()
    (tmp_path / name).touch()
    with pytest.raises(SettingsError, match="is gone"):
        served(machine, tmp_path / name, "2")
    note = machine.folder / "crm-60a1.json"
    assert str(note) in caught.value.hint
    note.unlink()
    served(machine, tmp_path / name, "2")


def test_an_older_copy_of_the_journal_is_refused(tmp_path: Path, machine: Machine) -> None:
    """A back-up that lacks what was sent since does not send it again; the newer one goes on."""
    served(machine, tmp_path / "one.db", "1", mark=7)
    for mark in (4, 7):
        with pytest.raises(SettingsError, match="older copy"):
            served(machine, tmp_path / "one.db", "1", mark=mark)
    served(machine, tmp_path / "one.db", "1", mark=8)


def test_a_torn_note_is_not_passed_over(tmp_path: Path, machine: Machine) -> None:
    """A note that cannot be read might have named another journal."""
    served(machine, tmp_path / "one.db", "1")
    (machine.folder / "crm-60a1.json").write_text("{", encoding="utf-8")
    with pytest.raises(SettingsError, match="cannot be read"):
        served(machine, tmp_path / "one.db", "1")


def test_a_folder_that_cannot_be_shared(tmp_path: Path) -> None:
    """Where the accounts cannot meet, no run begins, and the remedy names the folder."""
    (tmp_path / "file").touch()
    nowhere = Machine(folder=tmp_path / "file" / "importer", slug="crm-60a1")
    with (
        pytest.raises(SettingsError, match="which all accounts of this machine share") as caught,
        workspace_lock(tmp_path / "journal.db", machine=nowhere),
    ):
        pytest.fail("a lock without a folder")
    assert str(nowhere.folder) in caught.value.hint


def test_where_the_accounts_meet(tmp_path: Path) -> None:
    """One place per system, the same for every account, unless one is named for all of them."""
    assert shared_folder({"IMPORTER_SHARED_FOLDER": "/x"}, platform="linux") == Path("/x")
    assert shared_folder({}, installed=tmp_path, platform="linux") == tmp_path
    found = shared_folder({}, installed=tmp_path / "missing", platform="linux")
    assert found.parts == ("/", "var", "tmp", "importer")
    assert shared_folder({}, platform="darwin") == Path("/Users/Shared/importer")
    found = shared_folder({"PROGRAMDATA": "D:/Data"}, platform="win32")
    assert found == Path("D:/Data/importer")


def test_the_shared_folders_variable_is_no_setting() -> None:
    """The variable that names the shared folder is one that the settings pass over."""
    assert VARIABLE in NO_SETTINGS
