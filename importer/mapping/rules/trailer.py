"""What a sheet's trailer is compared with."""

from __future__ import annotations

from collections.abc import Iterator

from importer.errors import Mistake
from importer.mapping.nodes import Keyed
from importer.mapping.rules.parts import column_type, trailers


def trailer_says_something(root: Keyed) -> Iterator[Mistake]:
    """A trailer has a total, which stands in a column of amounts, or a number of rows, or both."""
    for part in trailers(root):
        if not part.has("total") and not part.has("rows"):
            yield Mistake(
                line=root.lines["trailer"],
                message=f"{part.place}It needs `total`, `rows` or both.",
                hint="Name the columns in which the trailer has them: `total: amount`.",
            )
        name = part.text("total")
        if name is not None and column_type(root, name) not in {None, "amount"}:
            yield Mistake(
                line=part.line("total"),
                message=f"{part.place}`total` names the column `{name}`, whose type is not amount.",
                hint="Name the column of amounts that the trailer adds up.",
            )
