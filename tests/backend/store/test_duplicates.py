"""Pairs of customers who may be one: they come, change and go with their customers."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterable
from functools import partial

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection

from sellmode_backend.store import duplicates, feeds, records
from sellmode_backend.store.database import Database
from sellmode_backend.store.schema import record
from sellmode_contract.kinds.customer import Address, Customer
from sellmode_contract.kinds.duplicate_pair import DuplicatePair
from tests.backend.sync.pushing import at_once

NOW = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)


def person(id: str, **fields: object) -> Customer:
    return msgspec.convert({"id": id, "store": "s", "given_name": id.title(), **fields}, Customer)


def write(connection: Connection, *customers: Customer, removed: Iterable[str] = ()) -> int:
    """Write customers, or remove them, as whoever writes customers does: pairs are watched afterwards."""
    ids = [*(customer.id for customer in customers), *removed]
    before = {item.id: item for item in records.read_many(connection, "customer", ids) if isinstance(item, Customer)}
    after = {customer.id: customer for customer in customers}
    records.write(connection, customers, removed=[("customer", id) for id in removed])
    return duplicates.watch(connection, {id: (before.get(id), after.get(id)) for id in ids})


def put(database: Database, *customers: Customer, removed: Iterable[str] = ()) -> int:
    with database.transaction() as connection:
        return write(connection, *customers, removed=removed)


def pairs(database: Database) -> dict[tuple[str, str], DuplicatePair]:
    with database.snapshot() as connection:
        found = list(records.each(connection, "duplicate_pair"))
    return {pair.customers: pair for pair in found if isinstance(pair, DuplicatePair)}


def test_the_same_email_or_phone_in_one_store_makes_a_pair(database: Database) -> None:
    put(
        database,
        person("ann", owner="ada", email="Ann@Example.com", phone="079 123", tier="gold", number="7"),
        person("ben", owner="bo", email="ann@example.COM", phone="(079) 123", address=Address(city="Basel")),
        person("cat", store="other", email="ann@example.com"),
        person("dan", email="dan@example.com"),
    )
    (pair,) = pairs(database).values()
    assert pair == DuplicatePair(
        id=duplicates.pair_id("ben", "ann"),
        store="s",
        customers=("ann", "ben"),
        matched=("email", "phone"),
        owners=("ada", "bo"),
        names=("Ann", "Ben"),
    )


def test_only_the_stores_managers_see_a_pair(database: Database) -> None:
    put(database, person("ann", owner="ada", email="a@example.com"), person("ben", owner="bo", email="a@example.com"))
    with database.snapshot() as connection:
        tags = connection.execute(sa.select(record.c.team, record.c.own).where(record.c.kind == "duplicate_pair")).one()
    assert tuple(tags) == ("lead:s", "lead:s")


def test_a_pair_follows_its_customers(database: Database) -> None:
    ann, ben = person("ann", email="a@example.com"), person("ben", email="a@example.com")
    assert put(database, ann) == 0
    assert put(database, ben) == 1
    ben = msgspec.structs.replace(ben, owner="bo", given_name="Benedikt")
    assert put(database, ben) == 1
    pair = pairs(database)["ann", "ben"]
    assert (pair.owners, pair.names) == ((None, "bo"), ("Ann", "Benedikt"))
    ben = msgspec.structs.replace(ben, tags=("vip",), tier="gold", address=Address(city="Basel"))
    assert put(database, ben) == 0

    put(database, msgspec.structs.replace(ben, email="b@example.com"))
    assert pairs(database) == {}
    put(database, ben)
    assert pairs(database).keys() == {("ann", "ben")}
    put(database, msgspec.structs.replace(ben, store="other"))
    assert pairs(database) == {}
    put(database, msgspec.structs.replace(ann, store="other"))
    assert pairs(database)["ann", "ben"].store == "other"
    put(database, removed=["ann"])
    assert pairs(database) == {}


def test_both_sides_of_a_pair_may_change_at_once(database: Database) -> None:
    ann, ben = person("ann", email="a@example.com"), person("ben", email="a@example.com")
    put(database, ann, ben)
    moved = [msgspec.structs.replace(one, store="other") for one in (ann, ben)]
    put(database, *moved)
    assert [pair.store for pair in pairs(database).values()] == ["other"]
    put(database, *(msgspec.structs.replace(one, email="") for one in moved))
    assert pairs(database) == {}
    put(database, *moved)
    put(database, removed=["ann", "ben"])
    assert pairs(database) == {}


def test_what_was_dismissed_is_not_asked_again(database: Database) -> None:
    ann, ben = person("ann", email="a@example.com"), person("ben", email="a@example.com")
    put(database, ann, ben)
    with database.transaction() as connection:
        records.write(connection, [msgspec.structs.replace(pairs(database)["ann", "ben"], dismissed=True)])
    put(database, msgspec.structs.replace(ben, given_name="Benno", phone="079 123"))
    pair = pairs(database)["ann", "ben"]
    assert pair.dismissed
    assert pair.names == ("Ann", "Benno")


def test_an_email_of_everybody_makes_no_pairs(database: Database) -> None:
    everybody = [person(f"p{number:02}", email="shop@example.com") for number in range(duplicates.MAX_SHARED)]
    put(database, *everybody)
    assert len(pairs(database)) == duplicates.MAX_SHARED * (duplicates.MAX_SHARED - 1) / 2
    also = person("q1", email="shop@example.com", phone="079 123")
    twin = person("q2", email="shop@example.com", phone="079 123")
    put(database, also)
    assert pairs(database) == {}
    put(database, twin)
    assert {pair.matched for pair in pairs(database).values()} == {("phone",)}
    assert pairs(database).keys() == {("q1", "q2")}
    with database.snapshot() as connection:
        assert duplicates.crowded(connection) == ["p00"]
    put(database, removed=["q1", "q2"])
    assert len(pairs(database)) == duplicates.MAX_SHARED * (duplicates.MAX_SHARED - 1) / 2
    with database.snapshot() as connection:
        assert duplicates.crowded(connection) == []


def test_a_crowd_that_comes_at_once_makes_no_pairs_either(database: Database) -> None:
    few = [person(f"p{number}", email="shop@example.com") for number in range(3)]
    put(database, *few)
    assert len(pairs(database)) == 3
    put(database, *(person(f"q{number:03}", email="shop@example.com") for number in range(300)))
    assert pairs(database) == {}
    put(database, *(person(f"r{number:03}", email="shop@example.com") for number in range(300)))
    put(database, *(person(f"q{number:03}", email="") for number in range(150)))
    assert pairs(database) == {}


def test_a_pair_says_what_is_the_same_and_no_values(database: Database) -> None:
    """A manager in Associate Mode sees neither customer's e-mail, phone or address."""
    told = {"email": "zoe@example.com", "phone": "079 123", "address": Address(city="Basel"), "number": "n-77"}
    put(database, person("ann", **told), person("ben", **told))
    with database.snapshot() as connection:
        doc = connection.scalar(sa.select(record.c.doc).where(record.c.kind == "duplicate_pair")) or ""
    assert '"matched":["email","phone"]' in doc
    assert not [value for value in ("zoe", "079", "Basel", "n-77") if value in doc]


