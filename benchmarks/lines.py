"""The lines of the table, with the goals that the product was given."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.sizes import Sizes
from benchmarks.table import Figure, Goal, Line, Measure

TOPICS = ("check", "memory", "upload", "limit", "requests", "end", "report", "start")
"""What `--only` picks from."""


def make_lines(sizes: Sizes) -> list[Line]:
    """All lines of these sizes, in the order of the table."""
    return [
        *_checks(sizes),
        *_memory(sizes),
        *_uploads(sizes),
        *_limits(),
        *_requests(),
        *_ends(sizes),
        _report(sizes),
        *_starts(),
    ]


def _checks(sizes: Sizes) -> Iterator[Line]:
    ours = Figure(f"check-csv-{sizes.csv}")
    what = f"check a CSV of {sizes.csv:,} rows"
    goal = Goal(most=3, stretch=2)
    beside = Figure(f"polars-csv-{sizes.csv}")
    yield Line("check", what, ours, beside, "polars, reading alone", goal)
    for library, words in (("pandas", "pandas, reading alone"), ("pandera", "pandera on pandas")):
        yield Line("check", what, ours, Figure(f"{library}-csv-{sizes.csv}"), words)
    less = sizes.frictionless
    ours, beside = Figure(f"check-csv-{less}"), Figure(f"frictionless-csv-{less}")
    yield Line("check", f"check a CSV of {less:,} rows", ours, beside, "frictionless")
    what, goal = f"check a workbook of {sizes.xlsx:,} rows", Goal(of=Measure.FASTER, least=8)
    ours, beside = Figure(f"check-xlsx-{sizes.xlsx}"), Figure(f"pandas-xlsx-{sizes.xlsx}")
    yield Line("check", what, ours, beside, "pandas with openpyxl, reading alone", goal)


def _memory(sizes: Sizes) -> Iterator[Line]:
    for task in ("check", "stage"):
        more = Figure(f"{task}-csv-{sizes.csv_more}", "peak_mb")
        less = Figure(f"{task}-csv-{sizes.csv}", "peak_mb")
        what = f"{task}: peak memory at {sizes.csv_more:,} rows"
        peer = f"ours at {sizes.csv:,} rows"
        yield Line("memory", what, more, less, peer, Goal(most=1.3))
        yield Line("memory", what, more, more, "", Goal(of=Measure.OURS, most=400, unit="MB"))
    ours = Figure(f"check-csv-{sizes.csv_more}", "peak_mb")
    polars = Figure(f"polars-csv-{sizes.csv_more}", "peak_mb")
    what = f"check: peak memory at {sizes.csv_more:,} rows"
    yield Line("memory", what, ours, polars, "polars, reading alone")


def _uploads(sizes: Sizes) -> Iterator[Line]:
    goals = [Goal(of=Measure.SHARE, least=0.95), Goal(of=Measure.SHARE, least=0.75, stretch=0.9)]
    for (latency_s, _), goal in zip(sizes.uploads, goals, strict=False):
        key, in_flight = f"{latency_s * 1000:g}", sizes.concurrency
        what = f"upload at {key} ms latency, {in_flight} in flight"
        ours, ideal = Figure(f"upload-{key}", "sending_s"), Figure(f"upload-{key}", "ideal_s")
        yield Line("upload", what, ours, ideal, "ideal", goal)
        bar = Figure(f"aiohttp-{key}", "sending_s")
        yield Line("upload", what, ours, bar, "aiohttp, keeping no books", Goal(of=Measure.SHARE))


def _limits() -> Iterator[Line]:
    what = "upload under a limit of 20 requests a second"
    ours, ideal = Figure("limited", "sending_s"), Figure("limited", "ideal_s")
    yield Line("limit", what, ours, ideal, "N / R", Goal(least=0.98, most=1.02))
    goal = Goal(of=Measure.OURS, most=0.999, unit="requests")
    over = Figure("limited", "over_requests")
    what = "the same: requests over 20 · t + 1, in the fullest window"
    yield Line("limit", what, over, over, "", goal)
    over = Figure("restarted", "over_requests")
    what = "a limit of 10 a second, burst 40, restarted: requests over 10 · t + 40, fullest window"
    yield Line("limit", what, over, over, "", goal)


def _requests() -> Iterator[Line]:
    first, leads = Figure("again", "first_requests"), Figure("again", "lead_requests")
    yield Line("requests", "requests of a sheet", first, leads, "leads", Goal(most=1))
    rows = Figure("again", "row_requests")
    yield Line("requests", "requests of a sheet", first, rows, "rows, one by one")
    none = Goal(of=Measure.OURS, most=0, unit="requests")
    for key, words in (("already", "ALREADY"), ("duplicate", "DUPLICATE")):
        ours = Figure("again", f"{key}_requests")
        what = f"requests of a sheet whose rows are all {words}"
        yield Line("requests", what, ours, ours, "", none)


def _ends(sizes: Sizes) -> Iterator[Line]:
    what = f"workbook of {sizes.end:,} rows to report, {sizes.end_latency_s * 1000:g} ms latency"
    ours, goal = Figure("end"), Goal(of=Measure.FASTER, least=25)
    script = Figure("requests-end", "whole_s")
    yield Line("end", what, ours, script, "pandas and requests, lead by lead", goal)
    yield Line(
        "end",
        what,
        ours,
        Figure("dlt-end", "whole_s"),
        "dlt, custom destination",
        Goal(of=Measure.FASTER),
    )


def _report(sizes: Sizes) -> Line:
    what = f"reports of a run of {sizes.report:,} rows"
    beside = Figure("xlsxwriter-report")
    return Line(
        "report", what, Figure("report"), beside, "XlsxWriter, the same rows", Goal(most=1 / 3)
    )


def _starts() -> Iterator[Line]:
    for name, what, most in (("help", "importer --help", 2), ("wrong", "a wrong option", 3)):
        ours, beside = Figure(f"importer-{name}"), Figure(f"click-{name}")
        yield Line("start", what, ours, beside, "a bare click program", Goal(most=most))
