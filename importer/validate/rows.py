"""Every row of a sheet, judged once: skipped, refused with all its problems, or ready."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from importer.mapping import Binding, Condition, Mapping
from importer.model import CheckedRow, Draft, Flaw, Invalid, Money, Ready, Skipped, Table
from importer.resolve import Flawed, compile_condition
from importer.validate.action import compile_action
from importer.validate.likeness import fingerprint, identity_of, source_text
from importer.validate.problems import (
    Finding,
    identity_blank,
    lead_blank,
    money_of,
    problems_of,
    ragged,
    required_blank,
)

BLANK = "blank"
"""Reason of a row that holds nothing."""
HIDDEN = "hidden"
"""Reason of a row that the sheet hides, where the mapping says to leave those out."""
TRAILER = "trailer"
"""Reason of the sheet's own trailer."""
NO_ACTION = "no action applies"
"""Reason of a row that every action's condition passes over."""


def check_rows(table: Table, mapping: Mapping, binding: Binding) -> Iterator[CheckedRow]:
    """Judge the rows of a table, in their order: one result for each."""
    return checker(mapping, binding)(table)


def passer(mapping: Mapping) -> Callable[[Table, int], bool]:
    """Make the test that tells whether a row is blank, or left out by a rule of the mapping.

    The table needs no columns but the lead's and those that the rules look at.
    """
    rules = [compile_condition(when, mapping.columns) for _, when in _skips(mapping)]
    skips_hidden = mapping.sheet.hidden_rows == "skip"

    def passes_over(table: Table, index: int) -> bool:
        if table.blank[index] or (skips_hidden and table.numbers[index] in table.hidden):
            return True
        return any(rule(table, index) is True for rule in rules)

    return passes_over


def checker(mapping: Mapping, binding: Binding) -> Callable[[Table], Iterator[CheckedRow]]:
    """Compile a mapping once, to judge many tables of one sheet with it."""
    return _Checker(mapping, binding).check


class _Checker:
    """A mapping's rules, compiled for one sheet.

    Order: blank → hidden → trailer, skip rules → ragged → required cells → actions → lead and
    identity. A flawed cell counts where something hangs on it: a required column, the lead, the
    identity, a rule or an action that fires. A row that no action applies to needs neither lead nor
    identity, and it does not matter whether a skip rule that cannot be read would have skipped it.
    """

    def __init__(self, mapping: Mapping, binding: Binding) -> None:
        columns = mapping.columns
        self._skips_hidden = mapping.sheet.hidden_rows == "skip"
        self._binding = binding
        self._skips = [
            (reason, compile_condition(when, columns)) for reason, when in _skips(mapping)
        ]
        self._required = [name for name, spec in columns.items() if spec.required]
        self._actions = [compile_action(action, mapping) for action in mapping.actions]
        self._lead, self._lead_ids = mapping.lead, mapping.lead_ids
        self._keys = mapping.identity.columns if mapping.identity else ()
        self._identity = identity_of(mapping)
        self._names = sorted(columns)

    def check(self, table: Table) -> Iterator[CheckedRow]:
        """Judge every row of a table."""
        for index, row in enumerate(table.numbers):
            if table.blank[index]:
                yield Skipped(row=row, reason=BLANK)
            elif self._skips_hidden and row in table.hidden:
                yield Skipped(row=row, reason=HIDDEN)
            else:
                yield self._row(table, index)

    def _row(self, table: Table, index: int) -> CheckedRow:
        row = table.numbers[index]
        doubts: list[Finding] = []
        # With a cell too many, the words of a skip rule may stand in another column.
        longer = table.ragged.get(row, 0) > len(self._binding.headers)
        for reason, applies in self._skips:
            verdict = applies(table, index)
            if isinstance(verdict, Flawed):
                doubts.extend(verdict.cells)
            elif verdict and not longer:
                return Skipped(row=row, reason=reason)
        if row in table.ragged:
            beyond = table.surplus.get(row, ())
            finding = ragged(table.ragged[row], beyond, self._binding)
            shifted = self._invalid(table, index, [finding])
            return replace(shifted, identity=None, content={})  # it may stand in another column
        return self._acted(table, index, doubts)

    def _acted(self, table: Table, index: int, doubts: Sequence[Finding]) -> CheckedRow:
        findings = list(_missing(table, index, self._required, required_blank))
        drafts: list[Draft] = []
        readable: list[Money] = []
        for make in self._actions:
            made = make(table, index)
            if isinstance(made, Draft):
                drafts.append(made)
            elif isinstance(made, Flawed):
                findings.extend(made.cells)
                readable += [made.money] if made.money else []
        if not drafts and not findings:
            return Skipped(row=table.numbers[index], reason=NO_ACTION)
        findings.extend(doubts)
        for _, flaw in _missing(table, index, (self._lead_ids,), lead_blank):
            findings.append((self._lead, flaw))
        findings.extend(_missing(table, index, self._keys, identity_blank))
        if findings:
            refused = self._invalid(table, index, findings)
            return replace(refused, money=(*money_of(drafts), *readable))
        return Ready(
            row=table.numbers[index],
            drafts=tuple(drafts),
            fingerprint=fingerprint(table, index, self._names),
            identity=self._identity(table, index),
        )

    def _invalid(self, table: Table, index: int, findings: Sequence[Finding]) -> Invalid:
        known = self._known(table, index)
        return Invalid(
            row=table.numbers[index],
            problems=problems_of(findings, table, index, self._binding),
            fingerprint=fingerprint(table, index, self._names),
            identity=self._identity(table, index) if known else None,
            content={name: source_text(table, index, name) for name in self._keys if known},
        )

    def _known(self, table: Table, index: int) -> bool:
        return next(_missing(table, index, self._keys, identity_blank), None) is None


def _skips(mapping: Mapping) -> Iterator[tuple[str, Condition]]:
    """(reason, condition) of the rows that are left out: the trailer's first."""
    if mapping.trailer is not None:
        yield TRAILER, mapping.trailer.when
    for rule in mapping.skip:
        yield rule.reason, rule.when


def _missing(
    table: Table, index: int, columns: Sequence[str], blank: Callable[[str], Flaw]
) -> Iterator[Finding]:
    """Name the cells that must be filled in and readable, and are not."""
    for column in columns:
        value = table.values[column][index]
        if isinstance(value, Flaw):
            yield column, value
        elif value is None:
            yield column, blank(column)
