"""What broken YAML is told in: our sentences for what its parser complains of."""

from __future__ import annotations

import re
from typing import Final

from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError

from importer.errors import Mistake

_QUOTE: Final = 'Put the value in "quotes".'
_COMMENT: Final = 'After a space, # begins a comment: write a text such as "Receipt #" in quotes.'
_SENTENCES: Final = (
    (
        r"mapping values are not allowed",
        "There is a `: ` where none can be, or the line is indented too far.",
        'Put a text that holds a colon in "quotes", and line keys of one block up.',
    ),
    (
        r"found character '\\t'",
        "The line is indented with a tab.",
        "Indent with spaces.",
    ),
    (
        r"found character '(?P<mark>.)'",
        "A value cannot begin with {mark}.",
        _QUOTE,
    ),
    (
        r"unexpected (end of stream|document separator)",
        "A quotation mark is opened here and never closed.",
        "Close it, or leave both out.",
    ),
    (
        r"unknown escape character '(?P<mark>.)'",
        "Between double quotes, \\{mark} means nothing.",
        "Use 'single quotes' for a text with backslashes, such as a pattern.",
    ),
    (
        r"expected ',' or '[\]}]'",
        "A bracket is opened and not closed, or a comma is missing.",
        f"Close every [ and {{, and put a comma between entries. {_COMMENT}",
    ),
    (
        r"expected the node content",
        "A bracket is opened and never closed.",
        f"Close every [ and {{. {_COMMENT}",
    ),
    (
        r"expected <block end>, but found '[\]}]'|but found \('[\]}]',\)",
        "A bracket is closed that was never opened.",
        "Remove it.",
    ),
    (
        r"expected <block end>",
        "The line is not indented like the lines of its block, or its value goes on after a quote.",
        "Line the keys of one block up; put a whole value in quotes, not a part of it.",
    ),
    (
        r"could not find expected ':'",
        "A key stands here without a `:` behind it.",
        "Write `key: value`.",
    ),
)
_OTHERWISE: Final = (
    "The line is not YAML.",
    'Compare it with the examples in docs/mapping.md; texts with odd characters need "quotes".',
)


def syntax_mistake(error: Exception, text: str) -> Mistake:
    """Put the parser's complaint into our words, with the line that it is about.

    Args:
        error: what the YAML parser raised.
        text: the file's text.
    """
    if isinstance(error, ReaderError):
        return Mistake(
            line=text.count("\n", 0, error.position) + 1,
            message="There is a character here that cannot be shown.",
            hint="Delete it; write the line again by hand where it cannot be seen.",
        )
    if isinstance(error, MarkedYAMLError):
        message, hint = _words(error.problem or "")
        return Mistake(line=_line(error), message=message, hint=hint)
    message, hint = _OTHERWISE
    return Mistake(line=0, message=message, hint=hint)


def _line(error: MarkedYAMLError) -> int:
    """The line to look at: where a quote or bracket was opened, else where the parser gave up."""
    opened = re.search("quoted scalar|flow (mapping|sequence)", error.context or "")
    mark = (error.context_mark if opened else None) or error.problem_mark or error.context_mark
    return mark.line + 1 if mark is not None else 0


def _words(problem: str) -> tuple[str, str]:
    for pattern, message, hint in _SENTENCES:
        found = re.search(pattern, problem)
        if found:
            return message.replace("{mark}", found.groupdict().get("mark") or ""), hint
    return _OTHERWISE
