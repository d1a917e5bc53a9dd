"""One synced commit for several senders: each has its own result, and none is told early."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    create_engine,
    event,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError
from virtual_time import run_virtually

from importer.errors import JournalError
from importer.journal.bulk import execute_many, execute_one
from importer.journal.schema import meta
from importer.journal.sqltypes import Exact, Json, Moment
from importer.journal.store import Journal, open_journal
from importer.upload.commits import AT_ONCE, Commits

SHELF = Table(
    "shelf",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("text", String(40)),
    Column("flag", Boolean, nullable=False),
    Column("amount", Exact),
    Column("plain", Json),
    Column("at", Moment),
)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """A new journal."""
    with open_journal(tmp_path / "journal.db", "practice") as one:
        yield one


def put(journal: Journal, key: str) -> str:
    """Write a fact, in a transaction of its own."""
    with journal.transaction() as connection:
        connection.execute(insert(meta).values(key=key, value="x"))
    return key


def on_disk(journal: Journal) -> set[str]:
    """The facts that another process would see, without those of every journal."""
    path = journal.connection.engine.url.database
    assert path
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as other:
        found = {key for (key,) in other.execute("SELECT key FROM meta")}
    other.close()
    return found - {"schema", "workspace", "id", "mark"}


def count_commits(journal: Journal) -> list[str]:
    """A list that grows with every commit."""
    said: list[str] = []
    driver = journal.connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.set_trace_callback(lambda sql: said.append(sql) if sql.startswith("COMMIT") else None)
    return said


def test_what_comes_together_is_committed_once_and_is_on_disk(journal: Journal) -> None:
    """Three senders, one commit; each is told after it, and finds its own result."""
    commits = Commits(journal)

    async def send(key: str) -> tuple[str, bool]:
        return await commits.write(lambda: put(journal, key)), key in on_disk(journal)

    async def all_of_them() -> list[tuple[str, bool]]:
        return await asyncio.gather(*map(send, ("a", "b", "c")))

    said = count_commits(journal)
    assert run_virtually(all_of_them()) == [("a", True), ("b", True), ("c", True)]
    assert len(said) == 1


def put_all(journal: Journal, keys: str) -> list[object]:
    """Put a fact for each letter, all asked for at the same moment."""
    commits = Commits(journal)

    async def put_them() -> list[object]:
        jobs = [partial(put, journal, key) for key in keys]
        return await asyncio.gather(*map(commits.write, jobs), return_exceptions=True)

    return run_virtually(put_them())


def test_no_sender_waits_for_all_others(journal: Journal) -> None:
    """Of more than one commit may hold, the first are on disk before the next are begun."""
    said, many = count_commits(journal), "abcdefghijklmnop"[: 2 * AT_ONCE + 1]
    assert put_all(journal, many) == list(many)
    assert (on_disk(journal), len(said)) == (set(many), 3)


def test_a_commit_that_is_given_up_holds_up_nobody_behind_it(journal: Journal) -> None:
    """Those who wait for the next commit get it, though a job spoiled this one."""
    put(journal, "a")
    ends = put_all(journal, many := "abcdefghijklmnop"[: AT_ONCE + 1])
    assert all(isinstance(one, DatabaseError) for one in ends[:AT_ONCE])
    assert ends[AT_ONCE:] == [many[-1]]
    assert on_disk(journal) == {"a", many[-1]}


def test_a_disk_that_fails_once_fails_one_commit(journal: Journal) -> None:
    """Its senders are told; those behind it begin a transaction of their own, and are on disk."""
    full = [True]

    def fail(_: Connection) -> None:
        if full and full.pop():
            raise OperationalError("COMMIT", None, OSError("disk full"))

    event.listen(journal.connection, "commit", fail)
    ends = put_all(journal, many := "abcdefghijklmnop"[: AT_ONCE + 2])
    assert all(isinstance(one, OperationalError) for one in ends[:AT_ONCE])
    assert ends[AT_ONCE:] == list(many[AT_ONCE:])
    assert on_disk(journal) == set(many[AT_ONCE:])


def test_a_commit_that_the_database_refuses_is_over(journal: Journal) -> None:
    """SQLite keeps a transaction whose commit fails: it is ended, and the next one is committed."""
    commits = Commits(journal)

    def break_a_promise() -> None:
        with journal.transaction() as connection:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
            connection.exec_driver_sql("INSERT INTO rows VALUES ('none', 1, '', '', '', '', 1, '')")

    async def one_by_one() -> str:
        with pytest.raises(IntegrityError):
            await commits.write(break_a_promise)
        return await commits.write(lambda: put(journal, "a"))

    assert run_virtually(one_by_one()) == "a"
    assert on_disk(journal) == {"a"}


def test_who_is_cancelled_behind_many_others_keeps_all_results(journal: Journal) -> None:
    """Everything that waits is brought to the disk, however many commits it would be."""
    commits, many = Commits(journal), "abcdefghijklmnopqrstuvwxyz"[: 3 * AT_ONCE]

    async def cancel_the_last() -> list[object]:
        jobs = [partial(put, journal, key) for key in many]
        tasks = [asyncio.ensure_future(commits.write(job)) for job in jobs]
        await asyncio.sleep(0)
        tasks[-1].cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    assert run_virtually(cancel_the_last())[:-1] == list(many[:-1])
    assert on_disk(journal) == set(many)


def test_a_job_that_fails_is_undone_alone(journal: Journal) -> None:
    """Its sender gets its error, and the others' work is on disk."""
    commits = Commits(journal)

    def half() -> None:
        with journal.transaction():
            put(journal, "half")
            raise JournalError("Half of it.", "Do the other half.")

    async def all_of_them() -> list[object]:
        jobs = (lambda: put(journal, "a"), half, lambda: put(journal, "b"))
        return await asyncio.gather(*map(commits.write, jobs), return_exceptions=True)

    first, error, last = run_virtually(all_of_them())
    assert (first, last) == ("a", "b")
    assert isinstance(error, JournalError)
    assert on_disk(journal) == {"a", "b"}


