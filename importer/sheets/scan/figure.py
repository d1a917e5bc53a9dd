"""One section of a number format on one number: digits, marks, sign, and what contradicts them.

The digits are always those of the stored number. Where what Excel shows could be read as another
number, both are said, so that no reader of amounts takes either.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

from importer.model import HIDDEN, SHOWN, Currency, Kind
from importer.sheets.scan.code import Part, Parts, Section
from importer.sheets.sheet import Shown

_MINUS = "-−–"
_SPACES = " \u00a0\u202f\u2007\u2009"
_ENDS = _MINUS + _SPACES
_NO_PAISE = "/-"
"""Indian: an amount without paise. It is no minus."""
_GROUPING = set(",'’" + _SPACES)
"""What may stand between digits without making another number of them."""
MONEY_WORDS = frozenset(
    {*map(str.casefold, Currency), "rs", "re", "dh", "dhs", "rm", "cfa", "fcfa", "us", "a", "au"}
    | {"c", "ca", "s"}
)
"""Letters that stand beside amounts; a test compares them with the marks that amounts know."""
_SCALES = {3: "thousands", 6: "millions", 9: "billions"}
_WORD = re.compile(r"[^\W\d_]+")
"""Letters alone, of any script: `Rs`, `INV`."""
_FROM_DIGIT_TO_DIGIT = re.compile(r"[0-9](?:.*[0-9])?", re.DOTALL)
"""From the first digit to the last: `45-67` of `No. 45-67/`."""
_PRECISION = 700
"""More digits than any number of a sheet has, written plainly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A section with places for digits, taken apart."""

    before: str
    after: str
    inside: Parts
    """From the first place to the last."""
    percents: int
    scale: int
    """Powers of ten that commas behind the digits hide."""

    @property
    def whole(self) -> str:
        """The places before the point."""
        places = "".join(text for part, text in self.inside if part in {Part.DIGITS, Part.POINT})
        return places.partition(".")[0]

    @property
    def padding(self) -> int:
        """Digits before the point that are shown at least; from its first `0` on all are."""
        return len(self.whole.lstrip("#?"))

    @property
    def is_plain(self) -> bool:
        """A number shown in places, not with an exponent, as a fraction or as General does."""
        return not {part for part, _ in self.inside} & {Part.POWER, Part.OVER, Part.GENERAL}

    @property
    def has_ink_inside(self) -> bool:
        """Text between the digits: `000-0000`."""
        return self.is_plain and any(part is Part.INK for part, _ in self.inside)


def layout_of(section: Section) -> Layout | None:
    """Take a section apart; None where it has no place for digits."""
    parts = section.parts
    places = [at for at, (part, _) in enumerate(parts) if part in {Part.DIGITS, Part.GENERAL}]
    if not places:
        return None
    first, last = places[0], places[-1]
    while first and parts[first - 1][0] is Part.POINT:
        first -= 1
    last = _fraction_end(parts, last)
    commas = _commas_after(parts, last) + _commas_at_point(parts[first : last + 1])
    return Layout(
        before=_ink(parts[:first]),
        after=_ink(parts[last + 1 + _commas_after(parts, last) :]),
        inside=parts[first : last + 1],
        percents=sum(part is Part.PERCENT for part, _ in parts),
        scale=3 * commas,
    )


def _fraction_end(parts: Parts, last: int) -> int:
    """Let a fixed denominator be a part of the fraction: `# ?/8`."""
    end = last
    for at in range(last + 1, len(parts)):
        part, text = parts[at]
        if part is Part.OVER or (end > last and text.isdigit()):
            end = at
        else:
            break
    has_denominator = end > last + 1 and parts[last + 1][0] is Part.OVER
    return end if has_denominator else last


def _commas_after(parts: Parts, last: int) -> int:
    count = 0
    while last + 1 + count < len(parts) and parts[last + 1 + count][0] is Part.COMMA:
        count += 1
    return count


def _commas_at_point(inside: Parts) -> int:
    text = "".join(text if part is not Part.INK else "x" for part, text in inside)
    whole, point, _ = text.partition(".")
    return len(whole) - len(whole.rstrip(",")) if point else 0


def _ink(parts: Parts) -> str:
    shown = (text for part, text in parts if part not in {Part.PERCENT, Part.COMMA, Part.DIGITS})
    return "".join(shown)


def show_figure(section: Section, number: Decimal, text: str) -> Shown:
    """Show a number by a section that has places for digits.

    Args:
        section: the one that is for this number.
        number: the stored number, with its sign.
        text: the stored number as `cells.number_text` writes it.
    """
    layout = layout_of(section)
    if layout is None:
        return show_words(section, number, text)
    if layout.scale and number:
        scale = _SCALES.get(layout.scale, f"units of 1E+{layout.scale}")
        return f"{text}{SHOWN}in {scale}", Kind.DRESSED
    before, after = _without_sign(layout, number)
    if not number and not layout.padding and _is_blank(layout):
        return "", Kind.TEXT
    digits = _digits(layout, number, text)
    if layout.has_ink_inside and not _is_grouping(layout):
        return _unless_an_amount(before + _filled(layout, number) + after, text)
    digits += "%" * layout.percents
    if _is_number_s(before, after):
        return _unless_an_amount(before + digits + after, text)
    return _dressed(before.strip(_SPACES), digits, after.strip(_SPACES), layout.percents)


def show_words(section: Section, number: Decimal, text: str) -> Shown:
    """Show a number by a section that has no place for digits: `"Nil"`, or nothing at all."""
    ink = _ink(section.parts).strip(_SPACES)
    if any(map(str.isalnum, ink)):
        is_number = any(map(str.isnumeric, ink))
        return (f"{text}{SHOWN}as {ink}", Kind.DRESSED) if is_number else (ink, Kind.TEXT)
    if number:
        return f"{HIDDEN}{text}", Kind.ERROR
    return ("0", Kind.NUMBER) if ink else ("", Kind.TEXT)


def _is_blank(layout: Layout) -> bool:
    """Tell whether a zero leaves no ink: `#`, `#,###`, without a dash that stands for it."""
    is_ink = (layout.before + layout.after).strip(_SPACES)
    return layout.is_plain and not is_ink and not layout.has_ink_inside


def _digits(layout: Layout, number: Decimal, text: str) -> str:
    """Write the stored number with the zeros that the format puts before it."""
    if layout.percents:
        text = exact_text(number.scaleb(2 * layout.percents))
    if "E" in text or not layout.is_plain:
        return text
    sign = "-" if text.startswith("-") else ""
    whole, point, rest = text.removeprefix("-").partition(".")
    return f"{sign}{whole.zfill(layout.padding)}{point}{rest}"


def exact_text(number: Decimal) -> str:
    """Write a decimal plainly: all its digits, no exponent, no zeros at the end.

    >>> exact_text(Decimal("0.5").scaleb(2)), exact_text(Decimal("1E+3"))
    ('50', '1000')
    """
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) if number else "0"


def _without_sign(layout: Layout, number: Decimal) -> tuple[str, str]:
    """Take minus signs and brackets off the marks of a negative number or a zero, a plus off any.

    A positive number keeps them: they contradict it.
    """
    before, after = layout.before, layout.after
    if number <= 0:
        before = "".join(char for char in before if char not in _MINUS)
        after = after if after.strip(_SPACES).startswith(_NO_PAISE) else after.rstrip(_ENDS)
        if _is_bracketed(before, after):
            before, after = before.replace("(", "", 1), after.replace(")", "", 1)
    return "" if before.strip(_SPACES) == "+" else before, after


def _is_bracketed(before: str, after: str) -> bool:
    return before.count("(") > before.count(")") and after.count(")") > after.count("(")


def _is_number_s(before: str, after: str) -> bool:
    """Tell whether what stands beside the digits could be taken for a part of the number.

    That is a digit, a minus or brackets that are left over after `_without_sign`: `5 shown as -5`.
    """
    beside = before + after.strip(_SPACES).removeprefix(_NO_PAISE)
    return _is_bracketed(before, after) or any(
        char.isnumeric() or char in _MINUS for char in beside
    )


def _is_grouping(layout: Layout) -> bool:
    """Tell whether the text between the digits only groups them, as India's commas do."""
    ink = {char for part, text in layout.inside if part is Part.INK for char in text}
    return ink <= _GROUPING


