"""What is in doubt, settled from an export of the CRM's actions.

An export shows what stands on the timelines, and cannot show what does not: nobody knows what was
left out of it, or how old it is. So it settles presence alone.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from importer.errors import SheetError
from importer.folding import fold
from importer.journal import reading
from importer.journal.doubt import leads_in_doubt
from importer.letters import column_letter
from importer.model import Cell, SheetSpec
from importer.pipeline.workplace import Workplace
from importer.protocol import Seen, Timeline, read_timeline
from importer.sheets import Sheet, open_sheet
from importer.upload import Ending, EndKind
from importer.upload.decisions import Settled
from importer.upload.judging import Judge
from importer.upload.present import settle_present

NEEDED: Final = {"lead id": "lead", "action id": "id", "type": "type", "created on": "created_on"}
"""Header, as `fold` has it → what it is of an action."""

OTHERS: Final = {
    "amount": "amount",
    "currency": "currency",
    "status": "status",
    "performed by": "employeeid",
}
"""The same, of columns that may be missing; any other one is a field of a custom action."""


def settle_against(workplace: Workplace, run_id: str, export: Path) -> tuple[Ending, Settled]:
    """Settle what a run has in doubt from an export; what is not in it stays in doubt.

    Args:
        workplace: the workspace, opened to work in.
        run_id: the run.
        export: a CSV or workbook with the columns of `NEEDED`, and those of `OTHERS` and fields
            by their API names where the actions have them. `Created on` is ISO 8601 with its zone,
            or milliseconds since 1970; nothing else tells which moment is meant.

    Raises:
        UsageError: there is no such run, or no such file.
        SheetError: the export lacks a column, or has a line that cannot be used.
    """
    run = reading.run_of(workplace.journal, run_id)
    leads = {lead.casefold(): lead for lead in leads_in_doubt(workplace.journal, run.id)}
    everything: dict[str, Seen] = {}
    found: dict[str, dict[str, Seen]] = defaultdict(dict)
    sheet = open_sheet(export, SheetSpec(header_row=1))
    for lead, seen in _actions(sheet):
        # A line that is there twice is one action.
        everything[seen.id] = seen
        if lead.casefold() in leads:
            found[leads[lead.casefold()]][seen.id] = seen
    judge = Judge(
        workplace.journal,
        timeout_s=workplace.settings.send.timeout_seconds,
        delay_s=workplace.settings.settle.delay_seconds,
    )
    judge.learn(list(everything.values()))
    settled = settle_present(
        workplace.journal,
        run.id,
        {lead: list(items.values()) for lead, items in found.items()},
        shows=[header.strip() for header in sheet.headers if not _key_of(_plain(header))],
        judge=judge,
    )
    return Ending(kind=EndKind.DONE), settled


def _actions(sheet: Sheet) -> Iterator[tuple[str, Seen]]:
    headers = [_plain(header) for header in sheet.headers]
    missing = [name for name in NEEDED if name not in headers]
    if missing:
        raise SheetError(
            f"{sheet.file} has no column {', '.join(missing)}.",
            f"An export to settle from has the headers {', '.join(NEEDED)}; of payments also "
            "amount and currency; of other actions their fields, by API name.",
        )
    for chunk in sheet.chunks():
        for number, cells in zip(chunk.numbers, zip(*chunk.columns, strict=True), strict=True):
            entry = _entry(headers, sheet.headers, cells)
            if entry:
                yield str(entry["lead"]), _seen(sheet, number, entry, headers)


def _plain(header: str) -> str:
    return fold(header).replace("_", " ")


def _key_of(plain: str) -> str | None:
    """What a column is of an action; None where it is one of its fields."""
    return NEEDED.get(plain) or OTHERS.get(plain)


def _entry(
    folded: Sequence[str], headers: Sequence[str], cells: Sequence[str]
) -> Mapping[str, object]:
    """One line as the CRM's API would show the action; empty for a blank line."""
    entry: dict[str, object] = {}
    fields: dict[str, str] = {}
    for name, header, cell in zip(folded, headers, cells, strict=True):
        if key := _key_of(name):
            entry[key] = cell.strip()
        elif cell:
            fields[header.strip()] = cell
    if not any(entry.values()) and not fields:
        return {}
    stamp = str(entry["created_on"])
    return {**entry, "fields": fields, "created_on": int(stamp) if stamp.isdecimal() else stamp}


def _seen(sheet: Sheet, number: int, entry: Mapping[str, object], headers: Sequence[str]) -> Seen:
    page = read_timeline(200, json.dumps({"data": [entry]}).encode())
    seen = page.seen[0] if isinstance(page, Timeline) else None
    lacking = [
        name
        for name, there in {
            "lead id": entry["lead"],
            "action id": seen and seen.id,
            "type": seen and seen.type,
            "created on": seen and seen.created_ms,
        }.items()
        if not there
    ]
    if seen is None or lacking:
        name = lacking[0]
        column = column_letter(headers.index(name))
        cell = Cell(file=sheet.file, tab=sheet.tab, row=number, column=column)
        raise SheetError(
            f"{cell} cannot be used: it is to hold the {name} of an action.",
            "Created on is a moment with its zone, as in 2026-11-22T10:42:05+05:30, or "
            "milliseconds since 1970. Nothing was settled.",
        )
    return seen
