"""The name of this machine, and whether a journal was used on another one before.

A container gets a new name each time it is made, while its journal stays where it is, on a volume.
There the file itself says whether it is the one that was used: a copy is another file.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from socket import gethostname
from typing import Final

from importer.journal.store import Journal

_MARKS: Final = (Path("/.dockerenv"), Path("/run/.containerenv"))
"""What Docker and Podman put into a container; Kubernetes sets a variable."""
_POD: Final = "KUBERNETES_SERVICE_HOST"


def is_container(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether this machine is a container, whose name says nothing."""
    return bool(environment.get(_POD)) or any(mark.exists() for mark in _MARKS)


def this_machine(journal: Path) -> str:
    """This machine as a journal remembers it: its name; of a container, with the journal's file.

    Args:
        journal: the journal's file, which is there.
    """
    name = gethostname()
    return f"{name} {_file_of(journal)}" if is_container() else name


def other_machine(journal: Journal, path: Path) -> str:
    """The machine on which a journal was used last, by its name; "" where that is this one.

    Args:
        journal: the journal.
        path: its file.
    """
    (before, _, file_before), (here, _, file_here) = (
        one.partition(" ") for one in (journal.machine, this_machine(path))
    )
    same = file_before == file_here if file_before and file_here else before == here
    return "" if same else before


def moved_from(machine: str) -> tuple[str, str]:
    """What is said of a journal that another machine has used: a sentence, and what to do."""
    said = (
        f"This journal was used on the machine {machine} before. Two machines that each send with "
        "a copy of it would send the same rows twice."
    )
    remedy = (
        f"Make sure that nothing is sent from {machine} any more: stop its scheduler, and move its "
        "copy of the journal away. If that is this machine under an older name, all is well."
    )
    return said, remedy


def _file_of(path: Path) -> str:
    """The file and its file system, in digits: no copy has the same."""
    system = os.statvfs(path).f_fsid if hasattr(os, "statvfs") else 0
    return f"{system:x}-{path.stat().st_ino:x}"
