"""A digest as a few plain things on top of each other, written as text and as a page.

The page holds no link, no picture, no script and no style: a program for e-mail has nothing to
fetch and nothing to run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from textwrap import wrap
from typing import Final

from importer.report.inert import visible

WIDTH: Final = 78
"""Characters of a line of text; what is typed is never broken."""
_BREAKS: Final = re.compile(r"[\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")


class Form(StrEnum):
    """What a leaf looks like."""

    TITLE = "h1"
    JOB = "h2"
    FILE = "h3"
    WORDS = "p"
    TYPED = "pre"
    """Commands and figures, line by line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One paragraph, heading or block of lines."""

    form: Form
    lines: tuple[str, ...]
    """One, but for TYPED."""


def title(text: str) -> Leaf:
    """The first line."""
    return Leaf(form=Form.TITLE, lines=(text,))


def job(text: str) -> Leaf:
    """What begins a part."""
    return Leaf(form=Form.JOB, lines=(text,))


def file(text: str) -> Leaf:
    """What begins a part of a part."""
    return Leaf(form=Form.FILE, lines=(text,))


def words(text: str) -> Leaf:
    """A paragraph."""
    return Leaf(form=Form.WORDS, lines=(text,))


def typed(lines: Iterable[str]) -> Leaf:
    """Lines that stay as they are."""
    return Leaf(form=Form.TYPED, lines=tuple(lines))


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows of cells below each other, as far as letters of one width go."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def as_text(leaves: Iterable[Leaf]) -> str:
    """Write the leaves as text, with a blank line between them."""
    return "\n\n".join("\n".join(_text(leaf)) for leaf in leaves) + "\n"


def as_page(leaves: Iterable[Leaf], subject: str) -> str:
    """Write the leaves as a page for e-mail: everything in them is escaped."""
    body = "\n".join(_element(leaf) for leaf in leaves)
    head = f'<meta charset="utf-8">\n<title>{escape(visible(subject))}</title>'
    page = f"<head>\n{head}\n</head>\n<body>\n{body}\n</body>"
    return f'<!DOCTYPE html>\n<html lang="en">\n{page}\n</html>\n'


def _text(leaf: Leaf) -> Iterator[str]:
    lines = [_shown(line) for line in leaf.lines]
    match leaf.form:
        case Form.TITLE | Form.WORDS:
            yield from wrap(lines[0], WIDTH, break_long_words=False, break_on_hyphens=False)
        case Form.JOB:
            yield lines[0]
            yield "=" * min(len(lines[0]), WIDTH)
        case Form.FILE:
            yield lines[0]
            yield "-" * min(len(lines[0]), WIDTH)
        case Form.TYPED:
            yield from (f"  {line}" for line in lines)


def _shown(line: str) -> str:
    """One line, whatever a file is called."""
    return visible(_BREAKS.sub(" ", line))


def _element(leaf: Leaf) -> str:
    inside = "\n".join(escape(_shown(line)) for line in leaf.lines)
    return f"<{leaf.form}>{inside}</{leaf.form}>"
