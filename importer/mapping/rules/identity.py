"""Identity: said wherever money moves, and said without a second meaning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from importer.errors import Mistake
from importer.mapping.nodes import Keyed, Listing, Scalar
from importer.mapping.rules.parts import Part, payments


def identity_is_said(root: Keyed) -> Iterator[Mistake]:
    """A mapping with a PAYMENT says what makes two rows the same."""
    first = next(iter(payments(root)), None)
    if first is not None and not Part(place="", node=root).has("identity"):
        yield Mistake(
            line=first.node.line,
            message=f"{first.place}A mapping with a PAYMENT needs an `identity`.",
            hint="Without one, nothing keeps a payment from being booked twice. Write "
            "`identity: {columns: [receipt], equal_rows: problem}`.",
        )


def identity_is_clear(root: Keyed) -> Iterator[Mistake]:
    """`repeats` says what the next export holds; each column counts once."""
    match root.entries.get("identity"):
        case Keyed() as node:
            identity = Part(place="`identity`: ", node=node)
        case _:
            return
    if identity.text("equal_rows") == "repeats" and not identity.has("exports"):
        yield Mistake(
            line=identity.line("equal_rows"),
            message="`identity`: With `equal_rows: repeats`, `exports` must be said.",
            hint="Write `exports: cumulative` if the next export holds these rows too, "
            "`exports: separate` if it holds new rows only.",
        )
    match node.entries.get("columns"):
        case Listing(items=items):
            counts = Counter(item.text for item in items if isinstance(item, Scalar))
            for name in (name for name, count in counts.items() if count > 1):
                message = f"`identity`: The column `{name}` is named twice."
                yield Mistake(line=identity.line("columns"), message=message, hint="Name it once.")