def test_two_who_add_the_same_email_at_the_same_time_make_a_pair(database: Database) -> None:
    """The second writer waits for the store's clock, and then sees the first one's customer."""
    written = threading.Event()
    waiting = threading.Event()

    def second() -> None:
        written.wait(10)
        with database.transaction() as connection:
            waiting.set()
            write(connection, person("ben", email="a@example.com"))

    other = threading.Thread(target=second)
    other.start()
    with database.transaction() as connection:
        write(connection, person("ann", email="a@example.com"))
        written.set()
        if not database.is_sqlite:  # which begins the second transaction only when the first is done
            assert waiting.wait(10)
    other.join(20)
    assert pairs(database).keys() == {("ann", "ben")}


@pytest.mark.parametrize("count", [50, 500])
def test_an_import_of_strangers_asks_a_handful_of_questions(database: Database, count: int) -> None:
    statements: list[str] = []
    with database.transaction() as connection:
        customers = [person(f"p{n}", email=f"p{n}@example.com", phone=f"079 {n:07}") for n in range(count)]
        records.write(connection, customers)
        event.listen(connection, "before_cursor_execute", lambda *args: statements.append(args[2]))
        duplicates.watch(connection, {customer.id: (None, customer) for customer in customers})
    assert len(statements) <= 4


