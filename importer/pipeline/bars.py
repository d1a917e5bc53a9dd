"""How far a long stage is, for whoever watches."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

Advance = Callable[[int], object]
"""Told how many more are done."""


class Bars(Protocol):
    """Told of the stages; the pipeline itself never prints."""

    def stage(self, name: str, total: int | None) -> AbstractContextManager[Advance]:
        """A stage begins; it ends with the context."""
        ...


class NoBars:
    """Nobody watches."""

    def stage(self, name: str, total: int | None) -> AbstractContextManager[Advance]:  # noqa: ARG002 - the protocol's words
        """Count nothing."""
        return nullcontext(lambda _more: None)
