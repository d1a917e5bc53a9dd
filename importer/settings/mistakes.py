"""What is wrong with the settings, as sentences: every mistake at once, and no value repeated.

Values are not repeated since people put secrets in wrong places.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from importer.errors import SettingsError
from importer.settings.records import LISTS, SECTIONS, Settings

_SECRET_WORDS: Final = ("token", "secret", "password", "key")

_NO_SECRETS: Final = (
    "A token is never written here. Put it into the environment variable TELECRM_TOKEN, "
    "a `.env` beside importer.toml, or a file that `token_file` names."
)

_SENTENCES: Final[Mapping[str, str]] = {
    "missing": "It is missing.",
    "string_type": 'It must be text: "…".',
    "path_type": 'It must be text: "…".',
    "int_type": "It must be a whole number.",
    "int_parsing": "It must be a whole number.",
    "int_from_float": "It must be a whole number.",
    "float_type": "It must be a number.",
    "float_parsing": "It must be a number.",
    "finite_number": "It must be a number.",
    "greater_than_equal": "It must be at least {ge:g}.",
    "less_than_equal": "It must be at most {le:g}.",
    "bool_type": "It must be true or false.",
    "bool_parsing": "It must be true or false.",
    "enum": "It must be one of {expected}.",
    "tuple_type": "Write it as [[{section}]], once for each.",
    "model_type": "It must be a table with lines of its own, such as [{section}].",
    "setting": "{message} {hint}",
}
"""Error type of pydantic → our sentence; the braces take the error's context."""
_ENTRY: Final = 2
"""How long the place of an entry of a list is: `remarks`, 0."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SettingMistake:
    """One mistake in the settings."""

    key: str
    """`send.burst`; or the environment variable's name."""
    source: str
    """Where it was written: the file, the environment, the command line; "" where nowhere."""
    sentence: str
    """What is wrong, and what to do."""

    def __str__(self) -> str:
        source = f" ({self.source})" if self.source else ""
        return f"{self.key}{source}: {self.sentence}"


def mistakes_of(
    error: ValidationError, sources: Sequence[tuple[str, Mapping[str, object]]]
) -> list[SettingMistake]:
    """Our sentences for pydantic's errors.

    Args:
        error: what the models said.
        sources: each source's name and its values, the strongest first.
    """
    return [
        SettingMistake(
            key=_key(details["loc"]),
            source=_source_of(details["loc"], sources),
            sentence=_sentence(details),
        )
        for details in error.errors(include_url=False, include_input=False)
        # A default that needs a value which is itself a mistake says nothing new.
        if details["type"] != "default_factory_not_called"
    ]


def unknown_key(name: str, known: Iterable[str], what: str) -> str:
    """The sentence for a name that means nothing, with the one that was probably meant."""
    choices = sorted(known)
    if close := get_close_matches(name, choices, n=1, cutoff=0.8):
        return f"This is no {what}. Did you mean `{close[0]}`?"
    if any(word in name.casefold() for word in _SECRET_WORDS):
        return _NO_SECRETS
    return f"This is no {what}. Known are: {', '.join(choices)}."


def raise_all(mistakes: Iterable[SettingMistake]) -> None:
    """Raise one error that holds every mistake, if there is any.

    Raises:
        SettingsError: there are mistakes.
    """
    listed = sorted(set(mistakes))
    if not listed:
        return
    count = "a mistake" if len(listed) == 1 else f"{len(listed)} mistakes"
    lines = "".join(f"\n  {mistake}" for mistake in listed)
    raise SettingsError(
        f"The settings have {count}:{lines}",
        "Correct what is listed and run the command again; docs/settings.md shows every setting.",
    )


def _sentence(details: ErrorDetails) -> str:
    location = [str(part) for part in details["loc"]]
    if details["type"] == "extra_forbidden":
        known, what = _known_beside(location)
        return unknown_key(location[-1], known, what)
    kind = details["type"]
    if kind == "model_type" and location[0] in LISTS and len(location) == _ENTRY:
        kind = "tuple_type"
    sentence = _SENTENCES.get(kind, "It cannot be read.")
    return sentence.format_map({"section": location[0], **details.get("ctx", {})})


def _known_beside(location: Sequence[str]) -> tuple[Iterable[str], str]:
    if len(location) == 1:
        return Settings.model_fields, "section of the settings"
    return SECTIONS[location[0]].model_fields, f"setting of [{location[0]}]"


def _key(location: Sequence[int | str]) -> str:
    """`send.burst`; the first of a list is number 1."""
    return ".".join(str(part + 1 if isinstance(part, int) else part) for part in location)


def _source_of(
    location: Sequence[int | str], sources: Sequence[tuple[str, Mapping[str, object]]]
) -> str:
    for name, values in sources:
        found: object = values
        for part in location:
            if isinstance(part, int):
                found = found[part] if isinstance(found, Sequence) else None
            else:
                found = found.get(part) if isinstance(found, Mapping) else None
        if found is not None:
            return name
    return ""
