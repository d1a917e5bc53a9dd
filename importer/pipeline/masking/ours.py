"""What a sentence of ours quotes of its own: a sign, a command, a key, a code of the CRM."""

from __future__ import annotations

import re
from difflib import get_close_matches
from http import HTTPStatus
from typing import Final

from importer.folding import fold
from importer.our_headers import MARKED_REFERENCE, OUR_HEADERS
from importer.pipeline.masking.saying import MASKED
from importer.verdict import LEAD_NOT_FOUND, LICENCE_CODES

_QUOTED_BY_US: Final = frozenset(
    {"(0)", "Importer: …", *OUR_HEADERS, MARKED_REFERENCE, "importer[notify]"}
)
"""What sentences of ours quote, word by word."""
_CODES: Final = frozenset({LEAD_NOT_FOUND, *LICENCE_CODES})
_KEY: Final = re.compile(
    r"importer(?: .*)?"
    r"|--?[a-z][a-z-]*(?: (?:--?[a-z-]+|[A-Z]+|[a-z\d…][^\sA-Z]*))*"
    r"|[\[{]*[a-z][\w.\]}-]*(?:[:=].*)?"
    r"|[A-Z]+(?:_[A-Z]+)+"
)
"""A command; a flag; a key of a mapping or of the settings, maybe with its value; a variable."""

_STATUS: Final = re.compile(r"The CRM answered with status \d{3}")
_PHRASES: Final = frozenset({"something went wrong", *(one.phrase.lower() for one in HTTPStatus)})
"""What servers say where they say nothing."""
_MISSING: Final = re.compile(
    r'(?P<said>There is no header "[^"]{1,200}+"(?: or "[^"]{1,200}+"){0,20} for the column '
    r"`\w{1,200}`\.)(?: Did you mean `(?P<meant>[^`'\"“”]{1,200}+)`\?)?"
)
"""Quotes nothing but the mapping; and behind it the sheet's first row, where something is near."""
_ALIKE: Final = 0.7
"""How much a word of a header resembles one of the mapping's, as difflib has it: `Recipt` does. Of
a sheet without a header the first row is a person's: `Nora` is not `Note`."""
_WANTED: Final = re.compile(r'"([^"]+)"')
_HOLDER: Final = re.compile(r"process \d{1,10} on \S{1,255} \(\Z")
_BEFORE: Final = 300
"""Signs that the words before a command line may be."""


def of_the_mapping(sentence: str) -> tuple[str, str]:
    """Cut a sentence behind the part of which all that is quoted stands in the mapping.

    Behind another quotation it may stand in a cell. What was meant is shown where each word of it
    resembles one that the mapping asks for.

    Returns:
        That part, maybe "", with all that it may not show hidden; and the rest as it is.
    """
    kept, end = list[str](), 0
    while found := _MISSING.search(sentence, end):
        if any(mark in sentence[end : found.start()] for mark in "“”\"`'"):
            break
        kept += sentence[end : found.start()], found["said"]
        if meant := found["meant"]:
            kept.append(f" Did you mean `{meant if _is_alike(meant, found['said']) else MASKED}`?")
        end = found.end()
    return "".join(kept), sentence[end:]


def _is_alike(meant: str, said: str) -> bool:
    wanted = [word for header in _WANTED.findall(said) for word in fold(header).split()]
    return all(get_close_matches(word, wanted, n=1, cutoff=_ALIKE) for word in fold(meant).split())


def is_command_line(before: str) -> bool:
    """Whether what stands in backticks behind these words is the command of a running process."""
    return _HOLDER.search(before[-_BEFORE:]) is not None


def is_ours(text: str) -> bool:
    """Whether a quoted text is nobody's: a sign such as `₹`, or words of our own."""
    return not any(map(str.isalnum, text)) or text in _QUOTED_BY_US


def is_key(text: str) -> bool:
    """Whether a text between backticks is a command, a flag or a key, as all of ours are."""
    return is_ours(text) or _KEY.fullmatch(text) is not None


def hidden(text: str) -> str:
    """Return what stands for a text: of what the CRM says under a code or a status, that one."""
    code, _, said = text.partition(": ")
    if code not in _CODES and not _STATUS.fullmatch(code):
        return MASKED
    if not said:
        return code
    return f"{code}: {said if said.rstrip('.').lower() in _PHRASES else MASKED}"
