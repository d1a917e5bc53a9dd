"""All rules about a sheet as a whole, in one hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from importer.mapping import Binding, Mapping
from importer.model import CheckedRow, Note, Refusal, Table
from importer.validate.repeats import FirstRow, Repeats
from importer.validate.whole.control import Control, Expected
from importer.validate.whole.cut_rows import CutRows
from importer.validate.whole.empty import NoRows
from importer.validate.whole.hidden import HiddenRows
from importer.validate.whole.identical import IdenticalRows
from importer.validate.whole.skipped import SkippedEntries
from importer.validate.whole.total_rows import TotalRows
from importer.validate.whole.trailer import TrailerRow


class _Rule(Protocol):
    def see(self, table: Table, rows: Sequence[CheckedRow]) -> None:
        """Look at the next rows."""

    def findings(self) -> Iterable[Note | Refusal]:
        """What was found, once all rows were seen."""


class WholeSheet:
    """Sees the rows of one sheet, from the first to the last.

    Args:
        mapping: what the rows mean.
        binding: where its columns are.
        first_rows: two empty memories of what came first: of identities, and of whole rows.
        expected: control totals that somebody gave.
        correcting: the sheet is a failures workbook: some rows of a sheet that was counted.
    """

    def __init__(
        self,
        mapping: Mapping,
        binding: Binding,
        first_rows: tuple[FirstRow, FirstRow],
        *,
        expected: Expected,
        correcting: bool,
    ) -> None:
        self._repeats = Repeats(mapping, binding, first_rows[0])
        self._totals = TotalRows(mapping, binding)
        self._cut = CutRows(mapping, binding)
        self._rules: list[_Rule] = [
            NoRows(),
            HiddenRows(mapping),
            SkippedEntries(mapping),
            IdenticalRows(mapping, first_rows[1]),
        ]
        if not correcting:
            self._rules.append(Control(mapping, binding, expected))
            if mapping.trailer is not None:
                self._rules.append(TrailerRow(mapping.trailer, binding))

    def judge(self, table: Table, rows: Iterable[CheckedRow]) -> list[CheckedRow]:
        """The rows as they are, or INVALID for what other rows say of them."""
        judged = self._totals.judge(table, [self._repeats.judge(row) for row in rows])
        judged = self._cut.judge(table, judged)
        for rule in self._rules:
            rule.see(table, judged)
        return judged

    def findings(self) -> Iterator[Note | Refusal]:
        """What concerns the whole sheet, once all its rows were seen."""
        for rule in self._rules:
            yield from rule.findings()
