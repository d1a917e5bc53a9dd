"""What the sections of the settings have in common: how they read, and how they refuse."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError


def refuse(message: str, hint: str) -> PydanticCustomError:
    """The error by which a validator says what is wrong and what to do."""
    return PydanticCustomError("setting", "{message} {hint}", {"message": message, "hint": hint})


def _no_truth(value: object) -> object:
    if isinstance(value, bool):
        raise refuse("It must be a number, not true or false.", "Write a number, without quotes.")
    return value


def _no_blank(value: object) -> object:
    if isinstance(value, str) and not value.strip():
        raise refuse("It is blank.", "Write a path, or take the line out to get the default.")
    return value


Whole = Annotated[int, BeforeValidator(_no_truth)]
Decimalled = Annotated[float, BeforeValidator(_no_truth), Field(allow_inf_nan=False)]
PathText = Annotated[Path, BeforeValidator(_no_blank)]


class Section(BaseModel):
    """A table of `importer.toml`: frozen, every key known, no value repeated in a message."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        str_strip_whitespace=True,
        use_attribute_docstrings=True,
    )
