"""Make the workbooks of `accept` and `reject`: `python tests/sheets/make_examples.py`.

Those in `accept` that end in .ods and .xls are LibreOffice's own writing of the same table, so
that they are made only where it is installed. A workbook carries the time of its making: made
again, its bytes differ and its cells do not.
"""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from example_books import DAY, HEADERS, IDS, WORKBOOKS, book, filled

HERE = Path(__file__).parent
ACCEPT, REJECT = HERE / "accept", HERE / "reject"

TABLE: tuple[Sequence[object], ...] = (
    ("Lead ID", "Receipt No", "Date", "Amount", "Paid", "Remarks"),
    (IDS[0], "R-101", DAY, 1250.5, True, "by cheque"),
    (IDS[1], "007", dt.datetime.combine(DAY, dt.time(10, 30)), 500, False, "चेक\n₹"),
    (),
    (IDS[2], "R-103", None, 0.1, True, ' said "yes" '),
)
"""What LibreOffice is given to write in its own way."""


def by_libreoffice(folder: Path) -> None:
    """Let LibreOffice write the same table as .ods, .xls and .xlsx."""
    office = shutil.which("soffice")
    if office is None:
        return
    source = folder / "libreoffice.xlsx"
    made, _ = book(*TABLE)
    made.save(source)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    for kind in ("ods", "xls", "xlsx"):
        out = folder / kind
        command = [office, profile, "--headless", "--convert-to", kind, "--outdir", str(out)]
        subprocess.run([*command, str(source)], check=True, capture_output=True, timeout=60)
        shutil.copy(out / f"libreoffice.{kind}", ACCEPT / f"libreoffice_{kind}.{kind}")


def refused() -> None:
    """Make the workbooks that are refused."""
    made, _ = book(HEADERS, (IDS[0], "R-101", 1250))
    made.save(REJECT / "no_such_tab.xlsx")
    shutil.copy(REJECT / "no_such_tab.xlsx", REJECT / "workbook_named_csv.csv")
    shutil.copy(REJECT / "no_such_tab.xlsx", REJECT / "workbook_named_xls.xls")
    whole = (REJECT / "no_such_tab.xlsx").read_bytes()
    (REJECT / "cut_in_the_middle.xlsx").write_bytes(whole[: len(whole) // 2])
    book()[0].save(REJECT / "empty_tab.xlsx")
    made, tab = book(HEADERS, (IDS[0], "R-101", 1250))
    filled(made.create_sheet("Chart data"), ("x",))
    tab.sheet_state = "hidden"
    made.worksheets[1].sheet_state = "veryHidden"
    # openpyxl insists on a tab that can be seen.
    made.create_sheet("Seen")
    made.active = made.worksheets[2]
    made.save(REJECT / "all_tabs_hidden.xlsx")
    seen = b'name="Seen" sheetId="3" state='
    _rewritten("all_tabs_hidden.xlsx", "xl/workbook.xml", seen + b'"visible"', seen + b'"hidden"')
    shutil.copy(REJECT / "no_such_tab.xlsx", REJECT / "entity_bomb.xlsx")
    _rewritten("entity_bomb.xlsx", "xl/worksheets/sheet1.xml", b"<worksheet", BOMB + b"<worksheet")
    shutil.copy(REJECT / "no_such_tab.xlsx", REJECT / "part_missing.xlsx")
    _rewritten("part_missing.xlsx", "xl/worksheets/sheet1.xml", b"", None)
    with zipfile.ZipFile(REJECT / "photos.xlsx", "w") as archive:
        archive.writestr("photos/readme.txt", "no workbook")


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def _rewritten(name: str, part: str, old: bytes, new: bytes | None) -> None:
    """Replace bytes in one part of a workbook; None drops the part."""
    path = REJECT / name
    with zipfile.ZipFile(path) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    if new is None:
        del parts[part]
    else:
        assert old in parts[part], name
        parts[part] = parts[part].replace(old, new, 1)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for one, data in parts.items():
            archive.writestr(one, data)


def main() -> int:
    """Make them all."""
    for name, make in WORKBOOKS.items():
        make().save(ACCEPT / f"{name}.xlsx")
    refused()
    with tempfile.TemporaryDirectory() as folder:
        by_libreoffice(Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
