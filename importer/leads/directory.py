"""Everybody in a leads file, by what a sheet's rows are looked up by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, NamedTuple

from importer.leads.flaws import Words, many
from importer.leads.keys import key_for
from importer.mapping import LEAD_IDS, Binding, LeadsFile, Mapping
from importer.model import Cell, Flaw, Note, Table, Value

_SHOWN: Final = 5
"""Cells of a leads file that a sentence names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The leads file that was read."""

    file: str
    """File name, without folder."""
    tab: str | None
    """The workbook's tab; None for a CSV."""
    sha256: str
    """Of its bytes."""
    binding: Binding
    """Where its two columns are."""
    notes: tuple[Note, ...] = ()
    """What is to be known of how it was read."""

    def at(self, row: int, column: str) -> str:
        """The address of a cell: `leads.csv › B7`."""
        return str(Cell(file=self.file, tab=self.tab, row=row, column=self.binding.letter(column)))


class _Entry(NamedTuple):
    """One row of the leads file."""

    lead: str | Flaw
    """The lead's id, or why it is none."""
    row: int


class Directory:
    """Key → lead. It holds every lead of its file: 27 MB for 100,000 of them.

    Args:
        mapping: of the sheet whose rows are looked up.
        via: what it says of the leads file.
        source: the leads file.
    """

    def __init__(self, mapping: Mapping, via: LeadsFile, source: Source) -> None:
        spec = mapping.columns[mapping.lead]
        self._match = mapping.lead
        self._source = source
        self._key = key_for(spec.type, via.country)
        self._words = Words(spec=spec, file=source.file, country=via.country)
        self._skips_hidden = via.sheet.hidden_rows == "skip"
        self._leads = 0
        self._first: dict[str, _Entry] = {}
        self._others: dict[str, dict[str | Flaw, int]] = {}
        """Key → lead → row, where further rows say something else than the first."""
        self._told: dict[str, Flaw] = {}
        """What those keys come to, once somebody has asked."""
        self._unusable = 0
        self._examples: list[str] = []

    def add(self, table: Table) -> None:
        """Take up some rows of the leads file, as `leads_mapping` reads them."""
        for index, row in enumerate(table.numbers):
            if not table.blank[index] and not (self._skips_hidden and row in table.hidden):
                self._add(table, index)

    def place(self, table: Table) -> Table:
        """Return a sheet's rows with a column `LEAD_IDS`: the lead of each, or why it has none."""
        texts = table.texts[self._match]
        found = [
            self._lead_of(value, text)
            for value, text in zip(table.values[self._match], texts, strict=True)
        ]
        return replace(
            table,
            values={**table.values, LEAD_IDS: found},
            texts={**table.texts, LEAD_IDS: texts},
        )

    def notes(self) -> Iterator[Note]:
        """What to know of the leads file: which one it was, and what of it is of no use."""
        for note in self._source.notes:
            yield replace(note, message=f"Leads file {self._source.file}: {note.message}")
        yield Note(
            code="leads-file",
            message=f"Leads were looked up in {self._source.file}, which has "
            f"{many(self._leads, 'lead')} (SHA-256 {self._source.sha256[:12]}…).",
        )
        if self._unusable:
            yield Note(
                code="leads-unreadable",
                message=f"{many(self._unusable, 'row')} of {self._source.file} cannot be read, so "
                f"nobody is found by them: {_listed(self._examples, self._unusable)}.",
            )

    def _add(self, table: Table, index: int) -> None:
        row, lead = table.numbers[index], self._id_of(table, index)
        value, text = table.values[self._match][index], table.texts[self._match][index]
        self._leads += 1
        if isinstance(lead, Flaw) or isinstance(value, Flaw):
            self._unusable += 1
            if len(self._examples) < _SHOWN:
                column = LEAD_IDS if isinstance(lead, Flaw) else self._match
                self._examples.append(self._source.at(row, column))
        if isinstance(value, str):
            self._enter(self._key(value, text), _Entry(lead, row))

    def _id_of(self, table: Table, index: int) -> str | Flaw:
        cells = table.ragged.get(table.numbers[index])
        if cells is not None:
            return self._words.shifted(cells, len(self._source.binding.headers))
        value = table.values[LEAD_IDS][index]
        return value if isinstance(value, str | Flaw) else self._words.without_id()

    def _enter(self, key: str, entry: _Entry) -> None:
        if self._first.setdefault(key, entry).lead != entry.lead:
            self._others.setdefault(key, {}).setdefault(entry.lead, entry.row)

    def _lead_of(self, value: Value | Flaw, text: str) -> str | Flaw:
        if isinstance(value, Flaw):
            return value
        if not isinstance(value, str):
            return self._words.blank()
        key = self._key(value, text)
        first = self._first.get(key)
        if first is None:
            return self._words.not_found(self._leads, self._examples)
        if isinstance(first.lead, str) and key not in self._others:
            return first.lead
        return self._told.get(key) or self._told.setdefault(key, self._doubt(key, first))

    def _doubt(self, key: str, first: _Entry) -> Flaw:
        """Say why a key that is there leads to nobody: one of its ids is damaged, or they differ.

        A damaged id outweighs a sound one beside it: it may be another lead's.
        """
        entries = dict([first]) | self._others.get(key, {})
        for lead, row in entries.items():
            if isinstance(lead, Flaw):
                return self._words.damaged(self._source.at(row, LEAD_IDS), lead)
        cells = [self._source.at(row, LEAD_IDS) for row in islice(entries.values(), _SHOWN)]
        return self._words.ambiguous(len(entries), _listed(cells, len(entries)))


def _listed(cells: list[str], count: int) -> str:
    """Name some cells of so many."""
    if count > len(cells):
        return f"{', '.join(cells)} and {count - len(cells):,} more"
    return " and ".join(filter(None, [", ".join(cells[:-1]), cells[-1]]))