def test_where_the_database_fails_nobody_is_told_of_success(journal: Journal) -> None:
    """The database may have given up all of it: nothing is on disk, and each sender is told so."""
    commits = Commits(journal)
    put(journal, "there")

    async def all_of_them() -> list[object]:
        jobs = (lambda: put(journal, "a"), lambda: put(journal, "there"))
        return await asyncio.gather(*map(commits.write, jobs), return_exceptions=True)

    assert all(isinstance(one, DatabaseError) for one in run_virtually(all_of_them()))
    assert on_disk(journal) == {"there"}


def test_a_cancelled_sender_keeps_its_result(journal: Journal) -> None:
    """What was asked for is on disk, the result is returned, and the next wait is cancelled."""
    commits, got = Commits(journal), list[str]()

    async def send() -> None:
        got.append(await commits.write(lambda: put(journal, "a")))
        await asyncio.sleep(60)
        got.append("went on")

    async def cancelled() -> None:
        task = asyncio.ensure_future(send())
        asyncio.get_running_loop().call_soon(task.cancel)
        with pytest.raises(asyncio.CancelledError):
            await task

    run_virtually(cancelled())
    assert got == ["a"]
    assert on_disk(journal) == {"a"}


def slow_disk(journal: Journal) -> list[bool]:
    """Each commit takes a twentieth of a second; whether it was in a thread of its own."""
    aside: list[bool] = []

    def wait(_: Connection) -> None:
        aside.append(threading.current_thread() is not threading.main_thread())
        time.sleep(0.05)

    event.listen(journal.connection, "commit", wait)
    return aside


def test_while_the_disk_is_awaited_others_go_on_and_share_the_next_commit(
    journal: Journal,
) -> None:
    """The loop is not held up; who comes meanwhile is committed together, and after the first."""
    commits, aside = Commits(journal), slow_disk(journal)
    steps: list[str] = []

    async def send(key: str, after_s: float) -> None:
        await asyncio.sleep(after_s)
        steps.append(f"ask {key}")
        await commits.write(lambda: put(journal, key))
        steps.append(f"have {key}")
        assert key in on_disk(journal)

    async def all_of_them() -> None:
        await asyncio.gather(send("a", 0), send("b", 0.01), send("c", 0.02))

    asyncio.run(all_of_them())
    assert steps == ["ask a", "ask b", "ask c", "have a", "have b", "have c"]
    assert aside == [True, True]


def test_who_may_not_wait_comes_behind_what_is_on_its_way(journal: Journal) -> None:
    """A commit on its way and those who wait are brought to the disk first; each has its result."""
    commits, aside = Commits(journal), slow_disk(journal)

    async def all_of_them() -> list[str]:
        first = asyncio.ensure_future(commits.write(lambda: put(journal, "a")))
        await asyncio.sleep(0.01)
        second = asyncio.ensure_future(commits.write(lambda: put(journal, "b")))
        await asyncio.sleep(0)
        now = commits.write_now(lambda: put(journal, "now"))
        assert on_disk(journal) == {"a", "b", "now"}
        return [await first, await second, now]

    assert asyncio.run(all_of_them()) == ["a", "b", "now"]
    assert aside == [True, False, False]


def test_a_sender_cancelled_while_the_disk_is_awaited_keeps_its_result(journal: Journal) -> None:
    """It returns with its result on disk, and the others with theirs."""
    commits, got = Commits(journal), list[str]()
    slow_disk(journal)

    async def send(key: str) -> None:
        got.append(await commits.write(lambda: put(journal, key)))
        await asyncio.sleep(60)

    async def cancelled() -> None:
        tasks = [asyncio.ensure_future(send("a"))]
        await asyncio.sleep(0.01)
        tasks.append(asyncio.ensure_future(send("b")))
        await asyncio.sleep(0.01)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(cancelled())
    assert (got, on_disk(journal)) == (["a", "b"], {"a", "b"})


