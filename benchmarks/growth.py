"""Time and memory against rows, ours and peers, as a chart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.sizes import Sizes
from benchmarks.table import Figure, Samples

MOST_ROWS: Final = {"pandera-csv": 1_000_000, "frictionless-csv": 100_000}
"""Beyond, a peer takes minutes or more memory than the machine may have."""
CURVES: Final = {
    "check-csv": "importer check",
    "polars-csv": "polars, reading alone",
    "pandera-csv": "pandera on pandas",
    "frictionless-csv": "frictionless",
    "check-xlsx": "importer check",
    "pandas-xlsx": "pandas with openpyxl, reading alone",
}
"""Tasks, without their size → what they are called; the sheet's kind is the last part."""
_COLOURS: Final = ("#1f5fbf", "#c2571a", "#4d8f3a", "#8a5aa8")
_METRICS: Final = (("wall_s", "seconds"), ("peak_mb", "peak memory, MB"))
_KINDS: Final = (("csv", "CSV"), ("xlsx", "workbook"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One program's line in one panel."""

    name: str
    rows: Sequence[int]
    values: Sequence[float]


def growth_keys(sizes: Sizes) -> list[str]:
    """The tasks that the chart is drawn from."""
    return [
        f"{curve}-{rows}"
        for curve in CURVES
        for rows in _rows_of(curve, sizes)
        if rows <= MOST_ROWS.get(curve, rows)
    ]


def curves_of(samples: Samples, sizes: Sizes, kind: str, metric: str) -> Iterator[Curve]:
    """The curves of one panel, of what was measured."""
    for curve, name in CURVES.items():
        if not curve.endswith(kind):
            continue
        found = {
            rows: Figure(f"{curve}-{rows}", metric).median(samples)
            for rows in _rows_of(curve, sizes)
        }
        known = {rows: value for rows, value in found.items() if value is not None}
        if known:
            yield Curve(name=name, rows=list(known), values=list(known.values()))


def draw(path: Path, samples: Samples, sizes: Sizes) -> None:
    """Draw the four panels into an SVG; the same figures give the same bytes."""
    import matplotlib as mpl  # noqa: PLC0415 - a library of the peers' group, needed for this alone
    from matplotlib.figure import Figure as Drawing  # noqa: PLC0415 - the same

    looks = {"svg.fonttype": "none", "svg.hashsalt": "growth", "font.size": 9}
    with mpl.rc_context(looks):
        drawing = Drawing(figsize=(9, 6.5), layout="constrained")
        panels = drawing.subplots(2, 2, sharex="col")
        for across, (kind, title) in enumerate(_KINDS):
            panels[0][across].set_title(f"{title}: time and memory against rows")
            panels[1][across].set_xlabel("rows")
            for down, (metric, label) in enumerate(_METRICS):
                curves = list(curves_of(samples, sizes, kind, metric))
                _draw_panel(panels[down][across], curves, label)
        drawing.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


def _draw_panel(panel: object, curves: Sequence[Curve], label: str) -> None:
    from matplotlib.axes import Axes  # noqa: PLC0415 - as above

    assert isinstance(panel, Axes)
    for curve, colour in zip(curves, _COLOURS, strict=False):
        panel.plot(curve.rows, curve.values, marker="o", label=curve.name, color=colour)
    sizes = sorted({rows for curve in curves for rows in curve.rows})
    panel.set(xscale="log", yscale="log", ylabel=label)
    panel.yaxis.set_major_formatter("{x:g}")
    panel.set_xticks(sizes, [f"{rows:,}" for rows in sizes])
    panel.minorticks_off()
    panel.grid(visible=True, which="major", color="#dddddd")
    if curves:
        panel.legend(frameon=False)


def _rows_of(curve: str, sizes: Sizes) -> tuple[int, ...]:
    return sizes.growth_xlsx if curve.endswith("xlsx") else sizes.growth_csv
