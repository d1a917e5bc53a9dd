"""The benchmarks work, and count right; nothing here looks at how long anything takes."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from benchmarks.__main__ import main
from benchmarks.growth import curves_of, draw, growth_keys
from benchmarks.joining import read_run
from benchmarks.limits import excess, ideal_s
from benchmarks.lines import TOPICS, make_lines
from benchmarks.measuring import BrokenError, measure
from benchmarks.place import Place
from benchmarks.record import BEGIN, END, put_into
from benchmarks.rounds import go_round
from benchmarks.sheets import (
    DATE,
    HEADERS,
    LEAD,
    MAPPING,
    RECEIPT,
    is_sound,
    make_rows,
    write_csv,
    write_xlsx,
)
from benchmarks.sizes import FULL, MODERATE, TINY, Sizes
from benchmarks.table import (
    Figure,
    Goal,
    Line,
    Measure,
    Samples,
    as_json,
    as_text,
    judge,
)
from benchmarks.tasks import Task, make_tasks
from importer.mapping import parse_mapping

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
needs_wait4 = pytest.mark.skipif(
    not hasattr(os, "wait4"), reason="the benchmarks measure on Linux and macOS"
)
OURS = ("check", "stage", "upload", "limited", "restarted", "again", "end", "report", "importer")


def sample(value: float) -> dict[str, float]:
    """One round of a task whose every metric is this value."""
    return dict.fromkeys(("wall_s", "cpu_s", "peak_mb"), value)


def test_a_sheet_is_the_same_wherever_it_is_made(tmp_path: Path) -> None:
    """A CSV of 5,000 rows has these bytes, so that figures of two machines are of one sheet."""
    write_csv(tmp_path / "sheet.csv", 5_000)
    digest = hashlib.sha256((tmp_path / "sheet.csv").read_bytes()).hexdigest()
    assert digest.startswith("2a8a9f41c90fc0d3")


def test_a_sheet_is_like_an_offices() -> None:
    """Twelve columns, three rows a lead, in no order, a receipt in one row only, 1 % faults."""
    rows = list(make_rows(30_000))
    sound = [row for row in rows if is_sound(row)]
    leads = Counter(row[LEAD] for row in sound)
    receipts = [row[RECEIPT] for row in rows if row[RECEIPT]]
    assert {len(row) for row in rows} == {len(HEADERS)} == {12}
    assert 280 <= len(rows) - len(sound) <= 320
    assert 2.5 <= len(sound) / len(leads) <= 3.5
    assert len(set(receipts)) == len(receipts)
    assert sorted(receipts) != receipts
    assert sorted(row[LEAD] for row in sound) != [row[LEAD] for row in sound]


def test_the_workbook_holds_the_same_cells_as_the_csv(tmp_path: Path) -> None:
    """Dates and amounts are numbers in the workbook and texts in the CSV, and say the same."""
    write_csv(tmp_path / "sheet.csv", 500)
    write_xlsx(tmp_path / "sheet.xlsx", 500)
    with (tmp_path / "sheet.csv").open(encoding="utf-8", newline="") as file:
        texts = list(csv.reader(file))
    tab = load_workbook(tmp_path / "sheet.xlsx").worksheets[0]
    cells = [[shown(value) for value in row] for row in tab.iter_rows(values_only=True)]
    assert cells == texts
    assert isinstance(tab.cell(2, DATE + 1).value, dt.datetime)


def shown(value: object) -> str:
    """A cell's value as the CSV writes it."""
    match value:
        case None:
            return ""
        case dt.datetime():
            return f"{value:%d/%m/%Y}"
        case float() | int():
            return f"{value:.2f}"
        case _:
            return str(value)


def test_the_mapping_checks_every_column() -> None:
    """A column that no action uses would not be checked, and the comparison would flatter us."""
    mapping = parse_mapping(MAPPING, "payments.yaml")
    used = MAPPING.partition("identity:")[2]
    assert len(mapping.columns) == len(HEADERS)
    for name in mapping.columns:
        lead = name == "lead"  # named above, by `lead: lead`
        assert lead or f"from: {name}" in used or f"{{{name}}}" in used, name


def test_a_line_is_the_ratio_of_medians() -> None:
    """One slow round of five moves neither side."""
    samples = {
        "ours": [sample(value) for value in (3.0, 2.0, 90.0, 2.5, 1.0)],
        "peer": [sample(value) for value in (1.0, 1.0, 50.0)],
    }
    line = Line("check", "it", Figure("ours"), Figure("peer"), "a peer", Goal(most=3, stretch=2))
    [verdict] = judge([line], samples)
    assert (verdict.ours, verdict.beside, verdict.value, verdict.met) == (2.5, 1.0, 2.5, "yes")
    assert verdict.cells() == (
        "it",
        "2.5 s",
        "a peer: 1.0 s",
        "2.5 ×",
        "≤ 3 ×, stretch 2 ×",
        "yes",
    )


