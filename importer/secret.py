"""Values that do not show themselves: the CRM's token, and addresses that hold passwords."""

from __future__ import annotations

import re
from hmac import compare_digest
from html import escape
from typing import Final, NoReturn, final

from importer.errors import SettingsError

HIDDEN: Final = "(hidden)"
"""What stands where a secret would have stood."""

_LONGEST: Final = 8192
"""Servers refuse longer headers; a file of this size is something else than a token."""


class Secret:
    """A text that prints, formats and represents itself as `(hidden)`.

    Args:
        text: the secret itself.
    """

    __slots__ = ("__spelled", "__text")

    def __init__(self, text: str) -> None:
        self.__text = text
        self.__spelled = re.compile("".join(map(_spellings, text)))

    def reveal(self) -> str:
        """The secret itself, for the one that asks for it and for nothing else."""
        return self.__text

    def hide_in(self, text: str) -> str:
        """The text without the secret: for whatever a server sent back and somebody will read."""
        return self.__spelled.sub(HIDDEN, text)

    def __repr__(self) -> str:
        return f"{type(self).__name__}{HIDDEN}"

    def __str__(self) -> str:
        return HIDDEN

    def __format__(self, spec: str) -> str:
        return format(HIDDEN, spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret) or type(self) is not type(other):
            return NotImplemented
        return compare_digest(self.__text.encode(), other.__text.encode())

    def __hash__(self) -> int:
        return hash((type(self), self.__text))

    def __reduce__(self) -> NoReturn:
        raise TypeError("A secret is never written out, so it cannot be pickled or copied.")


@final
class Token(Secret):
    """The CRM's token.

    Args:
        text: the token as the CRM showed it, without `Bearer`.

    Raises:
        SettingsError: the text cannot be a token. The message never holds it.
    """

    __slots__ = ()

    def __init__(self, text: str) -> None:
        _check(text)
        super().__init__(text)


def _spellings(character: str) -> str:
    """A pattern of what JSON (in JSON, too), a URL or a page may write for one character.

    Every repetition is bounded: the text is a stranger's.
    """
    code = ord(character)
    spelled = (
        re.escape(character),
        rf"\\{{1,8}}{re.escape(character)}",
        rf"\\{{1,8}}u(?i:{code:04x})",
        f"%(?i:{code:02x})",
        f"&#0{{0,6}}{code};",
        f"&#[xX]0{{0,6}}(?i:{code:x});",
        re.escape(escape(character)),
    )
    return f"(?:{'|'.join(spelled)})"


def _check(text: str) -> None:
    hint = "Copy the token again from TeleCRM: one line, without quotes and without `Bearer`."
    if not text:
        raise SettingsError("The token is empty.", hint)
    if text.casefold().startswith("bearer"):
        raise SettingsError("The token is written with `Bearer` before it.", hint)
    if any(character.isspace() for character in text):
        raise SettingsError("The token has a space or a line break inside.", hint)
    # What an HTTP header can carry (RFC 9110, 5.5): printable ASCII.
    if not (text.isascii() and text.isprintable()):
        raise SettingsError("The token has a character that no token has.", hint)
    if len(text) > _LONGEST:
        raise SettingsError("The token is far too long to be one.", hint)
