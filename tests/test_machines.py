"""On which machine a journal was used last, also where a machine is made anew each day."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from importer.journal.store import open_journal
from importer.pipeline import machines
from importer.pipeline.machines import other_machine, this_machine


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Where a journal is made."""
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    return folder / "journal.db"


def at(monkeypatch: pytest.MonkeyPatch, name: str, *, container: bool) -> None:
    """From here on this is a machine of that name."""
    monkeypatch.setattr(machines, "gethostname", lambda: name)
    monkeypatch.setattr(machines, "is_container", lambda: container)


def came_from(path: Path) -> str:
    """The machine that used a journal before this one, which uses it now."""
    with open_journal(path, "acme") as one:
        before = other_machine(one, path)
        one.mark(this_machine(path))
    return before


def test_a_machine_is_known_by_its_name(journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first run after a move says where the journal was, and no later one."""
    at(monkeypatch, "office-1", container=False)
    assert [came_from(journal), came_from(journal)] == ["", ""]
    at(monkeypatch, "office-2", container=False)
    assert [came_from(journal), came_from(journal)] == ["office-1", ""]


def test_a_container_is_known_by_its_journal(
    journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new name each day says nothing, while the journal is the same file on its volume."""
    for name in ("4f1c2ab9", "9d07e1aa", "b2230c5e"):
        at(monkeypatch, name, container=True)
        assert came_from(journal) == ""


def test_a_copy_in_a_container_is_another_journal(
    journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A volume that was copied is told, whatever the container is called."""
    at(monkeypatch, "4f1c2ab9", container=True)
    came_from(journal)
    copy = journal.parent.with_name("copy")
    shutil.copytree(journal.parent, copy)
    assert came_from(copy / "journal.db") == "4f1c2ab9"


def test_a_journal_that_moves_into_a_container_is_told_once(
    journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was used on a machine itself before may still be used there."""
    at(monkeypatch, "office-1", container=False)
    came_from(journal)
    at(monkeypatch, "4f1c2ab9", container=True)
    assert [came_from(journal), came_from(journal)] == ["office-1", ""]


def test_kubernetes_is_a_container() -> None:
    """A pod is known by its variable, where no runtime leaves a file."""
    assert machines.is_container({"KUBERNETES_SERVICE_HOST": "10.0.0.1"})
