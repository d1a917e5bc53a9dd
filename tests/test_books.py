"""The books against the store: whatever somebody alters there, the run does not balance."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from offices import an_office, says
from workplaces import Desk, desk, row

from importer.errors import JournalError
from importer.journal.sent import sent_otherwise
from importer.pipeline.reporting import reconcile_run
from importer.pipeline.workplace import open_workplace

ALTERATIONS = {
    "an amount": "UPDATE actions SET amount = '100.51' WHERE row = 2 AND type = 'PAYMENT'",
    "a currency": "UPDATE actions SET currency = 'USD' WHERE row = 2 AND type = 'PAYMENT'",
    "an action that is lost": "DELETE FROM actions WHERE row = 2 AND position = 1",
    "a row that is lost": "DELETE FROM actions WHERE row = 2",
    "a skipped row that is lost": "DELETE FROM rows WHERE skipped != ''",
    "why a row was skipped": "UPDATE rows SET skipped = 'totals' WHERE skipped != ''",
    "the count of skipped rows": """UPDATE runs SET skipped = '{"totals":1}'""",
    "a row with actions that is lost": "DELETE FROM rows WHERE number = 2",
    "money that was planned": """UPDATE runs SET planned_money = '{"INR":"1"}'""",
    "rows that were read": "UPDATE runs SET rows_read = rows_read + 1",
    "actions that were planned": "UPDATE runs SET planned_actions = planned_actions - 1",
    "created, and the CRM never said so": (
        "UPDATE actions SET state = 'created', action_id = 'f00d' WHERE state = 'ignored'"
    ),
    "created, without an id": "UPDATE actions SET state = 'created' WHERE state = 'ignored'",
    "an id that is another's": (
        "UPDATE actions SET action_id = 'f00d' WHERE row = 2 AND position = 1"
    ),
    "not created, though the CRM gave an id": (
        "UPDATE actions SET state = 'ignored' WHERE row = 2 AND position = 0"
    ),
    "already, for nothing": (
        "UPDATE actions SET state = 'already', action_id = '' WHERE row = 2 AND position = 0"
    ),
    "an answer that is gone": "UPDATE requests SET answer = '' WHERE batch IS NOT NULL",
    "an id that is cut": (
        "UPDATE actions SET action_id = substr(action_id, 1, 12) WHERE row = 2 AND position = 1"
    ),
    "a lead": "UPDATE actions SET lead = 'f00d' WHERE row = 2 AND position = 0",
    "a type": "UPDATE actions SET type = '1004' WHERE row = 2 AND position = 1",
    "what was sent": "UPDATE actions SET entry = replace(entry, 'R-0001', 'R-0007') WHERE row = 2",
    "what was sent, and its batch": (
        "UPDATE actions SET entry = replace(entry, 'R-0001', 'R-0007'), batch = NULL WHERE row = 2"
    ),
    "a request's batch": "UPDATE requests SET batch = NULL WHERE id = 1",
    "a request's batch that is lost": "DELETE FROM batches WHERE id = 1",
    "a request's run": "UPDATE requests SET run = 'x' WHERE id = 1",
    "a request's lead": "UPDATE batches SET lead = 'f00d' WHERE id = 1",
    "a request's status": "UPDATE requests SET status = 201 WHERE id = 1",
    "a payment's type": "UPDATE actions SET type = '1004' WHERE row = 2 AND position = 0",
    "a remark that nobody made": (
        """UPDATE actions SET remarks = '[["a","b"]]' WHERE row = 2 AND position = 1"""
    ),
    "bytes for what was sent": "UPDATE actions SET entry = CAST(entry AS BLOB) WHERE row = 2",
    "bytes for a lead": "UPDATE actions SET lead = CAST(lead AS BLOB) WHERE row = 2",
    "bytes for a type": "UPDATE actions SET type = CAST(type AS BLOB) WHERE row = 2",
    "bytes for an id": "UPDATE actions SET action_id = CAST(action_id AS BLOB) WHERE row = 2",
    "bytes for an answer": "UPDATE requests SET answer = CAST(answer AS BLOB) WHERE id = 1",
    "bytes for a status": "UPDATE requests SET status = CAST(status AS BLOB) WHERE id = 1",
    "bytes for a digest": "UPDATE requests SET body_sha256 = CAST(body_sha256 AS BLOB)",
    "bytes for a request's lead": "UPDATE batches SET lead = CAST(lead AS BLOB) WHERE id = 1",
    "a lead, and its batch": "UPDATE actions SET lead = 'f00d', batch = NULL WHERE row = 2",
    "what a request has carried, beside the rest": (
        "UPDATE actions SET request = (SELECT request FROM actions WHERE row = 2 AND position = 0)"
        " WHERE row = 3 AND position = 0"
    ),
    "requests that are lost": "DELETE FROM requests",
    "a request that is lost": "UPDATE actions SET request = NULL WHERE row = 2 AND position = 0",
    "refused, though ignored": "UPDATE actions SET state = 'refused' WHERE state = 'ignored'",
    "in doubt, though ignored": "UPDATE actions SET state = 'unknown' WHERE state = 'ignored'",
    "invalid, though ignored": "UPDATE actions SET state = 'invalid' WHERE state = 'ignored'",
    "held, though ignored": "UPDATE actions SET state = 'duplicate' WHERE state = 'ignored'",
    "unsent, though ignored": "UPDATE actions SET state = 'staged' WHERE state = 'ignored'",
    "unsent, though created": (
        "UPDATE actions SET state = 'staged', action_id = '' WHERE row = 2 AND position = 0"
    ),
    "in doubt, though created": (
        "UPDATE actions SET state = 'unknown', action_id = '' WHERE row = 2 AND position = 0"
    ),
    "ignored, though created": (
        "UPDATE actions SET state = 'ignored', action_id = '' WHERE row = 2 AND position = 0"
    ),
    "a remark that is lost": "UPDATE actions SET remarks = '[]' WHERE state = 'ignored'",
    "amounts that were swapped": (
        "UPDATE actions SET amount = CASE row WHEN 2 THEN '200.50' ELSE '100.50' END "
        "WHERE type = 'PAYMENT' AND row IN (2, 3)"
    ),
    "given up by nobody": "UPDATE actions SET given_up = 1 WHERE state = 'invalid'",
    "problems that are lost": "DELETE FROM problems",
    "an identity": (
        "UPDATE actions SET identity = 'zz' || substr(identity, 3) WHERE row = 2 AND position = 0"
    ),
    "an identity that is gone": "UPDATE actions SET identity = NULL WHERE row = 2 AND position = 0",
    "an origin": "UPDATE actions SET origin = 'x' || origin WHERE row = 2 AND position = 0",
    "an origin that is gone": "UPDATE actions SET origin = NULL WHERE row = 2 AND position = 0",
    "a name": "UPDATE actions SET name = 'fee' WHERE row = 2 AND position = 0",
    "a row's key": "UPDATE rows SET key = 'zz' || substr(key, 3) WHERE number = 2",
    "a row's root": "UPDATE rows SET root_row = 99 WHERE number = 2",
    "the answer itself": "UPDATE requests SET answer = '{\"actions\":[]}' WHERE batch IS NOT NULL",
}


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, str, bytes]]:
    """A run with created, ignored, invalid and skipped rows, and its journal's bytes."""
    with desk(tmp_path_factory.mktemp("books")) as here:
        blank = ("", "", "", "", "")
        rows = (row(1), row(2), row(3, note="no address"), row(4, amount="x"), blank)
        run = here.run(here.sheet(*rows)).run
        with open_workplace(here.settings) as workplace:
            assert reconcile_run(workplace, run).imbalances == ()
        yield here, run, here.settings.journal.path.read_bytes()


