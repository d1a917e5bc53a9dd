"""One action of a mapping, compiled: row → draft, or why there is none."""

from __future__ import annotations

from collections.abc import Callable

from importer.mapping import ActionSpec, Mapping
from importer.model import Draft, Table
from importer.resolve import SKIP_ACTION, Columns, Flawed, Skip, compile_condition
from importer.validate.custom import compile_custom
from importer.validate.entry import Build
from importer.validate.likeness import source_text
from importer.validate.payment import compile_payment

MakeDraft = Callable[[Table, int], Draft | Flawed | Skip]
"""(table, index of a row in it) → the row's draft of one action."""


def compile_action(action: ActionSpec, mapping: Mapping) -> MakeDraft:
    """Make the function that gives a row's draft of one action."""
    fires = compile_condition(action.when, mapping.columns)
    build = _compile_entry(action, mapping.columns)
    read = tuple(dict.fromkeys((mapping.lead_ids, *action.columns)))

    def make(table: Table, index: int) -> Draft | Flawed | Skip:
        verdict = fires(table, index)
        if isinstance(verdict, Flawed):
            return verdict
        entry = build(table, index) if verdict else SKIP_ACTION
        if isinstance(entry, (Flawed, Skip)):
            return entry
        return Draft(
            name=action.name,
            type=action.type,
            lead=source_text(table, index, mapping.lead_ids),
            entry=entry.text,
            money=entry.money,
            content={column: source_text(table, index, column) for column in read},
        )

    return make


def _compile_entry(action: ActionSpec, columns: Columns) -> Build:
    """A PAYMENT has amount, currency and status; the mapping has seen to it that no other has."""
    if action.amount is None or action.currency is None or action.status is None:
        return compile_custom(action.type, action.fields, columns)
    return compile_payment(action.amount, action.currency, action.status, columns)
