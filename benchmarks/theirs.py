"""What is measured of the peers; each is held against the sheet as ours is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.measuring import Measured, measure
from benchmarks.ours import expect, sample_of
from benchmarks.place import ENV, Place, python
from benchmarks.serving import serving
from benchmarks.table import Sample


def read(place: Place, script: str, sheet: Path, rows: int) -> Sample:
    """A peer that reads, or checks, a sheet."""
    measured, told = _peer(place, script, sheet)
    expect("rows", told["rows"], rows)
    return sample_of(measured)


def upload(place: Place, rows: int, latency_s: float, concurrency: int) -> Sample:
    """aiohttp, sending the same sheet to the same CRM; timed where it arrives."""
    with serving(latency_s) as crm:
        measured, told = _peer(place, "aiohttp_post", place.csv(rows), crm.root, concurrency)
        arrivals = crm.arrivals()
    expect("requests", len(arrivals.creates), told["posted"])
    ideal = told["posted"] * latency_s / concurrency
    return sample_of(measured, sending_s=arrivals.sending_s, ideal_s=ideal)


def post_all(place: Place, script: str, rows: int, latency_s: float, sampled: int) -> Sample:
    """A script that posts lead by lead, from `sampled` of its leads extended to all of them."""
    with place.fresh() as folder, serving(latency_s) as crm:
        words = (place.xlsx(rows), crm.root, sampled, folder)
        measured, told = _peer(place, script, *words)
        arrivals = crm.arrivals()
    expect("requests", len(arrivals.creates), told["posted"])
    sending_s = told["post_s"] / told["posted"] * told["leads"]
    return sample_of(measured, sending_s=sending_s, whole_s=told["read_s"] + sending_s)


def report(place: Place, rows: Path) -> Sample:
    """XlsxWriter, writing the rows of our report."""
    with place.fresh() as folder:
        measured, _ = _peer(place, "xlsxwriter_report", rows, folder / "report.xlsx")
    return sample_of(measured)


def _peer(place: Place, script: str, *words: object) -> tuple[Measured, Mapping[str, Any]]:
    with place.fresh() as folder:
        measured = measure(python(f"benchmarks.peers.{script}", *words), cwd=folder, env=ENV)
    return measured, json.loads(measured.out.splitlines()[-1])
