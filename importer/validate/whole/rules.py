"""All rules about a sheet as a whole, in one hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from importer.mapping import Binding, Mapping
from importer.model import Note, Refusal
from importer.validate.judged import Judged
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
    def see(self, rows: Judged) -> None:
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

    def judge(self, rows: Judged) -> None:
        """Refuse some rows of the next table, for what other rows say of them."""
        self._repeats.judge(rows)
        self._totals.judge(rows)
        self._cut.judge(rows)
        for rule in self._rules:
            rule.see(rows)

    def findings(self) -> Iterator[Note | Refusal]:
        """What concerns the whole sheet, once all its rows were seen."""
        for rule in self._rules:
            yield from rule.findings()
