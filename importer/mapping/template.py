"""`Visited by {by}: {note}`: names of columns in braces; `{{` and `}}` are braces themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_PIECE: Final = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+")


def template_pieces(text: str) -> Iterator[tuple[str, str]]:
    """Split a template into (literal text, "") and ("", column name), in their order.

    Raises:
        ValueError: a brace that is alone, or a pair with nothing in it.
    """
    for piece in _PIECE.finditer(text):
        found, name = piece[0], piece[1]
        if name is not None:
            if not name.strip():
                raise ValueError("`{}` names no column")
            yield "", name.strip()
        elif found in {"{", "}"}:
            raise ValueError(f"a `{found}` stands alone")
        else:
            yield {"{{": "{", "}}": "}"}.get(found, found), ""


def template_columns(text: str) -> list[str]:
    """The names of columns in a template, in their order; may repeat.

    Raises:
        ValueError: see `template_pieces`.
    """
    return [name for _, name in template_pieces(text) if name]
