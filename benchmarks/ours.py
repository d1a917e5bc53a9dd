"""What is measured of ours: each task does a job as a person would, and is held against the sheet.

A task returns a `Sample`. One whose job was not done raises `BrokenError`: a fast wrong answer is
none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks.limits import excess, ideal_s
from benchmarks.measuring import BrokenError, Measured, measure
from benchmarks.place import ENV, Place, python, write_settings
from benchmarks.serving import Arrivals, serving
from benchmarks.sheets import LEAD, is_sound, make_rows
from benchmarks.table import Sample

CHECKED: Final = (0, 3)
ENDED: Final = (0, 4)
"""Everything is created, but for the faulty rows."""
OUT_OF_TIME: Final = (75,)

LIMIT: Final = 20.0
"""Requests a second."""
SLOW: Final = 10.0
BURST: Final = 40
"""At `SLOW`, so many count for four seconds: longer than a restart takes, which must not forget."""
PART_MINUTES: Final = 0.05


def sample_of(measured: Measured, **more: float) -> Sample:
    """What was measured of a process, and what else is known of it."""
    return {
        "wall_s": measured.wall_s,
        "cpu_s": measured.cpu_s,
        "peak_mb": measured.peak_mb,
        **more,
    }


def expect(what: str, found: object, wanted: object) -> None:
    """Hold a result against what it must be.

    Raises:
        BrokenError: it is something else.
    """
    if found != wanted:
        raise BrokenError(f"{what}: {found} instead of {wanted}")


@cache
def leads_of(rows: int) -> int:
    """How many leads of a sheet have something to send."""
    return len({row[LEAD] for row in make_rows(rows) if is_sound(row)})


@cache
def sound_of(rows: int) -> int:
    """How many rows of a sheet are sound."""
    return sum(is_sound(row) for row in make_rows(rows))


def check(place: Place, sheet: Path, rows: int) -> Sample:
    """`importer check --json`: every problem named by its cell."""
    with place.fresh() as folder:
        command = python("importer", "check", sheet, "-m", place.mapping, "--json")
        measured = measure(command, cwd=folder, env=ENV, codes=CHECKED)
    told = _read(measured.out)
    expect("rows", told["rows"], rows)
    expect("faulty rows", told["invalid"], rows - sound_of(rows))
    return sample_of(measured)


def stage(place: Place, rows: int) -> Sample:
    """Check a CSV and stage all of it in a new journal."""
    with place.fresh() as folder:
        write_settings(folder, "http://127.0.0.1:9/autoupdate/v2")
        command = python("benchmarks.stage", place.csv(rows), place.mapping)
        return sample_of(measure(command, cwd=folder, env=ENV))


def upload(place: Place, rows: int, latency_s: float, concurrency: int) -> Sample:
    """`importer run` of a CSV; the sending alone is timed, where it arrives."""
    measured, arrivals = _sent(place, place.csv(rows), rows, latency_s, concurrency=concurrency)
    ideal = len(arrivals.creates) * latency_s / concurrency
    return sample_of(measured, sending_s=arrivals.sending_s, ideal_s=ideal)


def limited(place: Place, rows: int) -> Sample:
    """`importer run` under a limit without a burst: how long it takes, first request to last."""
    measured, arrivals = _sent(place, place.csv(rows), rows, 0.0, per_hour=LIMIT * 3600)
    moments = arrivals.arrived
    return sample_of(
        measured,
        sending_s=moments[-1] - moments[0],
        ideal_s=ideal_s(len(moments), rate=LIMIT, burst=1),
        over_requests=excess(moments, rate=LIMIT, burst=1),
    )


def restarted(place: Place, rows: int) -> Sample:
    """A run under a limit with a burst that ends half-way, and is resumed at once."""
    with place.fresh() as folder, serving(0.0) as crm:
        write_settings(folder, crm.base_url, per_hour=SLOW * 3600, burst=BURST)
        out = _run(
            place, folder, place.csv(rows), "--max-minutes", PART_MINUTES, codes=OUT_OF_TIME
        ).out
        first = len(crm.arrivals().creates)
        resume = python("importer", "resume", _read(out)["run"], "--json")
        measured = measure(resume, cwd=folder, env=ENV, codes=ENDED)
        arrivals = crm.arrivals()
    _expect_one_each(arrivals, rows)
    if first in {0, len(arrivals.creates)}:
        raise BrokenError(f"Nothing was left for the restart: {first} requests before it.")
    return sample_of(measured, over_requests=excess(arrivals.arrived, rate=SLOW, burst=BURST))


def again(place: Place, rows: int) -> Sample:
    """A sheet; the same one again, all ALREADY; and the same receipts with other amounts."""
    with place.fresh() as folder, serving(0.0) as crm:
        write_settings(folder, crm.base_url, concurrency=8)
        measured = _run(place, folder, place.csv(rows))
        first = crm.arrivals()
        _run(place, folder, place.csv(rows))
        second = crm.arrivals()
        _run(place, folder, place.changed_csv(rows))
        third = crm.arrivals()
    return sample_of(
        measured,
        first_requests=_requests(first),
        lead_requests=leads_of(rows),
        row_requests=sound_of(rows),
        already_requests=_requests(second) - _requests(first),
        duplicate_requests=_requests(third) - _requests(second),
    )


def end_to_end(place: Place, rows: int, latency_s: float, concurrency: int) -> Sample:
    """`importer run` of a workbook, from the first byte read to the last report written."""
    measured, arrivals = _sent(place, place.xlsx(rows), rows, latency_s, concurrency=concurrency)
    return sample_of(measured, sending_s=arrivals.sending_s)


def prepare_report(place: Place, folder: Path, rows: int) -> tuple[str, Path]:
    """Send a whole sheet, for its report; nothing of it is measured.

    Returns:
        The run, and its rows as a CSV: what a peer writes as well.
    """
    with serving(0.0) as crm:
        write_settings(folder, crm.base_url, concurrency=16)
        told = _read(_run(place, folder, place.csv(rows)).out)
    return told["run"], folder / "reports" / told["run"] / "reconciliation.csv"


def report(folder: Path, run: str) -> Sample:
    """`importer report`: page, workbook, table, document and failures workbook of a run anew."""
    measured = measure(python("importer", "report", run), cwd=folder, env=ENV, codes=(0, 4))
    for name in ("reconciliation.html", "reconciliation.xlsx"):
        expect(name, (folder / "reports" / run / name).is_file(), True)
    return sample_of(measured)


def start(folder: Path, command: Sequence[str], codes: Sequence[int], times: int) -> Sample:
    """The median of a few starts of a program that does nothing."""
    all_of_them = [measure(command, cwd=folder, env=ENV, codes=codes) for _ in range(times)]
    return {
        "wall_s": median(one.wall_s for one in all_of_them),
        "cpu_s": median(one.cpu_s for one in all_of_them),
        "peak_mb": median(one.peak_mb for one in all_of_them),
    }


def _sent(  # noqa: PLR0913 - keywords, each a thing of its own
    place: Place,
    sheet: Path,
    rows: int,
    latency_s: float,
    *,
    concurrency: int = 4,
    per_hour: float = 0,
) -> tuple[Measured, Arrivals]:
    """Run a sheet against a CRM of its own, one request for each of its leads."""
    with place.fresh() as folder, serving(latency_s) as crm:
        write_settings(folder, crm.base_url, concurrency=concurrency, per_hour=per_hour)
        measured = _run(place, folder, sheet)
        arrivals = crm.arrivals()
    _expect_one_each(arrivals, rows)
    return measured, arrivals


def _run(
    place: Place, folder: Path, sheet: Path, *words: object, codes: Sequence[int] = ENDED
) -> Measured:
    command = python("importer", "run", sheet, "-m", place.mapping, "--json", *words)
    return measure(command, cwd=folder, env=ENV, codes=codes)


def _read(out: str) -> Mapping[str, Any]:
    try:
        told: Mapping[str, Any] = json.loads(out)
    except ValueError as error:
        raise BrokenError(f"No summary was printed: {out[:300]!r}") from error
    return told


def _expect_one_each(arrivals: Arrivals, rows: int) -> None:
    expect("requests", _requests(arrivals), leads_of(rows))


def _requests(arrivals: Arrivals) -> int:
    return len(arrivals.creates) + arrivals.others
