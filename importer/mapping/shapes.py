"""What one value of a mapping file may look like, and the sentence for one that does not.

Every scalar of the file arrives as its text. A validator here refuses with `slip`, whose sentence
is shown as it stands; only what pydantic itself finds (a missing key, an unknown key, a wrong
container) is put into words in `sentences`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Final

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from importer.folding import choices, did_you_mean

SLIP: Final = "slip"
"""pydantic error type of our own sentences; its context holds `message` and `hint`."""

COMPARISONS: Final = {
    "is": "Is",
    "in": "In",
    "blank": "Blank",
    "matches": "Matches",
    "above": "Above",
    "below": "Below",
}
"""Key of a condition on one column → name of its record."""
JOINTS: Final = {"all": "All", "any": "AnyOf", "not": "Not"}
"""Key of a condition on conditions → name of its record."""
SOURCES: Final = {"from": "From", "text": "Template"}
"""Key of a source → name of its record; a plain text is a `Constant`."""

_CONDITION_HINT: Final = (
    "Write `{column: name, is: value}` with one of is, in, blank, matches, above, below; "
    "or join conditions with all, any, not."
)
_SOURCE_HINT: Final = (
    'Write a plain text, `{from: column}`, or `{text: "a text with {column} in it"}`.'
)


def slip(message: str, hint: str = "") -> PydanticCustomError:
    """A mistake in our own words, to be raised by a validator.

    Args:
        message: what is wrong; `{key}` stands for the key that it is about.
        hint: what to write instead.
    """
    return PydanticCustomError(SLIP, "{message}", {"message": message, "hint": hint})


def reading(read: Callable[[str], object]) -> BeforeValidator:
    """Have a text read by `read`, which returns the value or raises a `slip`."""

    def check(value: object) -> object:
        text = _text(value)
        return read(text) if isinstance(text, str) else text

    return BeforeValidator(check)


def one_of(words: Iterable[str], noun: str) -> BeforeValidator:
    """Accept these words only, spelt exactly so; `noun` says what they are."""
    known = tuple(words)

    def check(word: str) -> str:
        if word in known:
            return word
        raise slip(f"`{word}` is no {noun}.", choices(word, known))

    return reading(check)


def condition_kind(value: object) -> str | None:
    """Name of the record that a condition of the file is, decided by its keys."""
    return _kind(value, COMPARISONS | JOINTS)


def source_kind(value: object) -> str | None:
    """Name of the record that a source of the file is, decided by its keys."""
    return "Constant" if isinstance(value, str) else _kind(value, SOURCES)


def _kind(value: object, records: dict[str, str]) -> str | None:
    if isinstance(value, dict):
        return next((records[key] for key in value if key in records), None)
    return type(value).__name__ if type(value).__name__ in records.values() else "Constant"


def _text(value: object) -> object:
    match value:
        case str() if not value.strip():
            raise slip("`{key}` has no value.", "Write one, or leave the key out.")
        case dict():
            raise slip("`{key}` has keys where one text is meant.", _QUOTES)
        case list():
            raise slip("`{key}` has a list where one text is meant.", _QUOTES)
    return value


_QUOTES: Final = 'Write one value; put it in "quotes" if it holds { } [ ] : or #.'


def _texts(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _yes_no(value: str) -> bool:
    if value not in ("true", "false"):
        raise slip("`{key}` is neither true nor false.", "Write true or false.")
    return value == "true"


def _condition(value: object) -> object:
    if isinstance(value, dict):
        _one_key_of(value, COMPARISONS | JOINTS, "condition", _CONDITION_HINT)
    elif isinstance(value, (str, list)):
        raise slip("`{key}` is not a condition.", _CONDITION_HINT)
    return value


def _source(value: object) -> object:
    if isinstance(value, dict):
        _one_key_of(value, SOURCES, "value", _SOURCE_HINT)
    elif isinstance(value, list):
        raise slip("`{key}` has a list where one value is meant.", _SOURCE_HINT)
    return value


def _one_key_of(value: dict[str, object], kinds: Iterable[str], noun: str, hint: str) -> None:
    known = tuple(kinds)
    found = [key for key in value if key in known]
    if len(found) > 1:
        keys = " and ".join(f"`{key}`" for key in found)
        raise slip(f"{keys} do not go together in one {noun}.", hint)
    if not found:
        meant = (did_you_mean(key, known) for key in value if key not in {"column", "map"})
        raise slip(f"It is not said what the {noun} `{{key}}` is.", next(filter(None, meant), hint))


Text = Annotated[str, BeforeValidator(_text)]
_SomeTexts = Annotated[tuple[Text, ...], Field(min_length=1)]
Texts = Annotated[_SomeTexts, BeforeValidator(_texts, json_schema_input_type=Text | _SomeTexts)]
"""One text, or a list of them."""
YesNo = Annotated[bool, reading(_yes_no)]
OneCondition: Final = BeforeValidator(_condition)
OneSource: Final = BeforeValidator(_source)
