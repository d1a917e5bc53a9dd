"""The road by columns gives what the plain one gives, row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from importer.columns import as_texts, combined, keys_of, parse_chunk, table_reader
from importer.first_rows import FirstRows
from importer.mapping import Binding, Mapping, bind, parse_mapping
from importer.model import CheckedRow, Chunk, Currency, Kind, Note, Ready, Refusal, Skipped
from importer.reconcile import add_money
from importer.validate import Alike, Expected, Judged, Tally, WholeSheet, checker
from importer.validate.keys import identity_keys, whole_keys
from importer.validate.likeness import fingerprints, identity_of

HEADERS = ("Lead", "Ref", "Day", "Amount", "State", "Mail", "Phone", "Note", "Unit", "Helper")
PAYMENTS = """
mapping: 1
skip: [{reason: totals, when: {column: note, matches: '(?i)total'}}]
columns:
  lead:   {header: Lead, type: lead_id}
  ref:    {header: Ref, type: id}
  day:    {header: Day, type: date, format: dd/mm/yyyy, zone: Asia/Kolkata}
  amount: {header: Amount, type: amount, locale: en_IN, currency: INR}
  state:  {header: State, type: text}
  mail:   {header: Mail, type: email}
  phone:  {header: Phone, type: phone}
  note:   {header: Note, type: text}
lead: lead
identity: {columns: [ref], equal_rows: problem, exports: cumulative}
actions:
  - name: payment
    type: PAYMENT
    when: {not: {column: state, is: Due}}
    amount: {from: amount}
    currency: INR
    status: {from: state, map: {Paid: COMPLETED, Bounced: FAILED}, otherwise: problem}
  - name: receipt
    type: "1003"
    fields: {ref: {from: ref}, day: {from: day}, mail: {from: mail}, phone: {from: phone}}
"""
UNITS = """
mapping: 1
trailer: {when: {column: note, matches: '(?i)^total'}, total: amount, rows: note}
columns:
  lead:   {header: Lead, type: lead_id}
  ref:    {header: Ref, type: id, length: 5}
  day:    {header: Day, type: date, format: dd/mm/yyyy, zone: Asia/Kolkata}
  amount: {header: Amount, type: amount, required: true}
  unit:   {header: Unit, type: currency}
  state:  {header: State, type: text}
  mail:   {header: Mail, type: text}
  note:   {header: Note, type: text}
lead: lead
identity: {columns: [mail, day, ref], equal_rows: repeats, exports: separate}
actions:
  - name: collection
    type: PAYMENT
    amount: {from: amount}
    currency: {from: unit, default: INR}
    status: {from: state, map: {Paid: COMPLETED, Due: PENDING}, otherwise: skip_action}
  - name: note
    type: "1001"
    when: {any: [{column: amount, above: "100"}, {column: day, blank: true}]}
    fields:
      mail: {from: mail, type: email}
      text: {text: "{note} of {ref}"}
      kind: {from: state, type: dropdown, options: [Paid, Due]}
      much: {from: amount}
"""
VISITS = """
mapping: 1
columns:
  lead:  {header: Lead, type: lead_id}
  note:  {header: Note, type: text}
  phone: {header: Phone, type: phone}
  much:  {header: Amount, type: number}
lead: lead
actions:
  - name: visit
    type: "1002"
    fields: {note: {from: note}, much: {from: much}, tel: {from: phone}}
"""
MAPPINGS = {
    name: parse_mapping(text, f"{name}.yaml")
    for name, text in (("payments", PAYMENTS), ("units", UNITS), ("visits", VISITS))
}
LEAD = "603d2b2f9b1e8a001c8e4f5c"
POOLS: dict[str, Sequence[str]] = {
    "Lead": (LEAD, LEAD.upper(), f" {LEAD}", LEAD[:-1] + "O", "", "6.03E+22", "1" * 15 + "0" * 9),
    "Ref": ("R-001", "R-002", " R-001", "00017", "R  01", "Err:502", "", "rc/17", "\ud800"),
    "Day": ("03/04/2026", "31/09/2026", "", "13/01/26"),
    "Amount": (
        "100",
        "100.0",
        "100.50",
        "1,25,000",
        "0",
        "-5",
        "₹ 500",
        "1.250",
        "",
        "33.3",
        "9" * 16,
    ),
    "State": ("Paid", "paid ", "Due", "Padi", "", "Bounced"),
    "Mail": ("asha@example.com", "Asha@Example.com", "asha@", "", "a..b@c.de"),
    "Phone": ("+91 9876543210", "9876543210", "098", "", "12"),
    "Note": ("", "by cheque", "Total", "total 3", "5E+22", "#N/A", "é", "3", "E", "a\tb"),
    "Unit": ("INR", "XOF", "Rs", "", "usd"),
    "Helper": ("", "x", " "),
}
ROWS = st.lists(st.tuples(*[st.sampled_from(POOLS[name]) for name in HEADERS]), max_size=12)
SOUND = (
    LEAD,
    "R-001",
    "03/04/2026",
    "100.50",
    "Paid",
    "asha@example.com",
    "9876543210",
    "ok",
    "INR",
    "",
)


def chunk_of(rows: Sequence[Sequence[str]], first: int = 2, *, packed: bool = True) -> Chunk:
    """Turn rows into columns, as Arrow's texts where it can hold them."""
    columns: list[Sequence[str]] = [[row[at] for row in rows] for at in range(len(HEADERS))]
    if packed:
        columns = [as_texts(column) or column for column in columns]
    ragged = {first + at: 1 for at, row in enumerate(rows) if row[-1] == " " and row[4] == "Padi"}
    return Chunk(numbers=range(first, first + len(rows)), columns=columns, ragged=ragged)


