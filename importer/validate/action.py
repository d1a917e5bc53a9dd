"""One action of a mapping, compiled: row → draft, or why there is none."""

from __future__ import annotations

from importer.mapping import ActionSpec, Mapping
from importer.model import Draft, Money, Table
from importer.resolve import SKIP_ACTION, Columns, Flawed, Skip, compile_condition
from importer.validate.custom import compile_custom
from importer.validate.entry import Build
from importer.validate.likeness import source_text
from importer.validate.payment import compile_payment


class MakeDraft:
    """Makes one action of a mapping, row by row.

    Args:
        action: as the mapping says it.
        mapping: its declared columns.
    """

    def __init__(self, action: ActionSpec, mapping: Mapping) -> None:
        self._name, self._type = action.name, action.type
        self._fires = compile_condition(action.when, mapping.columns)
        self._build = _compile_entry(action, mapping.columns)
        self._lead = mapping.lead_ids
        self._read = tuple(dict.fromkeys((mapping.lead_ids, *action.columns)))

    def __call__(self, table: Table, index: int) -> Draft | Flawed | Skip:
        """Return the draft of a row of a table, or why there is none."""
        verdict = self._fires(table, index)
        if isinstance(verdict, Flawed):
            return verdict
        entry = self._build(table, index) if verdict else SKIP_ACTION
        if isinstance(entry, (Flawed, Skip)):
            return entry
        return Draft(
            name=self._name,
            type=self._type,
            lead=source_text(table, index, self._lead),
            entry=entry.text,
            money=entry.money,
            content={column: source_text(table, index, column) for column in self._read},
        )

    def money(self, table: Table, index: int) -> Money | None:
        """Return what a row's action is worth, of which it is known that it fires."""
        entry = self._build(table, index)
        return None if isinstance(entry, Skip) else entry.money


def _compile_entry(action: ActionSpec, columns: Columns) -> Build:
    """A PAYMENT has amount, currency and status; the mapping has seen to it that no other has."""
    if action.amount is None or action.currency is None or action.status is None:
        return compile_custom(action.type, action.fields, columns)
    return compile_payment(action.amount, action.currency, action.status, columns)
