"""The part of the CRM's answers that is about what somebody asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from importer.journal.tracing import Sent, Traced
from importer.protocol import Part, part_of
from importer.report.inert import visible

_LONGEST: Final = 400
"""Characters that are shown of an answer, an item or a remark; `--json` has all of them."""
_ALL_OF_IT: Final = "(--json has all of it)"


def answered(carried: Sequence[tuple[Traced, Sent]], *, named: bool) -> Iterator[str]:
    """Yield what the answer to a request says of some actions: item by item, if it says more.

    Args:
        carried: actions, each with the same request; at least one.
        named: each is to be told by its name.
    """
    answer = carried[0][1].answer
    parts = [(one, part) for one, sent in carried if (part := _part(sent)) is not None]
    others = len(parts) < len(carried) or any(part.count > len(parts) for _, part in parts)
    if not answer:
        return
    if not parts or (not others and len(answer) <= _LONGEST):
        yield _short(answer)
        return
    told = [text for one, part in parts for text in _told(one, part, named=named)]
    yield from told[:-1]
    yield f"{told[-1]} {_ALL_OF_IT}"


def _part(sent: Sent) -> Part | None:
    return None if sent.item is None else part_of(sent.answer, sent.item)


def _told(one: Traced, part: Part, *, named: bool) -> Iterator[str]:
    name = f"{visible(one.action.name)}, " if named else ""
    yield f"{name}action {part.number} of {part.count}: {_cut(part.item)}"
    for remark in part.remarks:
        yield f"{name}remark: {_cut(remark)}"


def _short(answer: str) -> str:
    short = _cut(answer)
    return short if len(answer) <= _LONGEST else f"{short} {_ALL_OF_IT}"


def _cut(text: str) -> str:
    short = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return visible(" ".join(short.split()))
