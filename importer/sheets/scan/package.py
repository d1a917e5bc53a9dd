"""The parts of an Office Open XML package, found by following its relations (ECMA-376, part 2)."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from importer.sheets.scan.damage import damage_told
from importer.sheets.scan.markup import AmbiguousError, elements
from importer.sheets.sentences import suspicious
from importer.sheets.tabs import Tab


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """Where one part points."""

    target: str
    """Plain name of the part."""
    kind: str
    """Last word of the relation's type: `styles`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What the workbook's own part says: its tabs, and how its days are counted."""

    tabs: tuple[Tab, ...]
    """Those that can hold cells, in their order."""
    parts: Mapping[str, str]
    """Tab's name → its part."""
    is_1904: bool


class Package:
    """A zip archive whose parts are named as Excel compares names."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._entries = {_plain(name): name for name in archive.namelist()}

    def open(self, part: str) -> IO[bytes]:
        """Open a part.

        Raises:
            KeyError: there is none of this name.
        """
        return self._archive.open(self._entries[part])

    def read(self, part: str) -> bytes:
        """Read a small part as a whole; KeyError where there is none."""
        return self._archive.read(self._entries[part])

    def relations(self, source: str) -> dict[str, Relation]:
        """Read a part's relations, by their ids; "" is the package itself."""
        folder, name = posixpath.split(source)
        part = posixpath.join(folder, "_rels", f"{name}.rels")
        if part not in self._entries and source:
            return {}
        found: dict[str, Relation] = {}
        for element, attributes in elements(self.read(part)):
            if element != "Relationship":
                continue
            if attributes["Id"] in found:
                raise AmbiguousError(f"two parts of it have the same mark, {attributes['Id']}")
            found[attributes["Id"]] = Relation(
                target=_plain(posixpath.normpath(_absolute(folder, attributes["Target"]))),
                kind=posixpath.basename(attributes.get("Type", "")),
            )
        return found

    def workbook(self) -> str:
        """Name the part that is the workbook; KeyError where there is none."""
        for relation in self.relations("").values():
            if relation.kind == "officeDocument":
                return relation.target
        raise KeyError("workbook")

    def __contains__(self, part: str) -> bool:
        return part in self._entries

    def related(self, source: str, kind: str) -> list[str]:
        """Name the parts of a kind that a part points to, as far as they are there."""
        return [
            relation.target
            for relation in self.relations(source).values()
            if relation.kind == kind and relation.target in self._entries
        ]


@contextmanager
def package(path: Path) -> Iterator[Package]:
    """Open a package, and turn what a damaged one raises into a sentence.

    Raises:
        SheetError: a part is damaged or missing, or could be read in two ways.
    """
    try:
        with damage_told(path), zipfile.ZipFile(path) as archive:
            yield Package(archive)
    except AmbiguousError as error:
        raise suspicious(path, str(error)) from error


def book_of(
    targets: Mapping[str, Relation], listed: Iterable[tuple[Tab, str]], *, is_1904: bool
) -> Book:
    """Keep of the tabs that a workbook lists those that can hold cells: no charts, no macros.

    Args:
        targets: the workbook's relations, by their ids.
        listed: each tab, and the id of its relation.
        is_1904: days are counted from 1904.

    Raises:
        KeyError: a tab has no relation.
        AmbiguousError: two tabs have the same name.
    """
    found = [(tab, targets[relation]) for tab, relation in listed]
    sheets = [(tab, target.target) for tab, target in found if target.kind == "worksheet"]
    if len({tab.name for tab, _ in sheets}) < len(sheets):
        raise AmbiguousError("two of its tabs have the same name")
    return Book(
        tabs=tuple(tab for tab, _ in sheets),
        parts={tab.name: part for tab, part in sheets},
        is_1904=is_1904,
    )


def _absolute(folder: str, target: str) -> str:
    return posixpath.join("/", folder, target.replace("\\", "/"))


def _plain(name: str) -> str:
    """Spell an entry's name as Excel compares it: some programs write backslashes."""
    return name.replace("\\", "/").removeprefix("/").lower()