def one_by_one(
    rows: Sequence[Sequence[str]], mapping: Mapping, binding: Binding
) -> list[CheckedRow]:
    """Judge every row as if there were no other one."""
    read, check = table_reader(mapping, binding), checker(mapping, binding)
    chunks = (chunk_of([row], at, packed=False) for at, row in enumerate(rows, start=2))
    return [row for chunk in chunks for row in check(read(chunk))]


def shape(row: CheckedRow) -> object:
    """What the rows of one group have in common."""
    if isinstance(row, Skipped):
        return row.reason
    assert isinstance(row, Ready)
    return [(draft.name, draft.type, draft.money and draft.money.currency) for draft in row.drafts]


def by_columns(rows: Sequence[Sequence[str]], mapping: Mapping, binding: Binding) -> Judged:
    """Judge rows as a sheet's are."""
    read = table_reader(mapping, binding, alike=Alike(mapping).alike)
    return checker(mapping, binding)(read(chunk_of(rows)))


@pytest.mark.parametrize("name", MAPPINGS)
@given(rows=ROWS)
@example(rows=[SOUND, SOUND, (*SOUND[:3], "100", *SOUND[4:])])
def test_rows_that_are_alike_are_judged_as_by_themselves(
    name: str, rows: list[tuple[str, ...]]
) -> None:
    """Each row comes to the same, its group to its shape, and all payments to the same sum."""
    mapping = MAPPINGS[name]
    binding = bind(mapping, HEADERS, "sheet.csv", 1)
    plain, judged = one_by_one(rows, mapping, binding), by_columns(rows, mapping, binding)
    assert list(judged) == plain
    assert dict(judged.singles) == {at: plain[at] for at, _ in judged.singles}
    for group in judged.groups:
        assert {str(shape(plain[at])) for at in group.places.tolist()} == {
            str(shape(group.example))
        }
    places = [*(at for one in judged.groups for at in one.places.tolist()), *dict(judged.singles)]
    assert sorted(places) == list(range(len(rows)))
    assert money_of(judged, mapping) == plain_money(plain)


def money_of(judged: Judged, mapping: Mapping) -> dict[Currency, str]:
    """The sums of payments by groups, as they are written."""
    sums: dict[Currency, Decimal] = {}
    tally = Tally(mapping)
    for row, places in judged.parts():
        if isinstance(row, Ready):
            tally.add(judged, row, places, sums)
    return {currency: str(amount) for currency, amount in sums.items()}


def plain_money(rows: Sequence[CheckedRow]) -> dict[Currency, str]:
    """The same, row by row."""
    sums: dict[Currency, Decimal] = {}
    for row in rows:
        for draft in row.drafts if isinstance(row, Ready) else ():
            if draft.money is not None:
                add_money(sums, draft.money)
    return {currency: str(amount) for currency, amount in sums.items()}


def whole(
    chunks: Sequence[Judged], mapping: Mapping, binding: Binding
) -> tuple[list[CheckedRow], list[Note | Refusal]]:
    """Put a sheet's judged chunks through the rules about the whole."""
    rows: list[CheckedRow] = []
    with FirstRows(4) as identities, FirstRows(4) as wholes:
        expected = Expected(rows=3, totals={Currency.INR: Decimal(100)})
        rules = WholeSheet(
            mapping, binding, (identities.of, wholes.of), expected=expected, correcting=False
        )
        for judged in chunks:
            rules.judge(judged)
            rows += list(judged)
        return rows, list(rules.findings())


