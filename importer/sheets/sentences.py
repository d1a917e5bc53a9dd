"""Why a file cannot be read: sentences that several ways of finding out share."""

from __future__ import annotations

from pathlib import Path

from importer.errors import SheetError

EXPORT_AGAIN = "Export the sheet again, as a workbook (.xlsx) or as CSV UTF-8."
FETCH_AGAIN = "Fetch it again: the copy or the download may have stopped early."
SAVE_AS_XLSX = "Open it in Excel and save it as .xlsx."
COPY_THE_TABLE = (
    "Open it in Excel, copy the table alone into a new workbook, save that as .xlsx and name it."
)


def damaged(path: Path, reason: str, hint: str = "") -> SheetError:
    """Say that a file is broken.

    Args:
        path: the file.
        reason: half a sentence: what was found.
        hint: what to do, where it is not to repair or export it.
    """
    return SheetError(
        f"{path.name} is damaged: {reason.rstrip('.')}.",
        hint or f"Open it in Excel to see whether it can be repaired there. {EXPORT_AGAIN}",
    )


def encrypted(path: Path) -> SheetError:
    """Say that a workbook is protected by a password."""
    return SheetError(
        f"{path.name} is protected by a password, so it cannot be read.",
        "Open it in Excel, save a copy without the password, and name that copy.",
    )


def mistaken(path: Path, what: str) -> SheetError:
    """Say what a file is that has a workbook's extension: `a Word document`."""
    return SheetError(
        f"{path.name} is not a workbook: it seems to be {what}.",
        f"Check that it is the right file. {EXPORT_AGAIN}",
    )


def suspicious(path: Path, reason: str) -> SheetError:
    """Say that no office program writes such a file; half a sentence says why."""
    return SheetError(
        f"{path.name} is not written as workbooks are: {reason}.",
        f"Do not trust it before you know who made it. {EXPORT_AGAIN}",
    )
