"""A first mapping for a sheet: its headers, every choice as a comment, nothing guessed."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from importer.folding import fold, readable
from importer.letters import column_letter
from importer.mapping.schema import SCHEMA_FILE
from importer.model import Currency, PaymentStatus, SheetSpec
from importer.our_headers import is_ours

_MODELINE: Final = f"# yaml-language-server: $schema={SCHEMA_FILE}\n"
"""Tells an editor where the schema is; it works only where the schema lies beside the mapping."""

_TOP: Final = """\
# How a row of {file} becomes actions on the timelines of your leads.
# Every word is explained in docs/mapping.md, and how an editor completes them. Replace every TODO;
# lines that begin with # are comments. Nothing is sent before `check` finds no mistake.
mapping: 1
"""

_SKIP: Final = """
# Rows that yield no action, such as a total line. Blank rows are always skipped.
skip:
#  - {reason: totals, when: {column: NAME, matches: "(?i)^(grand |sub)?total:?$"}}
# The sheet's own last row, to be held against the rows above it: nothing is sent if they differ.
# trailer: {when: {column: NAME, matches: "(?i)^grand total:?$"}, total: NAME, rows: NAME}
"""

_COLUMNS: Final = """
# Each column once: the name that the rest of this file uses, its header, and how it is read.
#   type: text       as it stands
#         id         a receipt number or reference: refused where Excel has damaged it;
#                    add `length: 6` if every one has six characters
#         lead_id    the CRM's 24-character id of a lead
#         amount     money; add `currency: INR`, and `locale: en_IN` if it reads 1,25,000.50
#         currency   a currency code: {currencies}
#         number     a number; `locale` as for an amount
#         date       add `zone: Asia/Kolkata`, and how it is written: `format: dd/mm/yyyy`
#         email, phone
# `required: true` makes a blank cell a problem. Columns that you do not need can be deleted.
columns:
"""

_REST: Final = """
# The column (type lead_id) that says on whose timeline a row belongs. Where the sheet has a phone
# number or an e-mail address instead, it is looked up in an export of the leads:
# lead: {{via: leads.csv, match: NAME}}         # NAME: a column of type phone or email
lead: TODO

# What makes two rows the same, so that nothing is booked twice.
identity:
  columns: [TODO]       # a receipt number; or several columns that together tell rows apart
  equal_rows: TODO      # problem: a second such row is a mistake;  repeats: it may happen
  exports: TODO         # cumulative: the next export holds these rows too;  separate: only new ones

# What a row becomes. Delete the action that you do not need.
actions:
  - name: payment       # a part of the key of what was sent: do not rename it later
    type: PAYMENT
    when: {{not: {{column: TODO, is: TODO}}}}     # which rows; without `when`, every row
    amount: {{from: TODO}}                      # a column of type amount
    currency: TODO                            # {currencies};
                                              # or {{from: column}}
    status:                                   # what the sheet says: what the CRM is told
      from: TODO
      map: {{TODO: COMPLETED}}                  # {statuses}
      otherwise: problem                      # or skip_action: any other value yields no payment
    on_unknown: ask                           # or verify_then_resend
#  - name: receipt                            # a custom action that carries what a PAYMENT cannot
#    type: "1003"                             # its bare code in the CRM, without ACTION_
#    fields:                                  # the field's API name in the CRM: where it comes from
#      import_ref: {{from: NAME}}               # a column
#      paid_on: {{from: NAME}}
#      source: Payments sheet                 # the same text for every row
#      mode: {{from: NAME, type: dropdown, options: [Cash, Cheque]}}    # checked for such a field
#      note: {{text: "Paid by {{NAME}}"}}         # a text with cells in it
"""


def skeleton(headers: Sequence[str], sheet: SheetSpec, file: str, *, schema: bool = False) -> str:
    """Write a first mapping for a sheet, to be edited.

    Args:
        headers: the sheet's headers, as shown.
        sheet: where in the file the sheet is.
        file: the file's name, for the comment at the top.
        schema: whether the schema for editors will lie beside the mapping.

    Returns:
        YAML with every column as `type: text` and a TODO wherever a person must decide;
        `parse_mapping` names each TODO that is left.
    """
    currencies, statuses = ", ".join(Currency), ", ".join(PaymentStatus)
    return "".join(
        [
            _MODELINE if schema else "",
            _TOP.format(file="".join(map(_printable, readable(file)))),
            *_sheet_lines(sheet),
            _SKIP,
            _COLUMNS.format(currencies=currencies),
            *_column_lines(headers),
            _REST.format(currencies=currencies, statuses=statuses),
        ]
    )


def quoted(text: str) -> str:
    """A text between double quotes, as YAML reads it back."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    if letter == " " or letter.isprintable():
        return letter
    return f"\\U{ord(letter):08x}"


def _printable(letter: str) -> str:
    return letter if letter.isprintable() else "?"


def _sheet_lines(sheet: SheetSpec) -> Iterator[str]:
    yield "\nsheet:\n"
    if sheet.tab is not None:
        yield f"  tab: {quoted(sheet.tab)}\n"
    if sheet.header_find:
        yield f"  header: {{find: [{', '.join(map(quoted, sheet.header_find))}]}}\n"
    else:
        yield f"  header: {{row: {sheet.header_row or 1}}}  # or {{find: [Some Header]}}\n"
    if sheet.delimiter is not None:
        tab = sheet.delimiter == "\t"
        yield f"  delimiter: {'tab' if tab else quoted(sheet.delimiter)}\n"
    if sheet.encoding is not None:
        yield f"  encoding: {quoted(sheet.encoding)}\n"


def _column_lines(headers: Sequence[str]) -> list[str]:
    """A line for each header; a comment for one that occurs twice and so cannot be used."""
    counts = Counter(map(fold, headers))
    shown = [
        (column_letter(index), readable(header), counts[fold(header)] > 1)
        for index, header in enumerate(headers)
        if fold(header) and not is_ours(header)
    ]
    if all(doubled for _, _, doubled in shown):
        return ["  TODO: {header: TODO, type: text}\n"]
    names = _names([(letter, header) for letter, header, _ in shown])
    width = max(map(len, names), default=0) + 1
    return [
        f"#  column {letter}: the header {quoted(header)} is there more than once\n"
        if doubled
        else f"  {name + ':':<{width}} {{header: {quoted(header)}, type: text}}\n"
        for name, (letter, header, doubled) in zip(names, shown, strict=True)
    ]


def _names(columns: Sequence[tuple[str, str]]) -> list[str]:
    """A name for each (letter, header): `amount` for "Amount (₹)", each its own."""
    names: list[str] = []
    for letter, header in columns:
        plain = unicodedata.normalize("NFKD", header).encode("ascii", "ignore").decode()
        slug = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")
        name = slug if re.match(r"[a-z]", slug) else f"column_{letter.lower()}"
        # A letter stands for one column alone, so that the longer name is free or made so.
        while name in names:
            name = f"{name}_{letter.lower()}"
        names.append(name)
    return names