def alter(sent: tuple[Desk, str, bytes], statement: str) -> None:
    """Alter the journal as it was after the run."""
    here, _, whole = sent
    path = here.settings.journal.path
    path.write_bytes(whole)
    with closing(sqlite3.connect(path)) as store, store:
        assert store.execute(statement).rowcount


@pytest.mark.parametrize("alteration", ALTERATIONS)
def test_one_altered_record_breaks_the_books(
    sent: tuple[Desk, str, bytes], alteration: str
) -> None:
    """No figure, outcome, action id, or what it rests on, is changed without a word."""
    here, run, _ = sent
    alter(sent, ALTERATIONS[alteration])
    with open_workplace(here.settings) as workplace:
        assert reconcile_run(workplace, run).imbalances


@pytest.mark.parametrize("page", [1, 2])
@pytest.mark.parametrize("row_of", [2, 3, 4])
def test_every_page_of_requests_is_held_against_the_record(
    sent: tuple[Desk, str, bytes], page: int, row_of: int
) -> None:
    """However few requests are read at once, what was altered behind the first ones is told."""
    here, run, whole = sent
    here.settings.journal.path.write_bytes(whole)
    with open_workplace(here.settings) as workplace:
        assert not [*sent_otherwise(workplace.journal, run, page=page)]
    statement = f"UPDATE actions SET lead = 'f00d' WHERE row = {row_of}"  # noqa: S608 - our number
    alter(sent, statement)
    with open_workplace(here.settings) as workplace:
        assert [*sent_otherwise(workplace.journal, run, page=page)] == [
            f"1 requests hold something else than was sent, the first of them of row {row_of}."
        ]


def test_what_names_a_request_that_carried_nothing_is_counted(
    sent: tuple[Desk, str, bytes],
) -> None:
    """Every action of the run that no request of its own answers for is told, of the first too."""
    here, run, _ = sent
    alter(sent, "UPDATE requests SET batch = NULL")
    with open_workplace(here.settings) as workplace:
        assert [*sent_otherwise(workplace.journal, run)] == [
            "6 actions name a request that carried nothing of this run."
        ]


@pytest.mark.parametrize(
    "alteration",
    [
        "UPDATE actions SET currency = NULL WHERE amount IS NOT NULL",
        "UPDATE actions SET state = 'booked' WHERE row = 2",
        "UPDATE actions SET remarks = '[1]' WHERE row = 2",
    ],
)
def test_a_record_that_says_nothing_any_more_is_told_as_altered(
    sent: tuple[Desk, str, bytes], alteration: str
) -> None:
    """No books are made of what cannot be read, and nobody takes it for a fault of the program."""
    here, run, _ = sent
    alter(sent, alteration)
    with (
        open_workplace(here.settings) as workplace,
        pytest.raises(JournalError, match=r"row 2 of the run .* cannot be read"),
    ):
        reconcile_run(workplace, run)


def test_a_run_that_does_not_balance_says_so_first(tmp_path: Path) -> None:
    """Its report is written all the same and warns in its first sentence; the exit code is 7."""
    with an_office(tmp_path) as office:
        says(office.run("--json"), 0)
        with closing(sqlite3.connect(tmp_path / "state" / "journal.db")) as store, store:
            store.execute("UPDATE actions SET amount = '1' WHERE type = 'PAYMENT'")
            ((run,),) = store.execute("SELECT id FROM runs")
        report = office.do("report", run)
        says(report, 7)
        assert "The books of this run do not balance." in report.out
        page = tmp_path / "reports" / run / "reconciliation.html"
        assert "Do not rely on these figures" in page.read_text(encoding="utf-8")
