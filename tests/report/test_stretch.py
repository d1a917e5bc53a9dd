"""What was just created, which reports write without a record between."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from importer.created import Created, Told, record_of
from importer.model import ActionRecord, Currency, Outcome, Remark, Skipped
from importer.report.source import ReportSource
from importer.report.stretch import Stretch
from importer.report.told import told_of
from importer.report.write import write_reports

from .books import CREATED, RUN, action, inr, source_of

ODD = ["=1+1", "-5", "+", "@a", "_x0041_", "_x", "a_x000D_", "<b>&", ">", ",", ":", ";", "': '"]
WORDS = [
    "",
    "",
    "RC-1",
    "Asha Menon",
    "\u0930\u0941\u092a\u092f\u0947",
    "\u20b9",
    "{}",
    "%s",
    "#N/A",
    "",
]
LEADS = (
    st.just(CREATED.lead)
    | st.just("R-00061102")
    | st.sampled_from(['"quoted"', "back\\slash", *ODD])
)
FILES = [
    "payments.xlsx",
    "pay\tments.csv",
    "pay\nments.csv",
    "=cmd.csv",
    "-a\u0301<&>.csv",
    "_x0041_.csv",
    "a, b 50%b.csv",
    "50%b.csv",
    "a\u202eb.csv",
]

values = (
    st.sampled_from(["first instalment", "long " * 7000])
    | st.sampled_from(ODD)
    | st.sampled_from(WORDS)
    | st.text("ab,:;_x<=&", max_size=5)
)
contents = st.dictionaries(
    st.sampled_from(["amount", "paid_on", "receipt", "x", "", ",", ":"]), values
)
amounts = st.decimals(0, 10**18, places=3, allow_nan=False).map(lambda one: f"{one:f}")
money = st.tuples(
    st.none() | amounts | st.sampled_from(["0", "0.00", "1.5", "100000", "1.005", "1234567.8"]),
    st.sampled_from(Currency),
)


def packed(content: dict[str, str]) -> str:
    """Return JSON as the journal keeps it."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@st.composite
def created(draw: st.DrawFn, row: int, position: int) -> Created:
    """Draw an action that was created."""
    amount, currency = draw(money)
    is_payment = draw(st.booleans())
    return Created(
        run=RUN.id,
        row=row,
        position=position,
        name="payment" if is_payment else "receipt",
        type="PAYMENT" if is_payment else "1003",
        lead=draw(LEADS),
        amount=amount if is_payment else None,
        currency=str(currency) if is_payment and amount is not None else None,
        status=draw(st.sampled_from(["COMPLETED", "FAILED", 'A"B'])) if is_payment else "",
        action_id=f"{row}-{position}{draw(LEADS)}",
        content=packed(draw(contents)),
        lead_column="A",
    )


@st.composite
def others(draw: st.DrawFn, row: int, position: int) -> ActionRecord:
    """Draw an action of which there is more to say."""
    made = action(
        row,
        draw(st.sampled_from([Outcome.CREATED, Outcome.IGNORED, Outcome.UNSENT])),
        inr("12.50"),
        position=position,
        content=draw(contents),
        remarks=(Remark(path="fields.email", text=f"Email {row} is invalid", column="B"),),
    )
    return replace(made, remarks=()) if made.outcome is Outcome.UNSENT else made


@st.composite
def runs(draw: st.DrawFn) -> list[Told]:
    """Draw the actions of some rows."""
    told: list[Told] = []
    for row in range(5, 5 + draw(st.integers(1, 8))):
        for position in range(draw(st.integers(1, 3))):
            is_plain = draw(st.integers(0, 4)) > 0
            told.append(draw(created(row, position)) if is_plain else draw(others(row, position)))
    return told


def source_in_both(
    told: list[Told], file: str, tab: str | None
) -> tuple[ReportSource, ReportSource]:
    """Return what reports are made from: told in short, and in records."""
    run = replace(RUN, file=file, tab=tab)
    long = source_of(list(map(record_of, told)), skipped=[Skipped(row=7, reason="blank")], run=run)
    long = replace(long, known_by=("receipt", "paid_on"))
    return replace(long, actions=lambda: iter(told)), long


@settings(max_examples=40)
@given(runs(), st.sampled_from(FILES), st.sampled_from([None, "Payments", "=1_x0041_"]))
def test_every_file_is_the_same_however_its_actions_are_told(
    told: list[Told], file: str, tab: str | None
) -> None:
    """Each report has the same bytes, whether it is made of short forms or of records."""
    written = []
    for source in source_in_both(told, file, tab):
        with TemporaryDirectory() as folder:
            write_reports(Path(folder), source)
            names = sorted(Path(folder).glob("reconciliation.*"))
            written.append({path.name: path.read_bytes() for path in names})
    short, long = written
    assert short == long
    assert len(short) == 4


@settings(max_examples=300)
@given(runs(), st.sampled_from(FILES))
def test_every_action_has_its_line_in_the_sheets_order(told: list[Told], file: str) -> None:
    """Row by row, with skipped ones behind; what is no stretch has the line of its record."""
    short, long = source_in_both(told, file, None)
    records = iter([record for _, record in told_of(long)])
    for line, record in told_of(short):
        if isinstance(line, Stretch):
            own = [next(records) for _ in line.kinds]
            assert [str(one.row).encode() for one in own if one] == line.rows
        else:
            assert record == next(records)
    assert next(records, None) is None


def test_plain_lines_come_in_stretches() -> None:
    """Of rows with nothing odd about them no line is made; an odd one between them is found."""
    row = CREATED._replace(content=packed({"receipt": "RC-1, RC-2"}))
    rows = [row._replace(row=number) for number in range(10, 2500)]
    rows[700] = rows[700]._replace(lead="=1+1")
    short, _ = source_in_both([*rows], "a.csv", None)
    lines = [line for line, _ in told_of(short) if not isinstance(line, Stretch)]
    assert [line.row for line in lines] == [7, 710]
