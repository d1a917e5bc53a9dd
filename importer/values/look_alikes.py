"""Characters that look like others, so that two different texts read the same."""

from __future__ import annotations

import unicodedata
from collections import Counter

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
"""What looks like the keyboard's hyphen."""

_LOOK_ALIKE_FORMS = ("<wide>", "<narrow>", "<font>", "<super>", "<sub>", "<circle>")
"""Tags of Unicode's decompositions: the same letter or digit in another dress."""

_ALIKE = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC")
"""Scripts that share letters in looks (Unicode TR 36, section 2.2)."""

_LOOK_ASCII = frozenset(
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0405\u0406\u0408"
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0455\u0456\u0458"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf"
    "\u0417\u0437\u0431\u04e0"
)
"""Cyrillic and Greek letters that look like Latin ones, and like 3 and 6 (Unicode TR 39,
confusables)."""


def odd_one(seen: str) -> int | None:
    """Return the place of the first character that only looks like one of the keyboard's.

    Full-width forms, raised digits and dashes are such characters anywhere; a letter or digit of
    another script beside those that it can be mistaken for, or where every letter is such a one. A
    text that shows of itself that it is in another script (`ЖК-12`) is what it is.
    """
    if seen.isascii():
        return None
    disguised = next((at for at, char in enumerate(seen) if _in_disguise(char)), None)
    if disguised is not None:
        return disguised
    letters = [at for at, char in enumerate(seen) if char.isalpha()]
    if letters and all(seen[at] in _LOOK_ASCII for at in letters):
        return letters[0]
    return _of_another_script(seen)


def _in_disguise(char: str) -> bool:
    return char in _DASHES or unicodedata.decomposition(char).startswith(_LOOK_ALIKE_FORMS)


def _of_another_script(seen: str) -> int | None:
    """Return the place of the first letter or digit whose script is the rarer one of two."""
    scripts = [_script_of(char) for char in seen]
    found = [script for script in scripts if script in _ALIKE]
    count = Counter(found)
    rarest = min(found, key=lambda script: (count[script], script == "LATIN"), default="")
    if count[rarest] < len(found):
        return scripts.index(rarest)
    digits = [at for at, char in enumerate(seen) if char.isdecimal()]
    foreign = [at for at in digits if not seen[at].isascii()]
    return foreign[0] if 0 < len(foreign) < len(digits) else None


def _script_of(char: str) -> str:
    """Name a letter's script as Unicode does, `CYRILLIC`; "" of what is no letter."""
    return unicodedata.name(char, "").partition(" ")[0] if char.isalpha() else ""
