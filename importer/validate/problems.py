"""From what was found in a row to its problems: each with its cell, each once, in sheet order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from importer.mapping import Binding
from importer.model import Draft, Flaw, Invalid, Money, Problem, Ready, Table

RAGGED = "row-ragged"

NOT_IN_THE_ROW = (
    RAGGED,
    "cell-error",
    "cell-hidden",
    "cell-merged",
    "cell-not-calculated",
    "cell-shown-otherwise",
    "id-turned-into-number",
    "id-zeros-lost",
    "row-cut",
)
"""Codes whose proof is not in a row's own texts, but in the file that it came from or in other
rows: alone in a failures workbook, the same row would look sound."""

CELLS_SHOWN = 3
"""Cells beyond the header that a message lists."""
TEXT_SHOWN = 40
"""Characters of each."""

CONFIRM = (
    "In the failures workbook: make the whole row right, and then empty its cell “Importer: "
    "problem” to say so."
)
"""How a person lifts a problem that no one cell is to blame for."""

WHOLE_ROW = ""
"""Stands for a declared column where no one cell is to blame."""

Finding = tuple[str, Flaw]
"""(declared column or `WHOLE_ROW`, what is wrong there)."""


def in_order(findings: Iterable[Finding], binding: Binding) -> list[Finding]:
    """Return a row's findings, sorted as its cells stand in the sheet.

    Two actions that trip over the same cell find the same thing; it is said once.
    """
    once = {(column, flaw.code): (column, flaw) for column, flaw in findings}
    return sorted(once.values(), key=lambda finding: (_place(finding[0], binding), finding[1].code))


def problems_of(
    ordered: Iterable[Finding], table: Table, index: int, binding: Binding
) -> tuple[Problem, ...]:
    """Return a row's problems: its findings, as `in_order` gives them, each with its cell."""
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


def with_problems(row: Ready | Invalid, problems: Iterable[Problem]) -> Invalid:
    """The row as one that is refused, for these problems beside those that it has."""
    before = row.problems if isinstance(row, Invalid) else ()
    return Invalid(
        row=row.row,
        problems=(*before, *problems),
        fingerprint=row.fingerprint,
        identity=row.identity,
        money=row.money if isinstance(row, Invalid) else money_of(row.drafts),
    )


def money_of(drafts: Iterable[Draft]) -> tuple[Money, ...]:
    """What the payments among them come to, one by one."""
    return tuple(draft.money for draft in drafts if draft.money is not None)


def _place(column: str, binding: Binding) -> int:
    return binding.columns[column] if column else -1


def ragged(found: int, surplus: Sequence[str], binding: Binding) -> Finding:
    """Say that a row does not have as many cells as the header: any of them may be another's.

    Args:
        found: how many cells it has.
        surplus: the texts of those beyond the header.
        binding: knows the header.
    """
    wanted = len(binding.headers)
    cells = "1 cell" if found == 1 else f"{found:,} cells"
    flaw = Flaw(
        code=RAGGED,
        message=f"The row has {cells}, and the header has {wanted:,}: its values may stand in the "
        f"wrong columns.{_beyond(surplus)}",
        hint=f"{_hint_for_ragged(found, wanted)} {CONFIRM}",
    )
    return WHOLE_ROW, flaw


def _beyond(surplus: Sequence[str]) -> str:
    """What the columns of the sheet cannot show, shortened; "" where nothing stands there."""
    if not surplus:
        return ""
    shown = [_shortened(text) for text in surplus if text.strip()]
    if not shown:
        return " The cells beyond the header are blank."
    more = len(shown) - CELLS_SHOWN
    listed = ", ".join(shown[:CELLS_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
    return f" Beyond the header stands {listed}."


def _shortened(text: str) -> str:
    line = " ".join(text[: 4 * TEXT_SHOWN].split())
    return f"“{line if len(line) <= TEXT_SHOWN else line[:TEXT_SHOWN] + '…'}”"


def _hint_for_ragged(found: int, wanted: int) -> str:
    """Where to look; Excel itself leaves blank cells out at the ends of a CSV's rows.

    Source: https://support.microsoft.com, "Column delimiters are missing in an Excel spreadsheet
    that is saved as text" (it saves in blocks of 16 rows).
    """
    if found > wanted:
        return "Look for a stray separator in this row, or a text that needs quotation marks."
    if found == 1:
        return (
            "If it is the rest of the row above, cut off by a line break, correct both rows; if it "
            "is a note, add a `skip` rule to the mapping."
        )
    return (
        "Look for a missing separator in this row, or a line break in one of its texts. If only "
        "blank cells at its end are missing, export the sheet as a workbook (.xlsx)."
    )


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
