"""Pages: where they are cut, what they say is left, and what is forgotten; and that nothing that waits is skipped."""

from __future__ import annotations

import datetime as dt
import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from sellmode_backend.store import feeds, records
from sellmode_backend.store.database import Database, open_database
from sellmode_backend.store.migrations import migrate
from sellmode_backend.store.schema import gone, record
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.sent_lookbook import SentLookbook
from sellmode_contract.kinds.staff import Staff

PRODUCTS = "team/all"
STORE = "team/store:S1"


def products(start: int, stop: int, title: str = "x") -> list[Product]:
    return [Product(id=f"p-{n:05}", sku=str(n), title=title, currency="USD") for n in range(start, stop)]


def colleague(number: int, store: str = "S1") -> Staff:
    return Staff(id=f"s-{store}-{number:03}", store=store, user_name=str(number), name=f"N{number}", role="associate")


def write(database: Database, given: list[Any], removed: list[records.Key] | None = None) -> None:
    with database.transaction() as connection:
        records.write(connection, given, removed=removed or [])


def page(database: Database, scope: str, after: int, limit: int = 500) -> feeds.Page:
    with database.snapshot() as connection:
        return feeds.page(connection, scope, after, limit)


def head(database: Database, feed: str) -> int:
    with database.snapshot() as connection:
        return feeds.head(connection, feed)


def pages(database: Database, scope: str, after: int, limit: int) -> Iterator[feeds.Page]:
    while True:
        got = page(database, scope, after, limit)
        yield got
        if got.complete:
            return
        assert got.horizon > after
        after = got.horizon


# ------------------------------------------------------------------ pages


def test_a_scope_without_changes_is_complete_at_once(database: Database) -> None:
    assert page(database, STORE, 0) == feeds.Page([], [], 0, complete=True)
    start = head(database, "retailer")
    assert page(database, PRODUCTS, start) == feeds.Page([], [], start, complete=True)


def test_other_scopes_changes_move_the_cursor_too(database: Database) -> None:
    write(database, [colleague(1)])
    assert page(database, "own/person:S1:A1", 0) == feeds.Page([], [], 1, complete=True)


@pytest.mark.parametrize("limit", [1, 500, 700, 1001, 5000])
def test_pages_bring_every_record_once_in_order(database: Database, limit: int) -> None:
    start = head(database, "retailer")
    write(database, products(0, 1700))
    got = list(pages(database, PRODUCTS, start, limit))
    ids = [put.id for page in got for put in page.puts]
    assert sorted(ids) == [f"p-{n:05}" for n in range(1700)]
    assert all(len(page.puts) <= max(limit, feeds.ROWS_PER_SEQ) for page in got)
    assert [page.complete for page in got] == [False] * (len(got) - 1) + [True]
    assert got[-1].horizon == head(database, "retailer")


def test_pages_of_large_documents_are_small(database: Database) -> None:
    largest = feeds.CHARACTERS_PER_SEQ // 5 - 1000
    write(database, products(0, 12, title="x" * largest))
    write(database, products(12, 13, title="x" * (feeds.CHARACTERS_PER_SEQ + 1)))
    write(database, products(13, 15))
    got = list(pages(database, PRODUCTS, 0, 500))
    products_of = [[put.id for put in page.puts if put.kind == "product"] for page in got]
    assert list(map(len, products_of)) == [5, 5, 2, 1, 2]
    assert sorted(itertools.chain(*products_of)) == [f"p-{n:05}" for n in range(15)]


def test_a_list_of_removals_is_cut_the_same(database: Database) -> None:
    write(database, products(0, 1200))
    start = head(database, "retailer")
    write(database, [], [("product", f"p-{n:05}") for n in range(1200)])
    got = list(pages(database, PRODUCTS, start, 500))
    assert sorted(left.id for page in got for left in page.removes) == [f"p-{n:05}" for n in range(1200)]
    assert len(got) == 3


