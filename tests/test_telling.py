"""Actions told in short: what is said of each is what the long road says, whatever the journal."""

from __future__ import annotations

import importlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from long_road import check_roads
from sqlalchemy import Row
from workplaces import desk, row

from importer.created import Created
from importer.journal.purging import purge
from importer.journal.schema import actions
from importer.journal.store import Journal
from importer.journal.telling import told_actions
from importer.pipeline.workplace import visit_workplace

WHERE = {"THIS": "row = 2 AND position = 0", "OTHER": "row = 2 AND position = 1"}

ODD = {
    "no JSON": """THIS: content = '{"a":'""",
    "no object": "THIS: content = '[]'",
    "names out of order": """THIS: content = '{"b":"1","a":"2"}'""",
    "a name twice": """THIS: content = '{"a":"1","a":"2"}'""",
    "blanks between": """THIS: content = '{"a": "1"}'""",
    "a quote in a value": r"""THIS: content = '{"a":"1\"x"}'""",
    "a line break in a value": r"""THIS: content = '{"a":"1\n"}'""",
    "a bare line break": """THIS: content = '{"a":"' || char(10) || '"}'""",
    "a blank that is none": """THIS: content = '{"a":"' || char(160) || '"}'""",
    "a number": """THIS: content = '{"a":1}'""",
    "bytes for a content": "THIS: content = x'7b7d'",
    "bytes for a lead": "THIS: lead = x'61'",
    "bytes for an id": "THIS: action_id = x'61'",
    "bytes for a name": "THIS: name = x'61'",
    "bytes for a body": "THIS: entry = x'61'",
    "bytes for an amount": "THIS: amount = x'31'",
    "a lead that turns": "THIS: lead = 'a' || char(8238)",
    "no lead": "THIS: lead = ''",
    "an amount that is none": "THIS: amount = 'much'",
    "an amount below nothing": "THIS: amount = '-1.50'",
    "an amount with an exponent": "THIS: amount = '1E+3'",
    "an amount in other digits": "THIS: amount = '١٢'",
    "another amount": "THIS: amount = '7'",
    "no amount": "THIS: amount = NULL",
    "an unknown currency": "THIS: currency = 'XYZ'",
    "no currency": "THIS: currency = NULL",
    "no money": "THIS: amount = NULL, currency = NULL",
    "money of another type": "OTHER: amount = '5', currency = 'INR'",
    "a body that is no JSON": "THIS: entry = 'PAID'",
    "a body without a status": "THIS: entry = '{}'",
    "a body with two statuses": (
        """THIS: entry = replace(entry, '"amount"', '"status":"X","amount"')"""
    ),
    "a body with a status of its own": "THIS: entry = replace(entry, 'COMPLETED', 'Paid in part')",
    "a body with another amount": "THIS: entry = replace(entry, '.50', '')",
    "no body": "THIS: entry = ''",
    "a kept status": "THIS: entry = '', kept_status = 'FAILED'",
    "a kept status of another type": "OTHER: entry = '', kept_status = 'FAILED'",
    "money and a kept status of another type": (
        "OTHER: entry = '', kept_status = 'FAILED', amount = '5', currency = 'INR'"
    ),
    "a kept status beside a body": "THIS: kept_status = 'FAILED'",
    "a kept status that turns": "THIS: entry = '', kept_status = char(8238)",
    "bytes for a kept status": "THIS: entry = '', kept_status = x'41'",
    "an amount with a zero before it": "THIS: entry = '', amount = '007.50'",
    "an earlier one": (
        """THIS: earlier = '{"action_id":"","changes":[],"file":"a.csv","incomplete":false,"""
        """"money":null,"reason":"unchanged","row":2,"run":"20261101-abcd"}'"""
    ),
    "a type": "THIS: type = '1004'",
    "a name": "THIS: name = 'fee'",
    "an outcome that is none": "THIS: state = 'booked'",
    "a remark": """THIS: remarks = '[["a","b"]]'""",
    "a detail": "THIS: detail = 'So it is.'",
    "no earlier one": "THIS: earlier = NULL",
    "no id": "THIS: action_id = ''",
    "a decision": (
        'INSERT INTO decisions (action, ruling, "by", at, reason) SELECT id, '
        "'created', 'asha', '2026-11-22T10:00:00+00:00', 'seen' FROM actions WHERE row = 2"
    ),
    "a row that is no number": "THIS: row = 'x'",
    "no columns": "UPDATE runs SET targets = '{}'",
    "a column that is none": """UPDATE runs SET targets = '{"payment":{"lead":7}}'""",
    "columns that are none": """UPDATE runs SET targets = '{"payment":[]}'""",
    "columns that cannot be read": "UPDATE runs SET targets = '{'",
}
"""What somebody may make of a payment, or of what is beside it."""


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Journal, str]]:
    """The journal of a run with created, ignored, invalid and skipped rows."""
    with desk(tmp_path_factory.mktemp("told")) as here:
        rows = (row(1), row(2, state="Bounced"), row(3, note="no address"), row(4, amount="x"))
        run = here.run(here.sheet(*rows, row(5, receipt='R"5'), ("", "", "", "", ""))).run
        with visit_workplace(here.settings) as workplace:
            yield workplace.journal, run


