"""Sheet and mapping → checked rows: what `check` shows and `run` stages, by the same road."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Mapping as ReadOnly
from dataclasses import replace

from importer.columns import Places, table_reader
from importer.errors import UsageError
from importer.first_rows import FirstRows
from importer.folding import readable
from importer.letters import column_letter
from importer.mapping import Binding, ColumnType, Mapping
from importer.model import Chunk, Note, Refusal
from importer.our_headers import is_failures_workbook
from importer.pipeline.bars import Bars
from importer.pipeline.opening import BoundSheet
from importer.pipeline.references import NO_REFERENCES, References
from importer.sheets import MANY_ROWS, ROWS_PER_CHUNK
from importer.survey import Watchers, decided_parsers, survey_of
from importer.validate import Alike, Expected, Judged, WholeSheet, checker, passer
from importer.values import Parser


def _hidden_columns(bound: BoundSheet) -> Iterator[Note]:
    """Tell of columns that the mapping reads and a person does not see."""
    hidden = sorted(bound.sheet.hidden_columns & set(bound.binding.columns.values()))
    if hidden:
        shown = (f"{column_letter(at)} “{readable(bound.sheet.headers[at])}”" for at in hidden)
        yield Note(
            code="columns-hidden",
            message=f"Hidden in the sheet, and read all the same: {', '.join(shown)}.",
        )


def _weak_identity(mapping: Mapping) -> Iterator[Note]:
    """Warn where no rule can tell a new row from an old one that is equal to it."""
    identity = mapping.identity
    if identity is None or (identity.equal_rows, identity.exports) != ("repeats", "cumulative"):
        return
    if all(mapping.columns[name].type is not ColumnType.DATE for name in identity.columns):
        yield Note(
            code="identity-weak",
            message="Rows may repeat, each export holds the earlier rows, and no date is in the "
            "mapping's `identity`: a new row that is equal to one which has left the export would "
            "be taken for that. Add a date column to `identity`.",
        )


class Judging:
    """One reading of a whole sheet: every row judged, and then what concerns all of them.

    Args:
        bound: the sheet and its mapping.
        expected: control totals that somebody gave.
        bars: progress of a pass that has to come before the reading itself.
        references: of a failures workbook, what it says of the sheet that it came from.
        size: rows of a chunk; many where only what is odd of them is looked at.

    Raises:
        UsageError: control totals were given for a failures workbook.
    """

    def __init__(
        self,
        bound: BoundSheet,
        expected: Expected,
        bars: Bars,
        references: References = NO_REFERENCES,
        size: int = ROWS_PER_CHUNK,
    ) -> None:
        correcting = is_failures_workbook(bound.sheet.headers)
        if correcting and expected:
            raise UsageError(
                f"{bound.sheet.file} is a failures workbook: it holds a part of a sheet.",
                "Leave --expect-rows and --expect-total out: the whole sheet was counted before.",
            )
        self._bound = bound
        self._expected = expected
        self._bars = bars
        self._found: list[Note | Refusal] = [
            *bound.sheet.notes,
            *_hidden_columns(bound),
            *_weak_identity(bound.mapping),
        ]
        if bound.directory is not None:
            self._found += bound.directory.notes()
        self._references = references
        self._correcting = correcting
        self._size = size
        self.decisions = references.decided
        """Declared column → how it is written, where the whole column had to decide."""

    @property
    def total(self) -> int | None:
        """Rows to be read, or a few more."""
        return self._bound.sheet.total

    @property
    def notes(self) -> list[Note]:
        """What to know of the sheet, once it was read."""
        return [found for found in self._found if isinstance(found, Note)]

    @property
    def refusals(self) -> list[Refusal]:
        """Why nothing of it may be sent, once it was read."""
        return [found for found in self._found if isinstance(found, Refusal)]

    def chunks(self) -> Iterator[tuple[Chunk, Judged]]:
        """Every row of the sheet, checked, chunk by chunk.

        Raises:
            SheetError: the file breaks in the middle; what came before must not be used.
        """
        mapping, binding = self._bound.mapping, self._bound.binding
        read = table_reader(mapping, binding, self._survey(), Alike(mapping).alike)
        check = checker(mapping, binding)
        watchers = [] if self._correcting else [Watchers(mapping, binding)]
        with FirstRows() as identities, FirstRows() as whole_rows:
            whole = WholeSheet(
                mapping,
                binding,
                (identities.of, whole_rows.of),
                expected=self._expected,
                correcting=self._correcting,
            )
            for chunk in self._bound.sheet.chunks(self._size):
                table = read(chunk)
                if self._bound.directory is not None:
                    table = self._bound.directory.place(table)
                judged = check(table)
                whole.judge(judged)
                for watcher in watchers:
                    watcher.see(chunk, judged.with_data().nonzero()[0])
                self._references.judge(judged, chunk)
                yield chunk, judged
        self._found += [one for watcher in watchers for one in watcher.findings()]
        self._found += whole.findings()

    def _survey(self) -> ReadOnly[str, Parser]:
        """Read the sheet once before, where a column is not said how it is written."""
        mapping, binding, decided = self._bound.mapping, self._bound.binding, self.decisions
        parsers = decided_parsers(mapping, decided)
        self._found += _inherited(decided, parsers, binding)
        survey = survey_of(mapping, binding, decided, partial=self._correcting)
        if survey is None:
            return parsers
        rows_of = skipping(mapping, binding)
        with self._bars.stage("Looking ahead", self._bound.sheet.total) as advance:
            for chunk in self._bound.sheet.chunks(MANY_ROWS):
                survey.see(chunk, rows_of(chunk))
                advance(len(chunk.numbers))
        self._found += survey.findings()
        self.decisions = {**decided, **survey.decisions()}
        return {**parsers, **survey.parsers()}


def skipping(mapping: Mapping, binding: Binding) -> Callable[[Chunk], Places]:
    """Make the function that tells which rows of a chunk the mapping does not skip.

    A line of totals proves nothing of the columns that it stands in. Only the columns that the
    skip rules look at are read for that.
    """
    rules = [rule.when for rule in mapping.skip]
    rules += [mapping.trailer.when] if mapping.trailer else []
    names = {mapping.lead, *(name for rule in rules for name in rule.columns)}
    columns = {name: spec for name, spec in mapping.columns.items() if name in names}
    few = replace(mapping, columns=columns, actions=())
    read = table_reader(few, binding, alike=Alike(few).alike)
    kept = passer(few)
    return lambda chunk: kept(read(chunk))


def _inherited(
    decided: ReadOnly[str, str], parsers: ReadOnly[str, Parser], binding: Binding
) -> Iterator[Note]:
    """Tell how the columns of a failures workbook are read, though its few rows do not show it."""
    for name in parsers:
        header = readable(binding.headers[binding.columns[name]])
        message = f"“{header}” is read {decided[name]}, as its whole sheet was."
        yield Note(code="date-order", message=message)


def too_many_invalid(invalid: int, judged: int, share: float) -> Refusal | None:
    """Refuse a sheet of which more than a share is invalid; `judged` rows were not skipped."""
    if invalid <= share * judged:
        return None
    return Refusal(
        code="rows-invalid",
        message=f"{invalid} of {judged} rows are invalid: the mapping may be a wrong one.",
        hint="Check the mapping and the sheet. If the sheet really is like that, correct its "
        "cells, or raise `invalid_share` under [stop] in your settings.",
    )
