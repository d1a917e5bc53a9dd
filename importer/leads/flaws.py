"""Why a cell of a sheet leads to nobody, in words that name the leads file and no other person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from importer.mapping import ColumnSpec, ColumnType, Country
from importer.model import Flaw

_NOUNS: Final = {ColumnType.PHONE: "phone number", ColumnType.EMAIL: "e-mail address"}
_RIGHT: Final = (
    "Correct it here. If it is right, see that the lead has it in the CRM, and export the leads "
    "again."
)
_COUNTRY: Final = (
    " Without its country code a number is found only if the mapping says the country: "
    "`lead: {country: …}`."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the sentences about one leads file have in common."""

    spec: ColumnSpec
    """Of the sheet's column that is looked up."""
    file: str
    country: Country | None

    def blank(self) -> Flaw:
        """Say that nobody knows whose timeline is meant."""
        return Flaw(
            code="lead-blank",
            message="The cell is blank, and it says whose row this is.",
            hint=f"Write the lead's {self._noun} into this cell.",
        )

    def not_found(self, leads: int, unreadable: Sequence[str]) -> Flaw:
        """Say that the file has no such lead; who is nearest would be another person."""
        message = f"None of the {many(leads, 'lead')} in {self.file} has this {self._noun}."
        if unreadable:
            message += f" Some of them cannot be read, such as {unreadable[0]}."
        unsaid = self.spec.type is ColumnType.PHONE and self.country is None
        return Flaw(
            code="lead-not-found", message=message, hint=_RIGHT + (_COUNTRY if unsaid else "")
        )

    def ambiguous(self, count: int, cells: str) -> Flaw:
        """Say which leads of the file share it."""
        return Flaw(
            code="lead-ambiguous",
            message=f"{many(count, 'lead')} have this {self._noun}: {cells}.",
            hint="Find out whose row this is, and see that no other lead has it in the CRM; then "
            "export the leads again.",
        )

    def damaged(self, cell: str, flaw: Flaw) -> Flaw:
        """Say that the lead was found, and its id is none."""
        return Flaw(
            code="lead-damaged",
            message=f"The lead with this {self._noun} has no sound id, see {cell}. {flaw.message}",
            hint="Export the leads again, and do not save that file with Excel.",
        )

    def without_id(self) -> Flaw:
        """Say of a row of the leads file that its id is missing."""
        return Flaw(code="lead-blank", message="That cell is blank.", hint="")

    def shifted(self, cells: int, headers: int) -> Flaw:
        """Say of a row of the leads file that any of its cells may be another's."""
        return Flaw(
            code="row-ragged",
            message=f"That row has {cells} cells, and the header has {headers}.",
            hint="",
        )

    @property
    def _noun(self) -> str:
        return _NOUNS.get(self.spec.type, f"“{self.spec.headers[0]}”")


def many(count: int, noun: str) -> str:
    """Count something: `1 lead`, `1,204 leads`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