@pytest.mark.parametrize(
    ("goal", "ours", "beside", "met"),
    [
        (Goal(most=3, stretch=2), 6.0, 2.0, "yes"),
        (Goal(most=3, stretch=2), 4.0, 2.0, "yes, the stretch too"),
        (Goal(most=3, stretch=2), 6.1, 2.0, "no"),
        (Goal(of=Measure.FASTER, least=8), 2.0, 16.0, "yes"),
        (Goal(of=Measure.FASTER, least=8), 2.0, 15.9, "no"),
        (Goal(of=Measure.SHARE, least=0.75, stretch=0.9), 10.0, 8.0, "yes"),
        (Goal(of=Measure.SHARE, least=0.75, stretch=0.9), 10.0, 9.5, "yes, the stretch too"),
        (Goal(least=0.98, most=1.02), 10.3, 10.0, "no"),
        (Goal(least=0.98, most=1.02), 9.7, 10.0, "no"),
        (Goal(least=0.98, most=1.02), 10.1, 10.0, "yes"),
        (Goal(of=Measure.OURS, most=400, unit="MB"), 401.0, 401.0, "no"),
        (Goal(of=Measure.OURS, most=0, unit="requests"), 0.0, 0.0, "yes"),
        (Goal(of=Measure.FASTER), 1.0, 2.0, "–"),
    ],
)
def test_a_goal_is_met_or_not(goal: Goal, ours: float, beside: float, met: str) -> None:
    """Both ends count, the stretch is the harder one, and what has no goal is not judged."""
    line = Line("check", "it", Figure("ours"), Figure("peer"), "a peer", goal)
    [verdict] = judge([line], {"ours": [sample(ours)], "peer": [sample(beside)]})
    assert verdict.met == met


def test_what_was_not_measured_is_not_judged() -> None:
    """A peer that is not installed leaves a dash, and never a goal that is met."""
    line = Line("check", "it", Figure("ours"), Figure("peer"), "a peer", Goal(most=3))
    verdicts = judge([line], {"ours": [sample(1.0)]})
    assert verdicts[0].met == "–"
    assert "not measured" in as_text(verdicts)
    assert as_json(verdicts)[0]["value"] is None


ARRIVALS = st.lists(st.floats(0, 60), min_size=1, max_size=40).map(sorted)


@given(arrivals=ARRIVALS, rate=st.floats(0.5, 50), burst=st.integers(1, 10))
def test_every_window_is_looked_at(arrivals: list[float], rate: float, burst: int) -> None:
    """One pass finds what counting in every window by itself finds."""
    worst = max(
        last - first + 1 - burst - rate * (arrivals[last] - arrivals[first])
        for first in range(len(arrivals))
        for last in range(first, len(arrivals))
    )
    assert excess(arrivals, rate=rate, burst=burst) == pytest.approx(worst, abs=1e-6)


def test_a_burst_too_many_is_seen() -> None:
    """A restart that forgot what was spent sends a second burst, and the window shows it."""
    kept = [0.0, 0.0, 0.1, 0.2, 0.3]
    assert excess(kept, rate=10, burst=2) == pytest.approx(0.0)
    assert excess([*kept, 0.35, 0.35], rate=10, burst=2) == pytest.approx(1.5)
    assert ideal_s(5, rate=10, burst=2) == pytest.approx(0.3)


@needs_wait4
def test_a_process_is_measured_with_its_children(tmp_path: Path) -> None:
    """Memory and CPU time of a child count, since sheets are read in one."""
    child = "held = bytearray(80_000_000); sum(range(30_000_000)); print('done')"
    words = (
        "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]], check=True)"
    )
    measured = measure([sys.executable, "-c", words, child], cwd=tmp_path)
    assert measured.out == "done\n"
    assert measured.peak_mb > 80
    assert measured.cpu_s > 0
    assert measured.wall_s > 0


@needs_wait4
def test_a_process_that_fails_is_not_measured(tmp_path: Path) -> None:
    """The time of a job that was not done is no time."""
    with pytest.raises(BrokenError, match="exit code 3"):
        measure([sys.executable, "-c", "raise SystemExit(3)"], cwd=tmp_path)


@needs_wait4
def test_rounds_are_interleaved(tmp_path: Path) -> None:
    """Every task once a round, every other round backwards, without what is broken or missing."""
    order = []

    def run(name: str) -> dict[str, float]:
        order.append(name)
        if name == "broken":
            measure([sys.executable, "-c", "raise SystemExit(1)"], cwd=tmp_path)
        return sample(1.0)

    names = ("one", "broken", "two")
    tasks = [Task(key=name, run=partial(run, name)) for name in names]
    found = go_round([*tasks, Task(key="peer", run=dict, needs="no_such_library")], 3)
    assert order == ["one", "broken", "two", "two", "one", "one", "two"]
    assert {key: len(rounds) for key, rounds in found.samples.items()} == {"one": 3, "two": 3}
    assert found.missing == {"peer": "no_such_library"}
    assert list(found.broken) == ["broken"]


