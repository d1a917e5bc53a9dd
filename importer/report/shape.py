"""The words in which the shape of `reconciliation.json` is written down, for its schema."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import ConfigDict, Field

DESCRIBED: Final = ConfigDict(use_attribute_docstrings=True)
"""The sentence under a key goes into the schema."""

Digits = Annotated[str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$", examples=["125000.50"])]
"""An amount to its last digit; a float would round it."""

Amounts = dict[str, Digits]
"""Currency code → exact digits: `{"INR": "125000.50"}`; without currencies that do not occur."""

Moment = Annotated[
    str, Field(pattern=r"^[0-9-]{10}T[0-9:]{8}Z$", examples=["2026-11-22T15:37:04Z"])
]
"""A time in UTC, to the second."""
