"""On which machine a journal was used last, also where a machine is made anew each day."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from importer.journal.store import open_journal
from importer.lock import Machine
from importer.pipeline import machines
from importer.pipeline.machines import other_machine, this_machine


class Place:
    """A folder with a journal, and the one that its machine keeps; both may be on one volume."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder, self._patch = folder, patch
        self.journal, self.shared = folder / "state" / "journal.db", folder / "shared"
        for one in (self.journal.parent, self.shared):
            one.mkdir(mode=0o700, parents=True, exist_ok=True)

    def came_from(self, name: str, *, is_named: bool) -> str:
        """Use the journal on a machine of this name; the one that has used it before."""
        self._patch.setattr(machines, "gethostname", lambda: name)
        machine = Machine(folder=self.shared, slug="acme", is_named=is_named)
        with open_journal(self.journal, "acme") as one:
            before = other_machine(one, machine)
            machine.note(self.journal, one.id, one.mark(this_machine()))
        return before


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A new one."""
    return Place(tmp_path / "volume", monkeypatch)


def test_a_machine_is_known_by_its_name(place: Place) -> None:
    """The first run after a move says where the journal was, and no later one."""
    assert [place.came_from("office-1", is_named=False) for _ in range(2)] == ["", ""]
    told = [place.came_from("office-2", is_named=False) for _ in range(2)]
    assert told == ["office-1", ""]


def test_a_container_is_known_by_the_folder_that_was_named(place: Place) -> None:
    """A new name each day says nothing, while the note of the volume is as far as the journal."""
    names = ("4f1c2ab9", "9d07e1aa", "b2230c5e")
    assert [place.came_from(name, is_named=True) for name in names] == ["", "", ""]


def test_a_copy_of_the_journal_alone_is_told(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """On another volume, with a folder of its own, the copy is known by the name that it has."""
    place.came_from("4f1c2ab9", is_named=True)
    other = Place(place.folder.with_name("other"), monkeypatch)
    shutil.copytree(place.journal.parent, other.journal.parent, dirs_exist_ok=True)
    told = [other.came_from(name, is_named=True) for name in ("9d07e1aa", "b2230c5e")]
    assert told == ["4f1c2ab9", ""]


def test_a_journal_that_was_used_elsewhere_meanwhile_is_told(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes back further on than the note: somebody else had it."""
    place.came_from("4f1c2ab9", is_named=True)
    other = Place(place.folder.with_name("other"), monkeypatch)
    shutil.copytree(place.journal.parent, other.journal.parent, dirs_exist_ok=True)
    other.came_from("office-1", is_named=True)
    (other.shared / "acme.json").unlink()
    shutil.copytree(other.journal.parent, place.journal.parent, dirs_exist_ok=True)
    assert place.came_from("9d07e1aa", is_named=True) == "office-1"