@pytest.mark.parametrize("sizes", [FULL, MODERATE, TINY])
def test_every_line_has_its_tasks(sizes: Sizes, tmp_path: Path) -> None:
    """No line waits for a task that nobody runs, whatever the size."""
    tasks = make_tasks(Place(tmp_path), tmp_path, sizes)
    lines = make_lines(sizes)
    wanted = {figure.task for line in lines for figure in (line.ours, line.beside)}
    assert wanted | set(growth_keys(sizes)) <= set(tasks)
    assert {line.topic for line in lines} == set(TOPICS)


def test_a_table_replaces_the_one_before() -> None:
    """The page keeps its words, and has one table."""
    page = f"Words.\n\n{BEGIN}\nold\n{END}\n\nMore.\n"
    once = put_into(page, "new")
    assert put_into(once, "new") == once == f"Words.\n\n{BEGIN}\n\nnew\n{END}\n\nMore.\n"
    with pytest.raises(ValueError, match="needs one line"):
        put_into("Words.", "new")


def test_the_chart_is_the_same_for_the_same_figures(tmp_path: Path) -> None:
    """A chart that is committed changes with its figures only, and shows what was measured."""
    pytest.importorskip("matplotlib", reason="the chart's library is in the group `bench`")
    samples: Samples = {
        "check-csv-300": [sample(1.0)],
        "check-csv-600": [sample(2.0)],
        "polars-csv-300": [sample(0.5)],
    }
    names = [curve.name for curve in curves_of(samples, TINY, "csv", "wall_s")]
    assert names == ["importer check", "polars, reading alone"]
    draw(tmp_path / "one.svg", samples, TINY)
    draw(tmp_path / "two.svg", samples, TINY)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
    assert "polars, reading alone" in (tmp_path / "one.svg").read_text(encoding="utf-8")


def test_the_page_has_every_option_and_topic() -> None:
    """The page explains the command as it is."""
    text = PAGE.read_text(encoding="utf-8")
    options = {name for one in main.params for name in one.opts if name.startswith("--")}
    shown = set(re.findall(r"^\| `(--[a-z]+)", text, re.MULTILINE))
    assert shown == options
    for topic in TOPICS:
        assert f"`{topic}`" in text


def test_runs_are_put_together(tmp_path: Path) -> None:
    """One table of all rounds, with the ratio of each run beside; nothing is measured."""
    files = []
    for number, ours in enumerate((2.0, 3.0, 7.0)):
        files.append(tmp_path / f"{number}.json")
        samples = {"importer-help": [sample(ours)], "click-help": [sample(1.0)]}
        told = {"samples": samples, "missing": {}, "broken": {}}
        files[-1].write_text(json.dumps(told), encoding="utf-8")
    page = tmp_path / "performance.md"
    shutil.copy(PAGE, page)
    words = [word for file in files for word in ("--join", str(file))]
    done = CliRunner().invoke(main, [*words, "--only", "start", "--docs", str(page)])
    assert done.exit_code == 0, done.output
    text = " ".join(page.read_text(encoding="utf-8").split())
    assert "3 rounds in 3 runs" in text
    assert "| 3.0 s | a bare click program: 1.0 s | 3 × | ≤ 2 × | no | 2 ×, 3 ×, 7 × |" in text
    files[0].write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError, match="is no run of the benchmarks"):
        read_run(files[0])


@needs_wait4
def test_the_whole_run_works_on_tiny_inputs(tmp_path: Path) -> None:
    """One command measures all of ours and every peer that is installed, and writes it down."""
    page, told = tmp_path / "performance.md", tmp_path / "told.json"
    shutil.copy(PAGE, page)
    words = ["--tiny", "--rounds", "1", "--docs", page, "--json", told, "--folder", tmp_path / "b"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *map(str, words)],
        cwd=PAGE.parents[1],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(told.read_text(encoding="utf-8"))
    measured = set(found["samples"])
    assert {name.partition("-")[0] for name in measured} >= set(OURS)
    for task, library in found["missing"].items():
        assert importlib.util.find_spec(library) is None
        assert f"{task}: {library} is not installed, left out" in done.stderr
    table = put_into(PAGE.read_text(encoding="utf-8"), "").partition(BEGIN)[0]
    assert page.read_text(encoding="utf-8").startswith(table)
    for line in make_lines(TINY):
        assert line.what in done.stdout
        assert line.what in page.read_text(encoding="utf-8")
