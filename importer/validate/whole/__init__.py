"""Rules about a sheet as a whole: what no single row can show. Pure, and small whatever the rows.

A rule sees every row in its order, and says at the end what it found: a `Note` to know, or a
`Refusal` that stops the run before its first request.
"""

from importer.validate.whole.control import Expected, is_about_totals
from importer.validate.whole.rules import WholeSheet

__all__ = ["Expected", "WholeSheet", "is_about_totals"]
