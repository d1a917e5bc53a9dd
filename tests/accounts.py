"""Commands that another account of this machine gives, where root may lend it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from commands import Finished
from offices import TOKEN, Office, an_office

from importer.pipeline.people import this_person

AS_NOBODY = """
import contextlib, encodings.ascii, encodings.utf_8_sig, io, os, pkgutil, sys
import importer.cli
for found in pkgutil.walk_packages(importer.__path__, "importer."):
    if not found.name.endswith("__main__"):
        __import__(found.name)
with contextlib.redirect_stdout(io.StringIO()):
    importer.cli.cli.main(["runs"], standalone_mode=False)
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
os.environ["HOME"] = os.getcwd()
importer.cli.main()
"""
"""Everything is imported while Python and the package can be read for sure."""

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
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, *words],
        cwd=office.folder,
        env={**os.environ, "TELECRM_TOKEN": TOKEN},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Finished(code=done.returncode, out=done.stdout, err=done.stderr)


def only_run(office: Office) -> str:
    """The one run of the office's journal."""
    (found,) = json.loads(office.do("runs", "--json").out)
    return str(found["run"])
