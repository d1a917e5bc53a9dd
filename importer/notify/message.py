"""What is told: a subject, and one text in two forms."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

LONGEST_SUBJECT: Final = 200
"""Characters; what is longer is cut off on every screen."""

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of Unicode that are no letters: control characters, line ends, what turns lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What people are told."""

    subject: str
    text: str
    """The whole of it, as plain text."""
    html: str
    """The same for those who are sent e-mail."""


def one_line(subject: str) -> str:
    """A subject that can be nothing but one: no line break starts another header."""
    blank = ("" if unicodedata.category(one) in {"Cf", "Cs"} else " " for one in subject)
    seen = (
        other if unicodedata.category(one) in _UNSEEN else one
        for one, other in zip(subject, blank, strict=True)
    )
    line = re.sub(r"\s+", " ", "".join(seen)).strip()
    return line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 1].rstrip()}…"
