"""What a mapping's conditions and sources mean for a row: compiled once, called for every row.

A row is a `model.Table` and an index into it, so that no object is made per row::

    fires = compile_condition(action.when, mapping.columns)     # once per mapping
    amount = compile_source(action.amount, mapping.columns)
    for index in range(len(table.numbers)):                     # once per row
        verdict = fires(table, index)                           # True, False or Flawed
        value = amount(table, index)                            # value, None, Flawed or SKIP_ACTION

A damaged cell is never passed over in silence: where a result hangs on one, the result is `Flawed`
and names the column. `Flawed` has no truth value, so that `if fires(...)` cannot overlook it.
"""

from importer.resolve.conditions import Test, compile_condition
from importer.resolve.results import SKIP_ACTION, Columns, Flawed, Skip
from importer.resolve.sources import Resolve, Resolved, compile_source

__all__ = [
    "SKIP_ACTION",
    "Columns",
    "Flawed",
    "Resolve",
    "Resolved",
    "Skip",
    "Test",
    "compile_condition",
    "compile_source",
]
