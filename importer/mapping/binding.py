"""Which column of a sheet each declared column is, found by its header."""

from __future__ import annotations

from collections.abc import Mapping as ReadOnly
from collections.abc import Sequence
from dataclasses import dataclass

from importer.errors import SheetError
from importer.folding import did_you_mean, fold, readable
from importer.letters import column_letter
from importer.mapping.model import ColumnSpec, Mapping
from importer.our_headers import is_ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A mapping's columns, found in one sheet."""

    columns: ReadOnly[str, int]
    """Declared name → 0-based column of the sheet."""
    headers: tuple[str, ...]
    """The sheet's headers, as shown."""

    def letter(self, name: str) -> str:
        """The column's letter, as Excel shows it: `F`."""
        return column_letter(self.columns[name])


def bind(mapping: Mapping, headers: Sequence[str], file: str, header_row: int) -> Binding:
    """Find every declared column in a sheet, whatever the case and spaces of its header.

    Raises:
        SheetError: a header is not there, or is there more than once; all of them in one sentence
            each.
    """
    places = _places(headers)
    columns: dict[str, int] = {}
    faults: list[str] = []
    for spec in mapping.columns.values():
        match _found(spec, places):
            case [one]:
                columns[spec.name] = one
            case []:
                faults.append(_missing(spec, headers))
            case several:
                faults.append(_ambiguous(spec, several))
    if faults:
        raise SheetError(
            f"{file}, header row {header_row}: {' '.join(faults)}",
            "Correct the header row of the sheet, or the headers in the mapping's `columns`; "
            "if the header is in another row, correct `sheet: {header: …}`.",
        )
    return Binding(columns=columns, headers=tuple(headers))


def _places(headers: Sequence[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for index, header in enumerate(headers):
        if fold(header) and not is_ours(header):
            places.setdefault(fold(header), []).append(index)
    return places


def _found(spec: ColumnSpec, places: dict[str, list[int]]) -> list[int]:
    wanted = dict.fromkeys(map(fold, spec.headers))
    return sorted(index for header in wanted for index in places.get(header, []))


def _missing(spec: ColumnSpec, headers: Sequence[str]) -> str:
    wanted = " or ".join(f'"{header}"' for header in spec.headers)
    shown = [readable(header) for header in headers if fold(header) and not is_ours(header)]
    meant = next(filter(None, (did_you_mean(header, shown) for header in spec.headers)), "")
    return f"There is no header {wanted} for the column `{spec.name}`. {meant}".strip()


def _ambiguous(spec: ColumnSpec, places: Sequence[int]) -> str:
    letters = " and ".join(map(column_letter, places))
    return f"The column `{spec.name}` could be {letters}: its header is there more than once."