def test_a_disk_that_fails_is_told_to_all_of_its_commit(journal: Journal) -> None:
    """Nothing of it is on disk, and each of its senders has the error."""
    commits = Commits(journal)

    def fail(_: Connection) -> None:
        raise OperationalError("COMMIT", None, OSError("disk full"))

    event.listen(journal.connection, "commit", fail)

    async def all_of_them() -> list[object]:
        jobs = (lambda: put(journal, "a"), lambda: put(journal, "b"))
        return await asyncio.gather(*map(commits.write, jobs), return_exceptions=True)

    assert all(isinstance(one, OperationalError) for one in asyncio.run(all_of_them()))
    assert on_disk(journal) == set()


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "text": st.none() | st.text(st.characters(codec="utf-8"), max_size=8),
            "flag": st.booleans(),
            "amount": st.none() | st.decimals(-(10**9), 10**9, places=2),
            "plain": PLAIN,
            "at": st.none() | st.datetimes(timezones=st.just(dt.UTC)),
        }
    ),
    max_size=6,
)


@given(many=ROWS)
def test_many_rows_are_written_as_each_would_be(many: list[dict[str, object]]) -> None:
    """The fast road leaves the very bytes that SQLAlchemy's own leaves, for every type."""
    left = []
    for fast in (True, False):
        engine = create_engine("sqlite://")
        with engine.begin() as connection:
            SHELF.create(connection)
            if fast:
                execute_many(connection, insert(SHELF), many)
            elif many:
                connection.execute(insert(SHELF), many)
            left.append(connection.execute(text("SELECT * FROM shelf ORDER BY id")).all())
        engine.dispose()
    assert left[0] == left[1]


def test_many_changes_are_made_as_each_would_be(journal: Journal) -> None:
    """Each row's own values go to the row that its own parameter names."""
    for key in ("a", "b"):
        put(journal, key)
    with journal.transaction() as connection:
        moved = execute_many(
            connection,
            update(meta).where(meta.c.key == bindparam("which")).values(value=bindparam("into")),
            [{"which": "a", "into": "1"}, {"which": "b", "into": "2"}],
        )
    assert moved == 2
    found = journal.read(select(meta.c.key, meta.c.value).where(meta.c.key.in_(["a", "b"])))
    assert {one.key: one.value for one in found} == {"a": "1", "b": "2"}


def test_what_is_read_by_the_fast_road_is_what_the_other_reads(journal: Journal) -> None:
    """Rows of numbers and texts, and what a change returns, are the same."""
    for key in ("a", "b"):
        put(journal, key)
    asked = select(meta.c.key, meta.c.value).where(meta.c.value == bindparam("which"))
    made = insert(meta).values(key=bindparam("new"), value="y").returning(meta.c.key)
    with journal.transaction() as connection:
        fast = execute_one(connection, asked, {"which": "x"})
        assert fast == [tuple(one) for one in connection.execute(asked, {"which": "x"})]
        assert execute_one(connection, made, {"new": "c"}) == [("c",)]
    assert [key for key, _ in fast] == ["a", "b"]


def test_an_error_of_the_fast_road_is_told_as_the_other_tells_it(journal: Journal) -> None:
    """A key that is there already is SQLAlchemy's own error, and what came with it is undone."""
    twice = [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]
    roads: list[Callable[[Connection], object]] = [
        lambda connection: connection.execute(insert(meta), twice),
        lambda connection: execute_many(connection, insert(meta), twice),
        lambda connection: [execute_one(connection, insert(meta), one) for one in twice],
    ]
    told = []
    for road in roads:
        with pytest.raises(IntegrityError) as caught, journal.transaction() as connection:
            road(connection)
        told.append(str(caught.value.orig))
    assert told == ["UNIQUE constraint failed: meta.key"] * 3
    assert on_disk(journal) == set()


def test_the_fast_road_is_closed_outside_of_a_transaction(journal: Journal) -> None:
    """Nothing reaches the disk but by the end of a transaction."""
    with pytest.raises(RuntimeError, match="outside of a transaction"):
        execute_many(journal.connection, insert(meta), [{"key": "a", "value": "1"}])
    assert on_disk(journal) == set()


def test_no_index_makes_a_table_of_each_row_that_changes(journal: Journal) -> None:
    """Which rows are in an index is said without an IN for which SQLite builds one each time."""
    asked = text(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'"
    )
    with journal.reading() as connection:
        told = {one.name: one.sql for one in connection.execute(asked)}
    assert {"live_key", "live_origin", "replaceable_by_run"} <= told.keys()
    assert not [name for name, sql in told.items() if re.search(r" IN \([^)]*,[^)]*,", sql)]


def test_an_amount_keeps_its_digits(journal: Journal) -> None:
    """What goes in as a Decimal comes out as the same one, zeros and all."""
    with journal.transaction() as connection:
        SHELF.create(connection)
        one = {"text": "x", "flag": True, "amount": Decimal("1234.50"), "plain": {}, "at": None}
        execute_many(connection, insert(SHELF), [one])
    (found,) = journal.read(select(SHELF))
    assert (str(found.amount), found.plain, found.flag) == ("1234.50", {}, True)