# ------------------------------------------------------------------ later


def noted(database: Database, old: Customer | None, new: Customer | None) -> None:
    with database.transaction() as connection:
        records.write(connection, [new] if new else [], removed=[] if new or not old else [("customer", old.id)])
        duplicates.note(connection, {one.id: (old, new) for one in [new or old] if one})


def clock_of(database: Database) -> int:
    with database.snapshot() as connection:
        return feeds.head(connection, "s")


def test_what_was_noted_comes_to_the_same(database: Database) -> None:
    ann, ben = person("ann", email="a@example.com"), person("ben", email="a@example.com")
    put(database, ann)
    noted(database, None, ben)
    assert pairs(database) == {}
    assert duplicates.catch_up(database, NOW) == ["ben"]
    assert pairs(database).keys() == {("ann", "ben")}
    assert duplicates.catch_up(database, NOW) == []
    between = msgspec.structs.replace(ben, email="b@example.com")
    noted(database, ben, between)
    noted(database, between, msgspec.structs.replace(ben, email="c@example.com"))
    assert duplicates.catch_up(database, NOW) == ["ben"]
    assert pairs(database) == {}
    noted(database, msgspec.structs.replace(ben, email="c@example.com"), ben)
    noted(database, ben, None)
    assert duplicates.catch_up(database, NOW) == ["ben"]
    assert pairs(database) == {}


def test_the_clock_moves_on_by_one_whether_there_is_a_pair_or_not(database: Database) -> None:
    put(database, person("ann", email="a@example.com"))
    moved = []
    for id, email in (("ben", "a@example.com"), ("cat", "c@example.com")):
        noted(database, None, person(id, email=email))
        before = clock_of(database)
        duplicates.catch_up(database, NOW)
        moved.append(clock_of(database) - before)
    assert moved == [1, 1]
    assert len(pairs(database)) == 1


def test_who_looks_at_the_same_time_makes_each_pair_once(database: Database) -> None:
    for number in range(8):
        noted(database, None, person(f"p{number}", email=f"{number // 2}@example.com"))
    looked = at_once(*(partial(duplicates.catch_up, database, NOW) for _ in range(4)))
    assert sum(map(len, looked)) == 8
    assert len(pairs(database)) == 4


def test_a_customer_who_cannot_be_read_keeps_nobody_from_the_rest(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    ann, ben, cat, dan = (person(id, email=f"{id < 'c'}@example.com") for id in ("ann", "ben", "cat", "dan"))
    put(database, ann)
    for one in (ben, cat, dan):
        noted(database, None, one)
    with database.transaction() as connection:
        connection.execute(sa.update(record).where(record.c.id == "ann").values(doc="unreadable"))
    assert duplicates.catch_up(database, NOW) == ["ben", "cat", "dan"]
    assert pairs(database).keys() == {("cat", "dan")}
    assert [entry.getMessage() for entry in caplog.records if entry.levelname == "ERROR"] == [
        "no pairs are looked for of customer ben: a document cannot be read: DecodeError"
    ]
    assert duplicates.catch_up(database, NOW) == []