def _filled(layout: Layout, number: Decimal) -> str:
    """Put the digits into their places: 5551234 into `000-0000`."""
    decimals = sum(part is Part.DIGITS for part, _ in _after_point(layout.inside))
    with localcontext(prec=_PRECISION):
        rounded = abs(number.scaleb(2 * layout.percents)).quantize(
            Decimal(1).scaleb(-decimals), ROUND_HALF_UP
        )
    places = sum(part is Part.DIGITS for part, _ in layout.inside)
    digits = [*exact_digits(rounded, decimals).rjust(places, "\0")]
    surplus = len(digits) - places
    shown = ["".join(digits[:surplus])]
    left = iter(digits[surplus:])
    is_shown = False
    for part, text in layout.inside:
        if part is Part.DIGITS:
            digit = next(left)
            is_shown = is_shown or digit != "\0" or text == "0"
            shown.append(digit if digit != "\0" else "0" if is_shown else "")
        elif part is not Part.COMMA:
            shown.append(text)
    sign = "-" if number < 0 else ""
    return sign + "".join(shown)


def exact_digits(number: Decimal, decimals: int) -> str:
    """Give the digits of a number without its point; none for a zero before the point."""
    return format(number, "f").replace(".", "").lstrip("0").rjust(decimals, "0")


def _after_point(inside: Parts) -> Parts:
    at = next((at for at, (part, _) in enumerate(inside) if part is Part.POINT), len(inside))
    return inside[at:]


def _unless_an_amount(shown: str, text: str) -> Shown:
    """Show a text as it stands where nobody can read it as an amount; else say both."""
    shown = shown.strip(_SPACES)
    return (
        (shown, Kind.TEXT) if _is_no_amount(shown) else (f"{text}{SHOWN}as {shown}", Kind.DRESSED)
    )


def _is_no_amount(shown: str) -> bool:
    words = _WORD.findall(shown)
    if any(word.casefold() not in MONEY_WORDS for word in words) or shown.startswith("+"):
        return True
    digits = _FROM_DIGIT_TO_DIGIT.search(shown)
    return digits is not None and not set(digits[0]) <= {*"0123456789.", *_GROUPING}


def _dressed(before: str, digits: str, after: str, percents: int) -> Shown:
    if not before and not after and not percents:
        return digits, Kind.NUMBER
    return " ".join(filter(None, (before, digits, after))), Kind.DRESSED
