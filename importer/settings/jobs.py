"""A job of the night: which files, by which mapping, and what is usual for them."""

from __future__ import annotations

import datetime as dt
import os
import re
import zoneinfo
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, field_validator, model_validator

from importer.model import Currency
from importer.settings.section import Decimalled, PathText, Section, Whole, refuse

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_TIME: Final = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_AMOUNT: Final = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,4})?")
STEM: Final = "{stem}"
"""In `control_totals`: the name of the sheet's file without its last ending."""


class Weekday(StrEnum):
    """A day of the week; in the order of `date.weekday()`."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


def _days(value: object) -> object:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise refuse("It must be a list of days.", 'Write ["mon", "tue"], or [] for never.')
    known = tuple(Weekday)
    days = [str(one).strip().lower() for one in value]
    if any(day not in known for day in days):
        raise refuse("One of them is no day.", f"Days are {', '.join(known)}.")
    return tuple(one for one in known if one in days)


def _time(value: object) -> object:
    if isinstance(value, dt.time):  # TOML has times of its own
        return value
    found = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise refuse("It is no time of the day.", 'Write hours and minutes: "01:30".')
    return dt.time(int(found[1]), int(found[2]))


def _volume(value: object) -> object:
    match value:
        case None:
            return None
        case [int(least), int(most)] if 0 <= least <= most and bool not in map(type, value):
            return least, most
    raise refuse("It must be two whole numbers.", "Write the least and the most: [800, 2500].")


def _amounts(value: object) -> object:
    if not isinstance(value, Mapping):
        raise refuse("It must name amounts by currency.", 'Write {INR = "500000.00"}.')
    for currency, amount in value.items():
        if currency not in tuple(Currency):
            raise refuse("It names a currency that the CRM does not have.", "Write it as INR.")
        if not _AMOUNT.fullmatch(str(amount)) or isinstance(amount, float):
            raise refuse("An amount is not plain digits.", 'Write it in quotes: "500000.00".')
    return {Currency(one): Decimal(str(amount)) for one, amount in value.items()}


Limits = Annotated[Mapping[Currency, Decimal], BeforeValidator(_amounts)]
"""Currency → the most that one person may send alone."""


class Job(Section):
    """What `importer nightly` takes up; one [[jobs]] for each."""

    name: str
    """By which people and `--job` know it."""
    inbox: PathText
    """The files to take: a folder, and a name in which `*` stands for anything."""
    mapping: PathText
    """The mapping file."""
    archive: PathText
    """The folder into which inputs and their reports go, by date."""
    quiet_seconds: Decimalled = Field(default=5.0, ge=0, le=3600)
    """How long a file must lie unchanged before it is taken."""
    expected_days: Annotated[tuple[Weekday, ...], BeforeValidator(_days)] = Field(
        default_factory=tuple
    )
    """The days on which a file has to come; none: never."""
    expected_by: Annotated[dt.time, BeforeValidator(_time)] | None = None
    """By what time of `zone` a file has to be there on those days."""
    zone: str = ""
    """Time zone of `expected_by` and of the archive's dates; "" is the machine's own."""
    usual_rows: Annotated[tuple[int, int] | None, BeforeValidator(_volume)] = None
    """The least and the most rows that are usual."""
    control_totals: str = ""
    """Name of the file beside the input that says what it must add up to; it has to come too."""
    approve_above: Limits = Field(default_factory=dict)
    """A plan of more than this, in any of the currencies, waits for approval."""
    canary: Whole | None = Field(default=None, ge=0, le=100_000)
    """In place of `stop.canary`."""

    @property
    def place(self) -> Path:
        """The inbox's folder, under one name however the settings write it."""
        return Path(os.path.realpath(self.inbox.parent))

    @property
    def patterns(self) -> tuple[str, ...]:
        """The names that mean something to the job: of its files, and of their control totals."""
        totals = self.control_totals.replace(STEM, "*")
        return (self.inbox.name, totals) if totals else (self.inbox.name,)

    @property
    def timezone(self) -> dt.tzinfo | None:
        """The zone of `zone`; None is the machine's own."""
        return zoneinfo.ZoneInfo(self.zone) if self.zone else None

    @field_validator("name")
    @classmethod
    def _plain_name(cls, value: str) -> str:
        if not _NAME.fullmatch(value):
            raise refuse("It is no plain name.", "Write letters, digits, `_` and `-`.")
        return value

    @field_validator("inbox")
    @classmethod
    def _wildcards_in_the_name_alone(cls, value: PathText) -> PathText:
        if any(sign in str(value.parent) for sign in "*?"):
            raise refuse(
                "Its folder has a wildcard.", "Only the file's name may: inbox/payments*.xlsx."
            )
        return value

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            return str(zoneinfo.ZoneInfo(value)) if value else ""
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise refuse(
                "There is no such time zone.", "Write it as Asia/Kolkata, or Europe/Berlin."
            ) from error

    @field_validator("control_totals")
    @classmethod
    def _beside_the_input(cls, value: str) -> str:
        if value and (value.count(STEM) != 1 or value == STEM or re.search(r"[/\\*?]", value)):
            raise refuse(
                "It is no name that goes with the sheet's.",
                "Write a file name with {stem} in it, such as {stem}.totals.csv.",
            )
        return value

    @model_validator(mode="after")
    def _an_arrival_has_a_time_and_a_zone(self) -> Job:
        if self.expected_days and (self.expected_by is None or not self.zone):
            raise refuse(
                "It has expected_days without expected_by or zone.",
                'Write by when, and by whose clock: expected_by = "01:30", zone = "Asia/Kolkata".',
            )
        return self


def refuse_doubles(jobs: tuple[Job, ...]) -> tuple[Job, ...]:
    """Two jobs of one name could not be told apart; of one inbox, the second would get nothing."""
    doubles: tuple[tuple[str, list[object]], ...] = (
        ("name", [job.name.casefold() for job in jobs]),
        ("inbox", [(job.place, job.inbox.name.casefold()) for job in jobs]),
    )
    for what, found in doubles:
        if len(set(found)) < len(found):
            raise refuse(f"Two jobs have the same {what}.", "Give each one of its own.")
    return jobs
