"""What a damaged workbook leads readers into, as a sentence."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.parsers import expat

from importer.sheets.sentences import damaged

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    struct.error,
    EOFError,
    KeyError,
    IndexError,
    ValueError,
    ArithmeticError,  # a number that is none
    NotImplementedError,  # a way of compression that zipfile does not know
    RuntimeError,  # an encrypted entry
)


@contextmanager
def damage_told(path: Path) -> Iterator[None]:
    """Turn what a damaged file raises into a sentence.

    Raises:
        SheetError: something inside is broken or missing.
    """
    try:
        yield
    except _DAMAGE as error:
        raise damaged(path, _reason(error)) from error


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"a part of it is missing ({error.args[0]})"
    return "its cells are not written as a workbook's should be"
