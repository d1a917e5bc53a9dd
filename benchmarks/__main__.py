"""The one command: measure, print the table, and write down what was asked for."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import click

from benchmarks.growth import draw, growth_keys
from benchmarks.joining import read_run, together
from benchmarks.lines import TOPICS, make_lines
from benchmarks.place import Place
from benchmarks.record import Record, write_into
from benchmarks.rounds import Measurements, go_round
from benchmarks.sizes import FULL, MODERATE, TINY, Sizes
from benchmarks.table import Line, as_text, judge
from benchmarks.tasks import make_tasks

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(min=1))
@click.option("--only", multiple=True, type=click.Choice(TOPICS), help="These lines alone.")
@click.option("--moderate", "sizes", flag_value=MODERATE, help="A twentieth of the size, or so.")
@click.option("--tiny", "sizes", flag_value=TINY, help="No time at all: to see that it works.")
@click.option(
    "--join",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Measure nothing: put the --json files of several runs together.",
)
@click.option("--json", "json_file", type=FILE, help="Write every sample into this file.")
@click.option("--docs", type=FILE, help="Put the table into this page, docs/performance.md.")
@click.option("--chart", type=FILE, help="Measure the growth too, and draw it into this SVG.")
@click.option("--note", default="", help="What to say of the machine, above the table.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build/benchmarks"),
    show_default=True,
    help="Where the sheets are made and kept: 3 GB. On a disk, not in memory.",
)
def main(  # noqa: PLR0913 - a command's options are its arguments
    rounds: int,
    only: tuple[str, ...],
    json_file: Path | None,
    docs: Path | None,
    chart: Path | None,
    *,
    join: tuple[Path, ...],
    note: str,
    folder: Path,
    sizes: Sizes | None,
) -> None:
    """Measure ours and its peers side by side, and print the table."""
    sizes, runs = sizes or FULL, [read_run(file) for file in join]
    lines = [line for line in make_lines(sizes) if not only or line.topic in only]

    def record(found: Measurements) -> Record:
        now, verdicts = dt.datetime.now().astimezone(), judge(lines, found.samples)
        return Record(at=now, note=note, measurements=found, verdicts=verdicts, runs=runs)

    def keep(found: Measurements) -> None:
        if json_file:
            json_file.write_text(record(found).as_json(), encoding="utf-8")

    keys = _keys(lines, growth_keys(sizes) if chart else [])
    found = together(runs) if runs else _measure(folder, sizes, keys, rounds, keep)
    keep(found)
    click.echo(as_text(judge(lines, found.samples), runs=[run.samples for run in runs]))
    if docs:
        write_into(docs, record(found).as_markdown())
    if chart:
        draw(chart, found.samples, sizes)
    if found.broken:
        names = ", ".join(found.broken)
        raise click.ClickException(f"Could not be measured: {names}. Why stands above.")


def _measure(
    folder: Path,
    sizes: Sizes,
    keys: Collection[str],
    rounds: int,
    keep: Callable[[Measurements], object],
) -> Measurements:
    place = Place(folder)
    with tempfile.TemporaryDirectory(dir=folder) as lasting:
        tasks = make_tasks(place, Path(lasting).resolve(), sizes)
        chosen = [task for key, task in tasks.items() if key in keys]
        return go_round(chosen, rounds, lambda words: click.echo(words, err=True), keep)


def _keys(lines: Sequence[Line], more: Sequence[str]) -> Collection[str]:
    return {figure.task for line in lines for figure in (line.ours, line.beside)} | set(more)


if __name__ == "__main__":
    main()
