"""What was to be expected of a night: that a file comes, and that it is about as large as usual."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final

from importer.settings import Job, Weekday

_DAY: Final = dt.timedelta(days=1)
_EARLY: Final = dt.timedelta(hours=12)
"""How long before it is due a file may come and still be the one that was expected."""
RECENT: Final = _DAY + _EARLY
"""How long before a night a file may have come and still count."""
_WEEK: Final = tuple(Weekday)
_NAMES: Final = dict(
    zip(
        _WEEK,
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        strict=True,
    )
)
_GROUPS: Final = {_WEEK: "every day", _WEEK[:5]: "on weekdays", _WEEK[5:]: "at the weekend"}


def missing(job: Job, now: dt.datetime, arrivals: Iterable[dt.datetime]) -> str:
    """Say that a file should have come and did not.

    It is missing where one was due in the last 24 hours, and none came since half a day before
    that moment: a night that is done twice, or late, finds the file of that day all the same.

    Args:
        job: what says when a file is due.
        now: aware.
        arrivals: when the job's files were taken; aware. Tonight's among them.

    Returns:
        `no file came: one was expected by 01:30 on weekdays`, or "".
    """
    due = last_due(job, now)
    if due is None or now - due >= _DAY or any(due - _EARLY < one <= now for one in arrivals):
        return ""
    by = f"{job.expected_by:%H:%M}"
    return f"no file came: one was expected by {by} {_days(job.expected_days)}"


def last_due(job: Job, now: dt.datetime) -> dt.datetime | None:
    """The last moment, not after `now`, by which a file had to be there; None: there is none."""
    if job.expected_by is None or not job.expected_days:
        return None
    today = now.astimezone(job.timezone).date()
    for back in range(8):
        day = today - back * _DAY
        if _WEEK[day.weekday()] in job.expected_days:
            due = dt.datetime.combine(day, job.expected_by, job.timezone).astimezone(dt.UTC)
            if due <= now:
                return due
    return None


def unusual(job: Job, file: str, rows: int) -> str:
    """Say that a file's volume is far from usual.

    Args:
        job: what says which volume is usual.
        file: its name.
        rows: its rows with actions.
    """
    if not rows:
        return f"{file} has no rows to import"
    if job.usual_rows is None or job.usual_rows[0] <= rows <= job.usual_rows[1]:
        return ""
    least, most = job.usual_rows
    return f"{file} has {rows:,} row{'s' if rows != 1 else ''}; usual are {least:,} to {most:,}"


def _days(days: Sequence[Weekday]) -> str:
    if group := _GROUPS.get(tuple(days)):
        return group
    names = [_NAMES[day] for day in days]
    return "on " + " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
