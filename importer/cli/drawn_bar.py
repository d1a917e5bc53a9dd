"""One progress bar, drawn on a terminal."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import MutableMapping
from typing import Any, NoReturn

from tqdm import tqdm

_FORMAT = "{desc} {percentage:3.0f}% |{bar}| {n_fmt}/{total_fmt} [{elapsed}{left}]"


class _Bar(tqdm):  # type: ignore[type-arg]  # generic in the type stubs alone
    """A bar that says how fast it goes, how long it will take, and when that will be."""

    @property
    def format_dict(self) -> MutableMapping[str, Any]:
        """Add the words for what is left."""
        known: MutableMapping[str, Any] = super().format_dict
        return {**known, "left": _left(known["n"] - self.initial, known["total"], known["elapsed"])}


def _left(done: float, total: float | None, elapsed_s: float) -> str:
    """`, 1.0/s, 2:46 h left, until 04:47`; nothing before there is a rate to speak of."""
    if not total or not done or elapsed_s <= 0 or done >= total:
        return ""
    rate = done / elapsed_s
    left = dt.timedelta(seconds=round((total - done) / rate))
    until = dt.datetime.now().astimezone() + left
    day = "" if until.date() == dt.datetime.now().astimezone().date() else f"{until:%d %b} "
    return f", {rate:.1f}/s, {left} left, until {day}{until:%H:%M}"


def bar(name: str, total: int | None) -> tqdm[NoReturn]:
    """Draw the bar of a stage."""
    return _Bar(
        total=total,
        desc=f"{name:<9}",
        unit="",
        file=sys.stderr,
        dynamic_ncols=True,
        bar_format=_FORMAT,
    )
