"""Commands that another account of this machine gives, where root may lend it."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from commands import Finished
from offices import Office, an_office
from traps import become_nobody

from importer.pipeline.people import this_person

needs_two_people = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0 or bool(this_person().login),
    reason="only root lends accounts, and who logged in would be known through it",
)


@contextmanager
def an_open_office() -> Iterator[Office]:
    """An office in a folder that every account can enter."""
    with tempfile.TemporaryDirectory() as folder, an_office(Path(folder)) as place:
        yield place


def as_nobody(office: Office, *words: str, private: Sequence[str] = ()) -> Finished:
    """Give a command as the account `nobody`, which may use the office's journal.

    Args:
        office: whose folder is opened to all.
        words: the command.
        private: files or folders of it that stay closed.
    """
    for path in (office.folder, *office.folder.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
    for name in private:
        path = office.folder / name
        path.chmod(0o700 if path.is_dir() else 0o600)
    return office.begin(*words, before=[become_nobody]).end()


def only_run(office: Office) -> str:
    """The one run of the office's journal."""
    (found,) = json.loads(office.do("runs", "--json").out)
    return str(found["run"])