def alter(journal: Journal, statement: str) -> None:
    """Alter what the journal holds, for as long as nobody forgets it again."""
    which, _, values = statement.partition(": ")
    if which in WHERE:
        statement = f"UPDATE actions SET {values} WHERE {WHERE[which]}"  # noqa: S608 - our own words
    assert journal.connection.exec_driver_sql(statement).rowcount


def test_most_of_a_run_is_told_in_short_and_says_the_same(sent: tuple[Journal, str]) -> None:
    """What was created and no more has a short form, and nothing else has."""
    journal, run = sent
    created = {"payment", "receipt"}
    assert check_roads(journal, run) == 6
    short = [one for one in told_actions(journal, run) if isinstance(one, tuple)]
    assert {one.name for one in short} == created
    assert {one.status for one in short} == {"COMPLETED", "FAILED", ""}


@pytest.mark.parametrize("odd", ODD)
def test_what_is_odd_is_told_alike_on_both_roads(sent: tuple[Journal, str], odd: str) -> None:
    """An altered record says in short what it says at length, or raises the same error."""
    journal, run = sent
    with journal.rehearsal():
        alter(journal, ODD[odd])
        check_roads(journal, run)


@given(
    st.text('{}[]":,ab\\ é\xa0\x00', max_size=24)
    | st.dictionaries(st.text('ab"\\é ', max_size=3), st.text('ab"\\é {}:,', max_size=6)).map(
        lambda found: json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    )
)
def test_whatever_a_content_is_both_roads_read_it_alike(
    sent: tuple[Journal, str], content: str
) -> None:
    """A content has a short form only where a parser reads texts by name, in order, unescaped."""
    journal, run = sent
    with journal.rehearsal():
        told = "UPDATE actions SET content = ? WHERE row = 2 AND position = 0"
        journal.connection.exec_driver_sql(told, (content,))
        check_roads(journal, run)


def test_a_purged_run_is_told_in_short_as_well(tmp_path: Path) -> None:
    """Its bodies are gone, and its payments' statuses are not."""
    with desk(tmp_path) as here:
        run = here.run(here.sheet(row(1), row(2, state="Bounced"))).run
        with visit_workplace(here.settings) as workplace, workplace.journal.rehearsal():
            purge(workplace.journal, [run])
            assert check_roads(workplace.journal, run) == 4


def test_odd_actions_among_thousands_are_found_one_by_one(sent: tuple[Journal, str]) -> None:
    """Where one of a page is odd, all others of it keep their short form."""
    journal, run = sent
    with journal.rehearsal():
        columns = [column.name for column in actions.c if column.name != "id"]
        of_its_own = {
            "row": "n",
            "action_id": "'c' || n",
            "identity": "'k' || n",
            "origin": "'o' || n",
        }
        names = ", ".join(f'"{one}"' for one in columns)
        values = ", ".join(of_its_own.get(one, f'"{one}"') for one in columns)
        more = "WITH RECURSIVE more(n) AS (SELECT 100 UNION SELECT n + 1 FROM more WHERE n < 3000)"
        copy = f"SELECT {values} FROM more, actions WHERE {WHERE['THIS']}"  # noqa: S608 - our own words
        alter(journal, f"{more} INSERT INTO actions ({names}) {copy}")
        alter(journal, "UPDATE actions SET lead = lead || char(160) WHERE row IN (100, 777, 3000)")
        assert check_roads(journal, run) == 6 + 2901 - 3


def test_a_page_is_told_as_of_one_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody records between its two readings belongs to the next telling."""
    telling = importlib.import_module("importer.journal.telling")
    with desk(tmp_path) as here:
        run = here.run(here.sheet(row(1), row(2, note="no address"))).run
        with visit_workplace(here.settings) as workplace:
            before = list(told_actions(workplace.journal, run))
            forms = telling._Short.forms  # noqa: SLF001 - between the two readings

            def slow(short: object, found: Sequence[Row[Any]]) -> Sequence[Created | None]:
                with closing(sqlite3.connect(here.settings.journal.path)) as file, file:
                    file.execute("UPDATE actions SET detail = 'meanwhile'")
                told: Sequence[Created | None] = forms(short, found)
                return told

            monkeypatch.setattr(telling._Short, "forms", slow)  # noqa: SLF001 - the same
            assert list(told_actions(workplace.journal, run)) == before
            monkeypatch.undo()
            assert list(told_actions(workplace.journal, run)) != before
