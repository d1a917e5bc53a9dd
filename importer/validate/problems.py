"""From what was found in a row to its problems: each with its cell, each once, in sheet order."""

from __future__ import annotations

from collections.abc import Iterable

from importer.mapping import Binding
from importer.model import Flaw, Problem, Table

RAGGED = "row-ragged"
"""The one problem that a row's cells cannot show once they stand in a workbook."""

WHOLE_ROW = ""
"""Stands for a declared column where no one cell is to blame."""

Finding = tuple[str, Flaw]
"""(declared column or `WHOLE_ROW`, what is wrong there)."""


def problems_of(
    findings: Iterable[Finding], table: Table, index: int, binding: Binding
) -> tuple[Problem, ...]:
    """Return a row's problems, sorted as its cells stand in the sheet.

    Two actions that trip over the same cell find the same thing; it is said once.
    """
    once = {(column, flaw.code): (column, flaw) for column, flaw in findings}
    ordered = sorted(
        once.values(), key=lambda finding: (_place(finding[0], binding), finding[1].code)
    )
    return tuple(
        Problem(
            code=flaw.code,
            row=table.numbers[index],
            column=binding.letter(column) if column else "",
            seen=table.texts[column][index] if column else "",
            message=flaw.message,
            hint=flaw.hint,
        )
        for column, flaw in ordered
    )


def _place(column: str, binding: Binding) -> int:
    return binding.columns[column] if column else -1


def ragged(found: int, binding: Binding) -> Finding:
    """Say that a row does not have as many cells as the header: any of them may be another's."""
    flaw = Flaw(
        code=RAGGED,
        message=f"The row has {found} cells, and the header has {len(binding.headers)}: its values "
        "may stand in the wrong columns.",
        hint="Look for a missing or stray separator or quotation mark in this row.",
    )
    return WHOLE_ROW, flaw


def lead_blank(_column: str) -> Flaw:
    """Say that nobody knows whose timeline is meant."""
    return Flaw(
        code="lead-blank",
        message="The row has no lead id.",
        hint="Copy the lead's id from the CRM into this cell.",
    )


def identity_blank(column: str) -> Flaw:
    """Say that the row could not be told from others when it comes again."""
    return Flaw(
        code="identity-blank",
        message=f"The cell is blank, and `{column}` is a part of what identifies a row.",
        hint="Fill it in; without it this row could be entered twice.",
    )


def required_blank(column: str) -> Flaw:
    """Say that the mapping wants this cell in every row."""
    return Flaw(
        code="cell-required",
        message=f"The cell is blank, and the mapping requires `{column}` in every row.",
        hint="Fill it in, or add a `skip` rule to the mapping for rows such as this one.",
    )
