"""Sums, durations, tables and notes, as they are read on the screen."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from decimal import Decimal
from textwrap import wrap

import click
from tabulate import tabulate

from importer.model import Currency, Note
from importer.report.figures import shown_sums
from importer.report.inert import visible

UNSEEN = (100, 24)
"""Columns and lines where there is no terminal to ask."""
COLUMNS = ("cell", "value", "what is wrong", "what to do")


def table(rows: Sequence[Sequence[object]], headers: Sequence[str]) -> str:
    """A table as wide as the terminal, its cells wrapped."""
    width = shutil.get_terminal_size(UNSEEN).columns
    words = max(20, (width - 40) // 2)
    # An address stays in one piece, so that it can be copied.
    widths = (0, 16, words, words) if headers == COLUMNS else (width,) * (len(headers) - 1)
    widths += (max(20, width - 50),)
    # tabulate would wrap too, but reads `125,000.00` as a number that it then cannot parse.
    texts = [
        [_wrapped(visible(str(cell)), most) for cell, most in zip(row, widths, strict=False)]
        for row in rows
    ]
    return tabulate(texts, headers, tablefmt="simple", disable_numparse=True)


def _wrapped(text: str, most: int) -> str:
    return "\n".join(wrap(text, most)) if most else text


def skips(skipped: Mapping[str, int]) -> str:
    """`3 skipped (blank)`."""
    if not skipped:
        return "none skipped"
    return ", ".join(f"{count:,} skipped ({visible(reason)})" for reason, count in skipped.items())


def money(sums: Mapping[Currency, Decimal], before: str) -> str:
    """Sums with what stands before them; nothing where there are none."""
    shown = shown_sums(sums)
    return before + " + ".join(shown) if shown else ""


def duration(seconds: float) -> str:
    """`, about 2 h 47 min`; nothing where it takes no time."""
    if not seconds:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    words = f"{hours} h {minutes} min" if hours else f"{minutes} min" if minutes else f"{rest} s"
    return f", about {words}"


def say_notes(notes: Sequence[Note], *, err: bool = False) -> None:
    """Print what is good to know of a sheet."""
    for note in notes:
        click.echo(f"{click.style('Note:', fg='yellow')} {visible(note.message)}", err=err)
