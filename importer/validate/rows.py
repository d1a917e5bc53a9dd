"""Every row of a sheet, judged: skipped, refused with all its problems, or ready."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from importer.columns import Places, picked
from importer.mapping import LEAD_IDS, Binding, Condition, Mapping
from importer.model import CheckedRow, Draft, Flaw, Invalid, Money, Ready, Skipped, Table
from importer.resolve import Flawed, compile_condition
from importer.validate.action import MakeDraft
from importer.validate.alike import Alike, firsts, likes
from importer.validate.amounts import AmountsOf
from importer.validate.judged import NO_ACTION, Group, Judged
from importer.validate.likeness import fingerprints, identity_of, source_text
from importer.validate.problems import (
    Finding,
    identity_blank,
    in_order,
    lead_blank,
    money_of,
    problems_of,
    ragged,
    required_blank,
)
from importer.validate.refused import Refused

BLANK = "blank"
"""Reason of a row that holds nothing."""
HIDDEN = "hidden"
"""Reason of a row that the sheet hides, where the mapping says to leave those out."""
TRAILER = "trailer"
"""Reason of the sheet's own trailer."""


def check_rows(table: Table, mapping: Mapping, binding: Binding) -> Judged:
    """Judge the rows of a table, in their order: one result for each."""
    return checker(mapping, binding)(table)


def passer(mapping: Mapping) -> Callable[[Table], Places]:
    """Make the function that tells which rows are neither blank nor left out by the mapping.

    The table needs no columns but the lead's and those that the rules look at.
    """
    rules = [compile_condition(when, mapping.columns) for _, when in _skips(mapping)]
    skips_hidden = mapping.sheet.hidden_rows == "skip"
    classes = Alike(replace(mapping, actions=())).classes()

    def kept(table: Table) -> Places:
        keeps = ~np.array(table.blank, bool)
        if skips_hidden and table.hidden:
            keeps &= ~np.array([row in table.hidden for row in table.numbers], bool)
        groups = list(likes(table, classes, list(table.values), np.flatnonzero(keeps)))
        first = picked(table, firsts(groups))
        for at, places in enumerate(groups):
            keeps[places] = not any(rule(first, at) is True for rule in rules)
        return np.flatnonzero(keeps)

    return kept


def checker(mapping: Mapping, binding: Binding) -> Callable[[Table], Judged]:
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
        self._actions = [MakeDraft(action, mapping) for action in mapping.actions]
        self._lead, self._lead_ids = mapping.lead, mapping.lead_ids
        self._keys = mapping.identity.columns if mapping.identity else ()
        self._identity = identity_of(mapping)
        self._names = sorted(columns)
        self._classes = Alike(mapping).classes()
        self._amounts = AmountsOf()
        self._read = [*columns, LEAD_IDS] if mapping.via else [*columns]

    def check(self, table: Table) -> Judged:
        """Judge every row of a table: of rows that are alike one, unless it is refused."""
        blank = np.array(table.blank, bool)
        alone = np.zeros(len(blank), bool)
        if table.ragged or table.hidden:
            apart = table.ragged.keys() | table.hidden
            alone = np.array([row in apart for row in table.numbers], bool) & ~blank
        kinds = list(likes(table, self._classes, self._read, np.flatnonzero(~blank & ~alone)))
        if blank.any():
            kinds.append(np.flatnonzero(blank))
        few = picked(table, firsts(kinds))
        groups, refused = [], dict[int, Refused]()
        for at, (example, places) in enumerate(zip(self._judge_few(few), kinds, strict=True)):
            if isinstance(example, Invalid):
                alone[places] = True
                refused |= dict.fromkeys(places.tolist(), Refused(self._actions, few, at))
            else:
                groups.append(Group(example, places))
        odd = np.flatnonzero(alone)
        rows = picked(table, odd, lazily=True)
        judged = self._judge_few(rows, [refused.get(at) for at in odd.tolist()])
        single = dict(zip(odd.tolist(), judged, strict=True))
        return Judged(table, partial(self._judge_all, table), groups, single, self._amounts)

    def _judge_all(self, table: Table, places: Places) -> list[CheckedRow]:
        """Judge some rows, each by itself."""
        return self._judge_few(picked(table, places))

    def _judge_few(
        self, few: Table, kinds: Sequence[Refused | None] | None = None
    ) -> list[CheckedRow]:
        """Judge every row of a table by itself.

        Args:
            few: the rows, as objects.
            kinds: for each row that is surely refused those that it is like.
        """
        prints = fingerprints(few, self._names)
        which = kinds or [None] * len(prints)
        return [
            self._judge(few, at, *both) for at, both in enumerate(zip(prints, which, strict=True))
        ]

    def _judge(self, table: Table, index: int, seen: str, kind: Refused | None) -> CheckedRow:
        """Judge one row by itself, of which this is the fingerprint."""
        row = table.numbers[index]
        if table.blank[index]:
            return Skipped(row=row, reason=BLANK)
        if self._skips_hidden and row in table.hidden:
            return Skipped(row=row, reason=HIDDEN)
        if kind is not None and (found := kind.found(table, index)):
            return self._invalid(table, index, seen, found, kind.money(table, index))
        return self._row(table, index, seen, kind)

    def _row(self, table: Table, index: int, seen: str, kind: Refused | None) -> CheckedRow:
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
            shifted = self._invalid(table, index, seen, [finding], ())
            return replace(shifted, identity=None, content={})  # it may stand in another column
        return self._acted(table, index, seen, doubts, kind)

    def _acted(
        self, table: Table, index: int, seen: str, doubts: Sequence[Finding], kind: Refused | None
    ) -> CheckedRow:
        findings = list(_missing(table, index, self._required, required_blank))
        made = [make(table, index) for make in (kind.deciding if kind else self._actions)]
        for one in made:
            if isinstance(one, Flawed):
                findings.extend(one.cells)
        drafts = [one for one in made if isinstance(one, Draft)]
        if not drafts and not findings and kind is None:
            return Skipped(row=table.numbers[index], reason=NO_ACTION)
        findings.extend(doubts)
        for _, flaw in _missing(table, index, (self._lead_ids,), lead_blank):
            findings.append((self._lead, flaw))
        findings.extend(_missing(table, index, self._keys, identity_blank))
        if findings:
            ordered = in_order(findings, self._binding)
            if kind is not None:
                kind.learn(table, index, ordered)
            readable = (one.money for one in made if isinstance(one, Flawed) and one.money)
            money = (*money_of(drafts), *readable)
            return self._invalid(table, index, seen, ordered, money)
        if kind is not None:
            return self._acted(table, index, seen, doubts, None)
        return Ready(
            row=table.numbers[index],
            drafts=tuple(drafts),
            fingerprint=seen,
            identity=self._identity(table, index),
        )

    def _invalid(
        self,
        table: Table,
        index: int,
        seen: str,
        ordered: Sequence[Finding],
        money: tuple[Money, ...],
    ) -> Invalid:
        known = self._known(table, index)
        return Invalid(
            row=table.numbers[index],
            problems=problems_of(ordered, table, index, self._binding),
            fingerprint=seen,
            identity=self._identity(table, index) if known else None,
            content={name: source_text(table, index, name) for name in self._keys if known},
            money=money,
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
