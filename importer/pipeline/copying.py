"""A copy of a file that nobody changes meanwhile."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from importer.errors import UsageError
from importer.files import PRIVATE_FILE
from importer.sheets import check_settled, unchanged


def copy_whole(file: Path, copy: Path, what: str, remedy: str) -> None:
    """Copy a file that lies still, down to the disk, readable by its owner alone.

    Args:
        file: what somebody may just be saving.
        copy: a path in a folder of our own.
        what: the file as a sentence begins with it: `The file x.csv`.
        remedy: what to do where it cannot be read.

    Raises:
        UsageError: the file is not there or cannot be read.
        SheetError: it is still being written.
    """
    try:
        check_settled(file)
        with unchanged(file), file.open("rb") as source, copy.open("wb") as target:
            copy.chmod(PRIVATE_FILE)
            shutil.copyfileobj(source, target)
            target.flush()
            os.fsync(target.fileno())
    except OSError as error:
        raise UsageError(f"{what} cannot be read: {error.strerror or error}.", remedy) from error
