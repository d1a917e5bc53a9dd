"""Every task by its name: what a round does, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from benchmarks import ours, theirs
from benchmarks.place import Place, python
from benchmarks.sizes import Sizes
from benchmarks.table import Sample

WRONG: Final = "--no-such-option"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something to be measured once in each round."""

    key: str
    run: Callable[[], Sample]
    needs: str = ""
    """The library of a peer; "" for ours, which is always here."""

    @property
    def is_here(self) -> bool:
        """Whether its library is installed."""
        return not self.needs or find_spec(self.needs) is not None


class Prepared:
    """A run that was sent for its report, when the first task asks for it.

    Args:
        place: where.
        folder: kept as long as the benchmarks run.
        rows: of its sheet.
    """

    def __init__(self, place: Place, folder: Path, rows: int) -> None:
        self._place, self._folder, self._rows = place, folder, rows
        self._made: tuple[str, Path] | None = None

    def get(self) -> tuple[str, Path]:
        """The run, and its rows as a CSV."""
        if self._made is None:
            self._made = ours.prepare_report(self._place, self._folder, self._rows)
        return self._made

    def ours(self) -> Sample:
        """Our report of it."""
        return ours.report(self._folder, self.get()[0])

    def theirs(self) -> Sample:
        """The peer's workbook of its rows."""
        return theirs.report(self._place, self.get()[1])


def make_tasks(place: Place, folder: Path, sizes: Sizes) -> dict[str, Task]:
    """All tasks of these sizes; `folder` holds what lasts for more than one round."""
    found = [
        *_csv(place, sizes),
        *_xlsx(place, sizes),
        *_sends(place, sizes),
        *_ends(place, sizes),
        *_reports(place, folder, sizes),
        *_starts(folder, sizes),
    ]
    return {task.key: task for task in found}


def _csv(place: Place, sizes: Sizes) -> Iterator[Task]:
    for rows in sorted({sizes.csv, sizes.csv_more, *sizes.growth_csv}):
        for library in ("polars", "pandera", "frictionless", "pandas"):
            script = f"{library}_{'read' if library in {'polars', 'pandas'} else 'check'}"
            run = partial(_read_csv, place, script, rows)
            yield Task(key=f"{library}-csv-{rows}", run=run, needs=library)
        yield Task(key=f"check-csv-{rows}", run=partial(_check_csv, place, rows))
        yield Task(key=f"stage-csv-{rows}", run=partial(ours.stage, place, rows))


def _xlsx(place: Place, sizes: Sizes) -> Iterator[Task]:
    for rows in sorted({sizes.xlsx, *sizes.growth_xlsx}):
        yield Task(key=f"check-xlsx-{rows}", run=partial(_check_xlsx, place, rows))
        yield Task(key=f"pandas-xlsx-{rows}", run=partial(_read_xlsx, place, rows))


def _sends(place: Place, sizes: Sizes) -> Iterator[Task]:
    for latency_s, rows in sizes.uploads:
        words, key = (place, rows, latency_s, sizes.concurrency), f"{latency_s * 1000:g}"
        yield Task(key=f"upload-{key}", run=partial(ours.upload, *words))
        yield Task(key=f"aiohttp-{key}", run=partial(theirs.upload, *words), needs="aiohttp")
    yield Task(key="limited", run=partial(ours.limited, place, sizes.limited))
    yield Task(key="restarted", run=partial(ours.restarted, place, sizes.restarted))
    yield Task(key="again", run=partial(ours.again, place, sizes.again))


def _ends(place: Place, sizes: Sizes) -> Iterator[Task]:
    rows, latency_s = sizes.end, sizes.end_latency_s
    run = partial(ours.end_to_end, place, rows, latency_s, sizes.end_concurrency)
    yield Task(key="end", run=run)
    for library in ("requests", "dlt"):
        words = (place, f"{library}_post", rows, latency_s, sizes.sampled)
        yield Task(key=f"{library}-end", run=partial(theirs.post_all, *words), needs=library)


def _reports(place: Place, folder: Path, sizes: Sizes) -> Iterator[Task]:
    prepared = Prepared(place, folder, sizes.report)
    yield Task(key="report", run=prepared.ours)
    yield Task(key="xlsxwriter-report", run=prepared.theirs, needs="xlsxwriter")


def _starts(folder: Path, sizes: Sizes) -> Iterator[Task]:
    for program, module in (("importer", "importer"), ("click", "benchmarks.peers.bare_click")):
        for name, word, code in (("help", "--help", 0), ("wrong", WRONG, 2)):
            run = partial(ours.start, folder, python(module, word), [code], sizes.starts)
            yield Task(key=f"{program}-{name}", run=run)


def _check_csv(place: Place, rows: int) -> Sample:
    return ours.check(place, place.csv(rows), rows)


def _check_xlsx(place: Place, rows: int) -> Sample:
    return ours.check(place, place.xlsx(rows), rows)


def _read_csv(place: Place, script: str, rows: int) -> Sample:
    return theirs.read(place, script, place.csv(rows), rows)


def _read_xlsx(place: Place, rows: int) -> Sample:
    return theirs.read(place, "pandas_excel", place.xlsx(rows), rows)
