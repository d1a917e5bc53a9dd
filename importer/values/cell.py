"""What every reader does first: trim a cell, call it blank, or name what is broken in it."""

from __future__ import annotations

import re
import unicodedata

from importer.model import HIDDEN, SHOWN, Flaw, Kind

_EDGES = "".join(c for c in map(chr, range(0x3001)) if c.isspace()) + "\u200b\u2060\ufeff"
"""Every Unicode space, and the zero-width ones that `str.strip` keeps."""

SPACES = " \u00a0\u202f"
"""What stands between digits or words: the keyboard's space, and the two that do not break."""

_INVISIBLE = {"Cc", "Cf", "Zs", "Zl", "Zp"}
"""Unicode categories that leave no ink: controls, format characters, separators."""

_CONTROLS = {"\t": "tab", "\n": "line break", "\r": "line break"}
"""Controls that people know; Unicode gives them no name."""

_BLANK_MARKS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)
"""Letters and marks without ink: fillers and variation selectors (Unicode 15, section 23.4)."""

_ERROR = re.compile(
    r"#(?:N/A|DIV/0!|NAME\?|(?:REF|VALUE|NULL|NUM|SPILL|CALC|FIELD|BLOCKED|BUSY|CONNECT)!)"
    r"|Err:[0-9]{3}"
)
"""How Excel (`#N/A`, `#REF!`) and LibreOffice (`Err:502`) write an error into a CSV."""

_NARROW = re.compile(r"#{3,}")
"""What Excel saves into a CSV for a date or number in a column that is too narrow."""

_LONG = 40
"""Characters of a cell that fit into a sentence; the whole text is beside it anyway."""


_SCIENTIFIC = re.compile(r"[-+]?[0-9]+(?:[.,][0-9]+)?[eE][-+]?[0-9]+")
"""An Excel of Germany writes `6,03E+22`."""


def trim(text: str) -> str:
    """Return the text in NFC without spaces at its ends, zero-width ones included."""
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFC", text).strip(_EDGES)


def open_cell(text: str, kind: Kind) -> str | Flaw | None:
    """Return the trimmed text of a cell, None where it is blank, a Flaw where it holds no value.

    That is an error, a formula without its result, or a number of which a person sees another
    one, or nothing: their texts are our words, not the sheet's. A part of merged cells is not
    blank: what it stands for is in another cell.
    """
    if kind is Kind.COVERED:
        return _MERGED
    seen = trim(text)
    if not seen:
        return None
    if kind is Kind.DRESSED and SHOWN in seen:
        return _shown_otherwise(seen)
    if kind is Kind.ERROR or (seen[0] in "#E" and _ERROR.fullmatch(seen)):
        return _error(seen)
    if seen[0] == "#" and _NARROW.fullmatch(seen):
        return Flaw(
            code="cell-too-narrow",
            message="The sheet program saved # signs because the column was too narrow.",
            hint="Widen the column in the original workbook and export the sheet again.",
        )
    return seen


_MERGED = Flaw(
    code="cell-merged",
    message="The cell is a part of merged cells, and their value stands in another one.",
    hint="Unmerge them in Excel (Home › Merge & Center) and fill in the value in each cell.",
)


def _error(seen: str) -> Flaw:
    if seen.startswith("="):
        return not_calculated(seen)
    if seen.startswith(HIDDEN):
        return Flaw(
            code="cell-hidden",
            message=f"The cell's format hides its value, {seen.removeprefix(HIDDEN)[:20]}.",
            hint="Choose General in Format Cells, and check whether the value is meant.",
        )
    return Flaw(
        code="cell-error",
        message=f"The cell holds the error {seen[:20]}, not a value.",
        hint="Correct the formula in the sheet, or type the value over it.",
    )


def _shown_otherwise(seen: str) -> Flaw:
    number, _, shown = seen.partition(SHOWN)
    return Flaw(
        code="cell-shown-otherwise",
        message=f"The cell holds {number[:20]}, and its format shows it {shown[:_LONG]}.",
        hint="Choose General in Format Cells, and check that the number is right.",
    )


def not_calculated(seen: str) -> Flaw:
    """Say that a cell holds a formula and nobody knows what comes of it."""
    return Flaw(
        code="cell-not-calculated",
        message=f"The cell holds the formula {quote(seen)}, and the file lacks its result.",
        hint="Type the value over it; or open the workbook that it is from in Excel, which "
        "calculates it, save it there, and use that file.",
    )


def is_scientific(text: str) -> bool:
    """Tell whether a text is a number with an exponent, such as `6.03E+22`."""
    return _SCIENTIFIC.fullmatch(text) is not None


def is_invisible(char: str) -> bool:
    """Tell whether a character leaves no ink: a space, a control or a format character."""
    return unicodedata.category(char) in _INVISIBLE or bool(_BLANK_MARKS.match(char))


def describe(char: str) -> str:
    """Name a character for a person: `no-break space (U+00A0)`."""
    name = _CONTROLS.get(char) or unicodedata.name(char, "control character").lower()
    return f"{name} (U+{ord(char):04X})"


def quote(text: str) -> str:
    """Put a text between quotes for a sentence, shortened where it is long."""
    return f"“{text}”" if len(text) <= _LONG else f"“{text[: _LONG - 1]}…”"


def counted(count: int, noun: str) -> str:
    """Say how many: `1 digit`, `1,250 digits`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def foreign_digit(seen: str, noun: str) -> Flaw | None:
    """Return a Flaw that names the first digit of another script, if there is one.

    Args:
        seen: the trimmed text.
        noun: what the cell holds, `amount` or `phone number`; the code begins with its first word.
    """
    odd = next((c for c in seen if not c.isascii() and c.isnumeric()), None)
    if odd is None:
        return None
    return Flaw(
        code=f"{noun.partition(' ')[0]}-foreign-digits",
        message=f"The {noun} holds a digit of another script: {describe(odd)}.",
        hint=f"Write the {noun} with the digits 0 to 9.",
    )


def hidden_character(seen: str, noun: str) -> Flaw | None:
    """Return a Flaw that names the first character without ink that is no space between words.

    Args:
        seen: the trimmed text.
        noun: as of `foreign_digit`.
    """
    if seen.isascii() and seen.isprintable():
        return None
    found = ((at, c) for at, c in enumerate(seen, start=1) if c not in SPACES and is_invisible(c))
    at, odd = next(found, (0, ""))
    if not odd:
        return None
    return Flaw(
        code=f"{noun.partition(' ')[0]}-invisible-character",
        message=f"Character {at} of the {noun} is invisible: {describe(odd)}.",
        hint=f"Delete the cell’s content and type the {noun} again.",
    )
