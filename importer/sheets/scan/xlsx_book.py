"""What of an .xlsx stands beside its tabs: their list, the formats of its styles, its epoch."""

from __future__ import annotations

from importer.sheets.scan.builtin import format_of
from importer.sheets.scan.format import Format
from importer.sheets.scan.markup import AmbiguousError, Attributes, elements
from importer.sheets.scan.package import Book, Package, book_of
from importer.sheets.tabs import Tab

_LISTS = {"numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"}
_HIDDEN = {"hidden", "veryHidden"}
_NAMES = {"styles": "styles.xml", "sharedStrings": "sharedstrings.xml"}
_FOLDERS = ("xl/", "")
"""calamine opens the workbook's parts by these names in one of these folders, in capitals or not
(calamine 0.9, tried out). Excel goes by the relations, so both have to lead to the same."""
_TRUE = {"1", "true", "on"}


def is_true(attributes: Attributes, name: str) -> bool:
    """Read a truth value of XML Schema; missing is false."""
    return attributes.get(name, "") in _TRUE


def read_book(package: Package) -> Book:
    """Read what the workbook's part says.

    Raises:
        KeyError, ExpatError: a part is missing or damaged.
        AmbiguousError: its relations lead to other parts than their names do, or the day on which
            its calendar begins is not said in a way that all readers understand.
    """
    workbook = package.workbook()
    _check_names(package, workbook)
    listed: list[tuple[Tab, str]] = []
    is_1904 = False
    for name, attributes in elements(package.read(workbook)):
        if name == "workbookPr":
            is_1904 = _is_1904(attributes)
        elif name == "sheet":
            is_visible = attributes.get("state") not in _HIDDEN
            tab = Tab(name=attributes.get("name", ""), is_visible=is_visible)
            listed.append((tab, attributes["id"]))
    return book_of(package.relations(workbook), listed, is_1904=is_1904)


def _is_1904(attributes: Attributes) -> bool:
    said = attributes.get("date1904", "0")
    if said not in {"0", "1", "false", "true"}:  # calamine takes `on` for false
        raise AmbiguousError("its days could be counted from 1900 or from 1904")
    return is_true(attributes, "date1904")


def _check_names(package: Package, workbook: str) -> None:
    if _named(package, "workbook.xml") != [workbook]:
        raise AmbiguousError(f"its part {workbook} is not the one place of its tabs")
    folder = workbook.removesuffix("workbook.xml")
    for kind, name in _NAMES.items():
        found = package.related(workbook, kind)
        if _named(package, name) != found or found not in ([], [folder + name]):
            raise AmbiguousError(f"its part {name} is not the one that the workbook points to")


def _named(package: Package, name: str) -> list[str]:
    return [folder + name for folder in _FOLDERS if folder + name in package]


def read_formats(package: Package, *, is_1904: bool) -> dict[int, Format]:
    """Read the format of each style; a style that is missing is General.

    Raises:
        KeyError, ExpatError: a part is missing or damaged.
    """
    styles = package.related(package.workbook(), "styles")
    return _formats(package.read(styles[0]), is_1904=is_1904) if styles else {}


def _formats(xml: bytes, *, is_1904: bool) -> dict[int, Format]:
    """Read `styles.xml`, where `cellXfs` points to `numFmts`."""
    written: dict[int, str] = {}
    used: list[int] = []
    inside = ""
    for name, attributes in elements(xml):
        if name in _LISTS:
            inside = name
        elif (inside, name) == ("numFmts", "numFmt"):
            written[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif (inside, name) == ("cellXfs", "xf"):
            used.append(int(attributes.get("numFmtId", "0")))
    return {style: format_of(number, written, is_1904=is_1904) for style, number in enumerate(used)}