def test_the_shorter_list_waits_for_the_one_that_was_cut(database: Database) -> None:
    write(database, products(0, 1200))
    start = head(database, "retailer")
    write(database, products(0, 1100, title="y"), [("product", "p-01150")])
    first, *_, last = pages(database, PRODUCTS, start, 500)
    assert first.removes == []
    assert last.removes == [feeds.Remove("product", "p-01150")]


def test_a_record_is_delivered_at_its_latest_change_only(database: Database) -> None:
    start = head(database, "retailer")
    for title in ("a", "b", "c"):
        write(database, products(0, 1, title))
    (put,) = page(database, PRODUCTS, start).puts
    assert (put.kind, put.id, put.rev) == ("product", "p-00000", 3)
    assert msgspec.json.decode(put.doc, type=Product).title == "c"


def test_a_cursor_beyond_the_clock_stays(database: Database) -> None:
    write(database, [colleague(1)])
    assert page(database, STORE, 99) == feeds.Page([], [], 99, complete=True)


def test_left_counts_what_is_still_to_come(database: Database) -> None:
    start = head(database, "retailer")
    write(database, products(0, 1700))
    with database.snapshot() as connection:
        first = feeds.page(connection, PRODUCTS, start, 500)
        assert feeds.left(connection, PRODUCTS, start) == 1700
        assert feeds.left(connection, PRODUCTS, first.horizon) == 1700 - len(first.puts)


@pytest.mark.parametrize("scope", ["", "all", "feed/all", "seq/1", "team,own/all"])
def test_what_is_no_scope_is_refused(database: Database, scope: str) -> None:
    with database.snapshot() as connection, pytest.raises(ValueError, match="not a scope"):
        feeds.page(connection, scope, 0, 500)


# ------------------------------------------------------------------ removals that are forgotten


def test_old_removals_are_forgotten_and_older_cursors_reset(database: Database) -> None:
    write(database, [colleague(1), colleague(2), colleague(1, "S2")])
    write(database, [], [("staff", "s-S1-001")])
    with database.transaction() as connection:
        long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=91)
        connection.execute(sa.update(gone).values(at=long_ago))
    write(database, [], [("staff", "s-S1-002")])

    with database.transaction() as connection:
        assert feeds.collect_gone(connection, dt.datetime.now(dt.UTC) - dt.timedelta(days=90)) == 2
        assert feeds.min_seq(connection, "S1") == 2
        assert feeds.min_seq(connection, "S2") == 0
    assert page(database, STORE, 2).removes == [feeds.Remove("staff", "s-S1-002")]

    with database.transaction() as connection:
        assert feeds.collect_gone(connection, dt.datetime.now(dt.UTC) - dt.timedelta(days=90)) == 0
        assert feeds.min_seq(connection, "S1") == 2


# ------------------------------------------------------------------ nothing is skipped


