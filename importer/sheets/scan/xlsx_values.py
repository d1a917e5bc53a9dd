"""What stands in plain cells of an .xlsx: texts and kinds as calamine and `cells` give them.

Narrower than calamine: texts without escapes of Excel's own, shared texts without runs of format,
decimal numbers, and dates as whole days. Of anything else it says that it is not for this module.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from importer.model import Kind
from importer.sheets.cells import number_text
from importer.sheets.scan.format import Format, Right

MOST_SHARED: Final = 1 << 28
"""Bytes of shared texts: beyond them calamine holds them as well as anybody."""
LETTER: Final = {kind: kind.value for kind in Kind}

_NUMBER: Final = re.compile(rb"-?[0-9]{1,17}(?:\.[0-9]{1,20})?(?:[eE][-+]?[0-9]{1,2})?")
_AS_SHOWN: Final = re.compile(rb"(?:0|[1-9][0-9]{0,11})(?:\.[0-9]?[1-9])?")
"""A number that is written as `number_text` would write it."""
_WHOLE_DAYS: Final = re.compile(rb"[0-9]{1,5}")
_SHARED_HEAD: Final = re.compile(rb"\s*(?:<\?xml[^>]*\?>\s*)?<sst(?:\s[^<>]*)?(?<!/)>")
_SHARED_END: Final = re.compile(rb"</sst>\s*")
_SHARED: Final = re.compile(rb'<si><t( xml:space="preserve")?>([^<]*)</t></si>')
SPACES: Final = b" \t\n"
"""What calamine takes off the ends of a text, unless its tag says to preserve it."""
_SHARED_TAGS: Final = len(b"<si><t></t></si>")
_PRESERVED: Final = len(b' xml:space="preserve"')
_REFERENCE: Final = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)")
_SIGNS: Final = (
    *((b"&lt;", b"<"), (b"&gt;", b">"), (b"&quot;", b'"'), (b"&apos;", b"'")),
    (b"&amp;", b"&"),
)
"""The five references that XML itself needs; the last one makes signs of which another begins."""
_TRUTHS: Final = {b"1": b"TRUE", b"0": b"FALSE"}
_MOST_KNOWN: Final = 1 << 16
"""Distinct numbers of a style that are remembered together."""


class NotPlainError(Exception):
    """It is written in a way that is left to calamine."""


Shown = tuple[Sequence[bytes], str]
"""Texts, and a letter for the kind of each."""


class Values:
    """Reads cells of one tab.

    Args:
        formats: style → format.
        shared: reads so many bytes of the part of shared texts; none where there is no such part.
    """

    def __init__(self, formats: Mapping[int, Format], shared: Callable[[int], bytes]) -> None:
        self._formats = formats
        self._read_shared = shared
        self._shared: Sequence[bytes] | None = None
        self._numbers: dict[int, dict[bytes, tuple[bytes, str]]] = {}

    def shown(self, style: int, type_: bytes, texts: Sequence[bytes]) -> Shown:
        """Read cells that are dressed alike.

        Args:
            style: of the cells.
            type_: as the cells' tags say.
            texts: what stands between their tags.

        Raises:
            NotPlainError: one of them is for calamine.
        """
        match type_:
            case b"inlineStr":
                return unescaped(texts), LETTER[Kind.TEXT] * len(texts)
            case b"s":
                return self._of_shared(texts), LETTER[Kind.TEXT] * len(texts)
            case b"b":
                return _looked_up(_TRUTHS, texts), LETTER[Kind.BOOL] * len(texts)
            case b"" | b"n":
                return self._figures(style, texts)
            case _:
                raise NotPlainError

    def _of_shared(self, texts: Sequence[bytes]) -> Sequence[bytes]:
        if self._shared is None:
            self._shared = read_shared(self._read_shared(MOST_SHARED + 1))
        try:
            return [self._shared[int(text)] for text in texts]
        except (IndexError, ValueError) as error:
            raise NotPlainError from error

    def _figures(self, style: int, texts: Sequence[bytes]) -> Shown:
        form = self._formats.get(style)
        if form is None and style:
            raise NotPlainError
        if form is None or form.right is Right.ALL:
            is_so = _AS_SHOWN.fullmatch
            shown = [text if is_so(text) else _exact(text).encode() for text in texts]
            return shown, LETTER[Kind.NUMBER] * len(texts)
        known = self._numbers.setdefault(style, {})
        if len(known) > _MOST_KNOWN:
            known.clear()
        for text in set(texts) - known.keys():
            known[text] = _dressed(form, text)
        found = [known[text] for text in texts]
        return [text for text, _ in found], "".join([letter for _, letter in found])


def _exact(raw: bytes) -> str:
    if not _NUMBER.fullmatch(raw):
        raise NotPlainError
    return number_text(float(raw))


def _dressed(form: Format, raw: bytes) -> tuple[bytes, str]:
    """Show a number by a format that changes it: as text, or as a day."""
    if form.right is Right.BY_TEXT:
        text, kind = form.lay_over(_exact(raw), Kind.NUMBER)
        return text.encode(), LETTER[kind]
    if not _WHOLE_DAYS.fullmatch(raw):
        raise NotPlainError
    text, kind = form.show(raw.decode())
    if kind is not Kind.DATE:
        raise NotPlainError
    return text.encode(), LETTER[kind]


def _looked_up(known: Mapping[bytes, bytes], texts: Sequence[bytes]) -> Sequence[bytes]:
    try:
        return [known[text] for text in texts]
    except KeyError as error:
        raise NotPlainError from error


def unescaped(texts: Sequence[bytes]) -> Sequence[bytes]:
    """Put signs for the references that XML needs; there are no others in the texts."""
    if b"&" not in b"".join(texts):
        return texts
    return [_unescaped(text) for text in texts]


def _unescaped(text: bytes) -> bytes:
    if b"&" in text:
        for reference, sign in _SIGNS:
            text = text.replace(reference, sign)
    return text


def has_escapes(xml: bytes) -> bool:
    """Whether texts could mean others: `_x000D_`, and line ends that parsers change."""
    return b"\r" in xml or (b"_" in xml and b"_x" in xml)


def read_shared(xml: bytes) -> Sequence[bytes]:
    """Read the part of shared texts.

    Raises:
        NotPlainError: there is more in it than texts, or it is too large.
    """
    head, end = _SHARED_HEAD.match(xml), xml.rfind(b"</sst>")
    if head is None or end < 0 or not _SHARED_END.fullmatch(xml, end) or len(xml) > MOST_SHARED:
        raise NotPlainError
    body = xml[head.end() : end]
    found = _SHARED.findall(body)
    tags = sum(_SHARED_TAGS + _PRESERVED * bool(kept) for kept, _ in found)
    texts = [text if kept else text.strip(SPACES) for kept, text in found]
    if (
        tags + sum(len(text) for _, text in found) != len(body)
        or has_escapes(body)
        or _REFERENCE.search(body)
    ):
        raise NotPlainError
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise NotPlainError from error
    return unescaped(texts)
