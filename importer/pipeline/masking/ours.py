"""What a sentence of ours quotes of its own: a sign, a command, a key, a code of the CRM."""

from __future__ import annotations

import re
from typing import Final

from importer.pipeline.masking.saying import MASKED
from importer.verdict import LEAD_NOT_FOUND, LICENCE_CODES

_QUOTED_BY_US: Final = ("(0)", "Importer: ", "importer")
"""How texts begin that sentences of ours quote word by word."""
_CODES: Final = frozenset({LEAD_NOT_FOUND, *LICENCE_CODES})
_KEY: Final = re.compile(r"-.*|[\[{]*[a-z][\w.\]}-]*(?:[:=].*)?|[A-Z]+(?:_[A-Z]+)+")
"""A flag; a key of a mapping or of the settings, with its value or without; a variable."""


def is_ours(text: str) -> bool:
    """Whether a quoted text is nobody's: a sign such as `₹`, or words of our own."""
    return not any(map(str.isalnum, text)) or text.startswith(_QUOTED_BY_US)


def is_key(text: str) -> bool:
    """Whether a text between backticks is a command, a flag or a key, as all of ours are."""
    return is_ours(text) or _KEY.fullmatch(text) is not None


def hidden(text: str) -> str:
    """Return what stands for a text: of what the CRM says under a code of its own, that code."""
    code, _, said = text.partition(": ")
    if code not in _CODES:
        return MASKED
    return f"{code}: {MASKED}" if said else code
