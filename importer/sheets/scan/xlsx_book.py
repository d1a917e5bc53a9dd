"""What of an .xlsx stands beside the tab: its part, the formats of its styles, its epoch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from importer.sheets.scan.builtin import format_of
from importer.sheets.scan.format import Format
from importer.sheets.scan.parts import Attributes, Package, elements

_LISTS = {"numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"}
_TRUE = {"1", "true", "on"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A workbook, as far as one tab needs it."""

    tab: str | None
    """The tab's part; None where there is no such tab."""
    formats: Mapping[int, Format]
    """Style → format; what is missing is General."""
    has_filtered_table: bool


def is_true(attributes: Attributes, name: str) -> bool:
    """Read a truth value of XML Schema; missing is false."""
    return attributes.get(name, "") in _TRUE


def read_book(package: Package, tab: str) -> Book:
    """Read what stands beside a tab.

    Raises:
        KeyError, ExpatError: a part is missing or damaged.
    """
    workbook = package.workbook()
    targets = package.relations(workbook)
    part, is_1904 = None, False
    for name, attributes in elements(package.read(workbook)):
        if name == "workbookPr":
            is_1904 = is_true(attributes, "date1904")
        elif name == "sheet" and attributes.get("name") == tab:
            part = targets[attributes["id"]].target
    styles = package.related(workbook, "styles")
    return Book(
        tab=part,
        formats=_formats(package.read(styles[0]), is_1904=is_1904) if styles else {},
        has_filtered_table=part is not None and _has_filtered_table(package, part),
    )


def _formats(xml: bytes, *, is_1904: bool) -> dict[int, Format]:
    """Read the format of each style from `styles.xml`: `cellXfs` points to `numFmts`."""
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


def _has_filtered_table(package: Package, tab: str) -> bool:
    tables = package.related(tab, "table")
    return any(
        name == "filterColumn" for table in tables for name, _ in elements(package.read(table))
    )