@pytest.fixture
def impatient(database: Database, prepared_url: str) -> Iterator[Database]:
    """Give the same database again, whose writers do not wait for others."""
    second = open_database(prepared_url)

    def hurry(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 20" if second.is_sqlite else "SET lock_timeout = '20ms'")
        cursor.close()
        if not second.is_sqlite:
            connection.commit()

    sa.event.listen(second.engine, "connect", hurry)
    yield second
    second.close()


def test_no_number_is_given_while_a_lower_one_is_not_committed(database: Database, impatient: Database) -> None:
    with database.transaction() as held:
        records.write(held, [colleague(1)])
        with pytest.raises(sa.exc.OperationalError):
            write(impatient, [colleague(2)])
        assert page(impatient, STORE, 0) == feeds.Page([], [], 0, complete=True)
    write(impatient, [colleague(2)])
    got = page(impatient, STORE, 0)
    assert [(put.id, got.horizon) for put in got.puts] == [("s-S1-001", 2), ("s-S1-002", 2)]


def test_a_failed_writer_leaves_no_gap_and_no_row(database: Database) -> None:
    orphan = SentLookbook(id="l-1", customer="nobody", at=dt.datetime(2026, 11, 22, tzinfo=dt.UTC))
    with database.transaction() as connection:
        records.write(connection, [colleague(1)])
        with pytest.raises(records.UnknownCustomer):
            records.write(connection, [orphan])
        connection.rollback()
    assert head(database, "S1") == 0
    write(database, [colleague(2)])
    assert [put.id for put in page(database, STORE, 0).puts] == ["s-S1-002"]


def test_a_snapshot_stays_as_it_was(database: Database) -> None:
    write(database, [colleague(1)])
    with database.snapshot() as connection:
        before = feeds.page(connection, STORE, 0, 500)
        write(database, [colleague(2)])
        assert feeds.page(connection, STORE, 0, 500) == before
    assert len(page(database, STORE, 0).puts) == 2


def test_stores_do_not_wait_for_each_other(postgresql_url: str) -> None:
    database = open_database(postgresql_url)
    migrate(database)
    with database.transaction() as held:
        records.write(held, [colleague(1, "S1")])
        write(database, [colleague(2, "S2")])
        assert [put.id for put in page(database, "team/store:S2", 0).puts] == ["s-S2-002"]
    assert [put.id for put in page(database, STORE, 0).puts] == ["s-S1-001"]
    database.close()


def _hammer(database: Database, write_row: Callable[[int], None], writers: int, each: int) -> set[str]:
    """What a reader has got that pulls all the while ``writers`` threads write, and once more at the end."""
    start = threading.Barrier(writers + 1)
    done = threading.Event()

    def writer(number: int) -> None:
        start.wait()
        for row in range(each):
            write_row(number * each + row)

    def reader() -> set[str]:
        seen: set[str] = set()
        after = 0
        start.wait()
        while True:
            last = done.is_set()
            for got in pages(database, STORE, after, 500):
                seen.update(put.id for put in got.puts)
                after = got.horizon
            if last:
                return seen

    with ThreadPoolExecutor(writers + 1) as pool:
        reading = pool.submit(reader)
        try:
            for writing in [pool.submit(writer, number) for number in range(writers)]:
                writing.result()
        finally:
            done.set()
        return reading.result()


def test_a_reader_beside_many_writers_misses_nothing(database: Database) -> None:
    def write_row(number: int) -> None:
        with database.transaction() as connection:
            records.write(connection, [colleague(number)])
            # The transaction goes on for a moment, so that others overtake it if they can.
            connection.execute(sa.select(sa.func.count()).select_from(record)).all()

    writers, each = 6, 40
    seen = _hammer(database, write_row, writers, each)
    assert seen == {f"s-S1-{number:03}" for number in range(writers * each)}
    assert head(database, "S1") == writers * each


def test_a_plain_sequence_would_skip_what_a_clock_does_not(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What clocks are for: numbers of a sequence, which no transaction holds, are committed out of order."""
    database = open_database(postgresql_url)
    migrate(database)
    with database.transaction() as connection:
        connection.execute(sa.text("CREATE SEQUENCE numbers"))

    def unheld(connection: sa.Connection, ticks: dict[str, int]) -> dict[str, int]:
        (name,) = ticks
        number: int = connection.execute(sa.text("SELECT nextval('numbers')")).scalar_one()
        return {name: number - 1}

    def unheld_head(connection: sa.Connection, feed_id: str) -> int:
        return connection.scalar(sa.select(sa.func.max(record.c.seq)).where(record.c.feed == feed_id)) or 0

    monkeypatch.setattr(feeds, "tick", unheld)
    monkeypatch.setattr(feeds, "head", unheld_head)
    overtaken = colleague(1)
    with database.transaction() as slow:
        records.write(slow, [overtaken])
        write(database, [colleague(2)])
        first = page(database, STORE, 0)
    assert [put.id for put in first.puts] == ["s-S1-002"]
    assert page(database, STORE, first.horizon).puts == []
    database.close()
