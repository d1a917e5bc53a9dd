"""The rows of a stretch in the workbook, as the XML of its sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import mod

from importer.created import CURRENCIES
from importer.model import Outcome
from importer.report import looks
from importer.report.stretch import ByKind, Kind, Stretch, encoded, literal
from importer.report.workbook import Book

_Shape = tuple[str | None, int, int]
"""Currency, length of the digits, place of the point: what the look of an amount depends on."""


class StretchRows:
    """Makes rows; it asks for its styles once, not in every row."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._begins = (
            f'%b" s="{book.style(looks.INDENTED).plain}" t="inlineStr"><is><t xml:space="preserve">'
        )
        self._number = book.style(looks.GENERAL).plain
        self._templates = ByKind(self._template)
        self._styles: dict[_Shape, bytes] = {}

    def of(self, stretch: Stretch, first: int) -> Sequence[bytes]:
        """Return the rows of a stretch, as cells that `cells` makes of the same texts.

        Args:
            stretch: the lines.
            first: the number of the first row.
        """
        places = encoded([str(number) for number in range(first, first + len(stretch.kinds))])
        _, rows, leads, known_by, _, action_ids, says, _ = stretch
        held = zip(self._templates.of(stretch), known_by, says, strict=True)
        values = zip(
            *(places, places, rows, places, rows, places, leads, places, known_by, places, places),
            *(places, places, self._styles_of(stretch), stretch.amounts),
            *(places, places, action_ids, places, rows, places, says),
            strict=True,
        )
        return list(map(mod, (of[known != b"", said != b""] for of, known, said in held), values))

    def _template(self, kind: Kind) -> Mapping[tuple[bool, bool], bytes]:
        """By whether the row is known by something, and says something."""
        return {
            (known, says): self._template_of(kind, known=known, says=says).encode()
            for known in (True, False)
            for says in (True, False)
        }

    def _template_of(self, kind: Kind, *, known: bool, says: bool) -> str:
        return (
            f'<row r="%b">{self._text("A", f"{literal(kind.cell)}%b")}'
            f'<c r="B%b" s="{self._number}" t="n"><v>%b</v></c>{self._text("C", "%b")}'
            f"{self._text('D', '%b') if known else _nothing(2)}"
            f"{self._text('E', literal(kind.name))}{self._text('F', literal(kind.type))}"
            f"{self._money(kind.code) if kind.code else _nothing(4)}"
            f"{self._text('I', str(Outcome.CREATED))}{self._text('L', '%b')}"
            f"{self._text('O', f'{literal(kind.run)}/%b')}"
            f"{self._text('P', '%b') if says else _nothing(2)}</row>"
        )

    def _text(self, letter: str, says: str) -> str:
        return f'<c r="{letter}{self._begins}{says}</t></is></c>'

    def _money(self, code: str) -> str:
        return f'{self._text("G", code)}<c r="H%b" s="%b" t="n"><v>%b</v></c>'

    def _styles_of(self, stretch: Stretch) -> Sequence[bytes]:
        """How the amounts look, each by its digits; of no account without money."""
        shapes = [
            (kind[4], len(digits), digits.find("."))
            for kind, digits in zip(stretch.kinds, stretch.digits, strict=True)
        ]
        # In the order of the lines, in which the workbook numbers its styles.
        for shape, digits in dict(zip(shapes, stretch.digits, strict=True)).items():
            if shape not in self._styles:
                self._styles[shape] = self._style(shape[0], digits)
        return list(map(self._styles.__getitem__, shapes))

    def _style(self, code: str | None, digits: str) -> bytes:
        if code is None:
            return b""
        return b"%d" % self._book.style(looks.money(digits, CURRENCIES[code])).plain


def _nothing(values: int) -> str:
    """What takes in so many values, and shows none of them."""
    return "%.0b" * values
