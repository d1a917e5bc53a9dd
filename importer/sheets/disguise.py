"""What a file is that passes for text and is no CSV, by its first bytes."""

from __future__ import annotations

import re

from importer.errors import SheetError

_MARKS = {
    b"BZh91AY": "a file packed with bzip2",
    b"\xfd7zXZ\0": "a file packed with xz",
    b"\x28\xb5\x2f\xfd": "a file packed with Zstandard",
    b"MIME-Version:": "a web archive (MHTML)",
    b"ID;PWXL": "a sheet in the old SYLK format",
}
"""The first bytes of a file → what it is. No line of a table begins so."""

_JSON = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\{\s*["}]|\[\s*[\[{"\]])')
"""An object, or a list of objects, lists or texts; RFC 4180 allows no quote there."""


def refuse_disguise(start: bytes, file: str) -> None:
    """Check that a file may be a CSV at all.

    Args:
        start: its first bytes, a few hundred at least where it has them.
        file: name for messages.

    Raises:
        SheetError: it is something else; the hint says what to do with it.
    """
    what = next((name for mark, name in _MARKS.items() if start.startswith(mark)), None)
    if what is None and _JSON.match(start):
        what = "data for programs (JSON)"
    if what is not None:
        raise SheetError(
            f"{file} is {what}, whatever its name says.",
            "Unpack it, or export the sheet again, as CSV UTF-8 or as a workbook (.xlsx).",
        )