@pytest.mark.parametrize("name", MAPPINGS)
@given(rows=ROWS, size=st.integers(1, 9))
def test_rules_about_the_whole_see_the_same_rows(
    name: str, rows: list[tuple[str, ...]], size: int
) -> None:
    """Groups and chunks of any size come to what rows one by one come to."""
    mapping = MAPPINGS[name]
    binding = bind(mapping, HEADERS, "sheet.csv", 1)
    read = table_reader(mapping, binding, alike=Alike(mapping).alike)
    check = checker(mapping, binding)
    chunks = [chunk_of(rows[at : at + size], 2 + at) for at in range(0, len(rows), size)]
    plain = one_by_one(rows, mapping, binding)
    singles = [single(row, at, plain[at - 2], mapping, binding) for at, row in enumerate(rows, 2)]
    by_groups = whole([check(read(chunk)) for chunk in chunks], mapping, binding)
    # A row's neighbours matter where one has a single cell: those are looked at chunk by chunk.
    if not any(chunk.ragged for chunk in chunks):
        assert by_groups == whole(singles, mapping, binding)


def single(
    cells: Sequence[str], number: int, row: CheckedRow, mapping: Mapping, binding: Binding
) -> Judged:
    """A table of one row, judged by itself."""
    table = parse_chunk(chunk_of([cells], number, packed=False), mapping, binding)
    return Judged(table, lambda _: [row], single={0: row})


@pytest.mark.parametrize("name", MAPPINGS)
@given(rows=ROWS)
def test_keys_are_equal_where_identities_and_fingerprints_are(
    name: str, rows: list[tuple[str, ...]]
) -> None:
    """Two rows have one key where what they are known by is the same, and only there."""
    mapping = MAPPINGS[name]
    binding = bind(mapping, HEADERS, "sheet.csv", 1)
    table = table_reader(mapping, binding, alike=Alike(mapping).alike)(chunk_of(rows))
    identity, names = identity_of(mapping), sorted(mapping.columns)
    at = range(len(rows))
    same_pairs(identity_keys(mapping)(table).tolist(), [identity(table, one) for one in at])
    same_pairs(whole_keys(mapping)(table).tolist(), fingerprints(table, names))


def same_pairs(keys: Sequence[Sequence[int]], things: Sequence[object]) -> None:
    """Compare who is equal to whom."""
    assert len(keys) == len(things)
    together = Counter(zip(map(tuple, keys), things, strict=True))
    assert len(together) == len(set(map(tuple, keys))) == len(set(things))


@given(st.lists(st.text() | st.text("ab", min_size=500, max_size=600), max_size=8))
def test_texts_have_one_key_each(texts: list[str]) -> None:
    """Equal texts have equal keys wherever they stand; others have others."""
    same_pairs(keys_of(texts).tolist(), texts)
    held = as_texts(["x", *texts])
    if held is not None and texts:
        assert (keys_of(held.cut(1, len(held))) == keys_of(texts)).all()


def test_the_order_of_columns_counts_in_a_key() -> None:
    """A cell and its neighbour in changed places are another row."""
    one, other = keys_of(["a"]), keys_of(["b"])
    assert (combined([one, other]) != combined([other, one])).all()


KINDS = st.sampled_from([Kind.TEXT, Kind.NUMBER, Kind.DATE])


@given(rows=ROWS, kinds=st.lists(KINDS, min_size=30, max_size=30))
def test_cells_of_a_workbook_are_judged_as_by_themselves(
    rows: list[tuple[str, ...]], kinds: list[Kind]
) -> None:
    """What a cell holds counts as well as its text, in groups too."""
    mapping = MAPPINGS["payments"]
    binding = bind(mapping, HEADERS, "sheet.xlsx", 1)
    of_rows = [
        [kinds[(at + place) % 30] for at in range(len(rows))] for place in range(len(HEADERS))
    ]
    chunk = Chunk(
        numbers=range(2, 2 + len(rows)),
        columns=[[row[at] for row in rows] for at in range(len(HEADERS))],
        kinds=of_rows,
    )
    read = table_reader(mapping, binding, alike=Alike(mapping).alike)
    judged = checker(mapping, binding)(read(chunk))
    plain: list[CheckedRow] = []
    plainly, check = table_reader(mapping, binding), checker(mapping, binding)
    for at in range(len(rows)):
        one = Chunk(
            numbers=[2 + at],
            columns=[[cell] for cell in rows[at]],
            kinds=[[column[at]] for column in of_rows],
        )
        plain += list(check(plainly(one)))
    assert list(judged) == plain
    assert money_of(judged, mapping) == plain_money(plain)
    assert np.flatnonzero(judged.with_data()).tolist() == [
        at
        for at, row in enumerate(plain)
        if not isinstance(row, Skipped) or "no action" in row.reason
    ]
