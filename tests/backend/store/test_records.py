"""Writing and reading records: what is stored, counted, re-tagged and removed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import feeds, keys, reading, records
from sellmode_backend.store.database import Database, open_database
from sellmode_backend.store.migrations import migrate
from sellmode_backend.store.schema import gone, record
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.customer import Customer, CustomerCard
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.records import Record

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)

ANA = Customer(id="c-1", store="S1", owner="A1", given_name="Ana", email="Ana@Example.com", number="7")
ANAS_CARD = source_id("customer_card", "sellmode", "c-1")
SHARED = Note(id="n-1", customer="c-1", author="A1", written_at=NOW, text="likes blue")
PRIVATE = Note(id="n-2", customer="c-1", author="A1", written_at=NOW, text="shy", private=True)
TASK = ManualTask(id="t-1", store="S1", creator="A1", customer="c-1")
DRESS = Product(id="p-1", sku="1", title="Robe \u202e é 👗 'quoted\\'", currency="USD", price=1250, tags=("a", "b"))


def replaced(before: Customer, **fields: Any) -> Customer:
    return msgspec.structs.replace(before, **fields)


def write(database: Database, *given: Record, removed: tuple[records.Key, ...] = ()) -> int:
    with database.transaction() as connection:
        return records.write(connection, given, removed=removed)


def heads(database: Database, *names: str) -> list[int]:
    with database.snapshot() as connection:
        return [feeds.head(connection, name) for name in names]


def rows(database: Database) -> dict[str, sa.Row[Any]]:
    with database.snapshot() as connection:
        return {row.id: row for row in connection.execute(sa.select(record).where(record.c.kind != "retailer"))}


def scopes_left(database: Database) -> set[tuple[str, str]]:
    with database.snapshot() as connection:
        return {(row.id, row.scope) for row in connection.execute(sa.select(gone))}


# ------------------------------------------------------------------ what is stored


def test_what_is_written_is_read_back(database: Database) -> None:
    assert write(database, DRESS, ANA, SHARED) == 3
    with database.snapshot() as connection:
        assert records.read(connection, "product", "p-1") == DRESS
        assert records.read(connection, "customer", "p-1") is None
        assert records.read_many(connection, "customer", ["c-1", "c-2"]) == [ANA]
        assert list(records.each(connection, "customer")) == [ANA]
        assert records.children(connection, "c-1", "note") == [SHARED]


def test_all_of_a_kind_come_in_an_order_that_no_change_moves(database: Database) -> None:
    dresses = [msgspec.structs.replace(DRESS, id=f"p-{number}") for number in range(5)]
    write(database, *reversed(dresses))
    for number in (3, 0, 4):
        changed = dresses[number] = msgspec.structs.replace(dresses[number], title="Changed")
        write(database, changed)
        with database.snapshot() as connection:
            assert list(records.each(connection, "product")) == dresses
            assert [one for _, one in reading.each(connection, "product", Product)] == dresses


def test_a_customers_card_is_written_with_the_customer(database: Database) -> None:
    write(database, ANA)
    write(database, replaced(ANA, tier="gold"))
    with database.snapshot() as connection:
        card = CustomerCard(id=ANAS_CARD, customer="c-1", name="Ana", owner="A1", tier="gold")
        assert records.children(connection, "c-1") == [card]


def test_an_equal_record_is_left_alone(database: Database) -> None:
    assert write(database, ANA) == 1
    before = rows(database)
    assert write(database, ANA) == 0
    assert rows(database) == before
    assert heads(database, "S1") == [1]


def test_an_equal_record_with_its_words_in_another_order_is_left_alone(database: Database) -> None:
    write(database, replaced(ANA, sizes={"shoe": "38", "ring": "5"}))
    assert write(database, replaced(ANA, sizes={"ring": "5", "shoe": "38"})) == 0


def test_every_change_raises_the_revision(database: Database) -> None:
    for tier in ("", "silver", "gold"):
        write(database, replaced(ANA, tier=tier))
    assert rows(database)["c-1"].rev == 3


def test_the_last_of_two_writes_of_a_record_counts(database: Database) -> None:
    assert write(database, ANA, replaced(ANA, tier="gold")) == 1
    with database.snapshot() as connection:
        assert records.read(connection, "customer", "c-1") == replaced(ANA, tier="gold")


def test_fields_of_a_newer_version_are_kept(database: Database) -> None:
    write(database, ANA)
    with database.transaction() as connection:
        newer = msgspec.json.decode(rows(database)["c-1"].doc) | {"shoe_of_the_future": {"size": 9}}
        doc = msgspec.json.encode(newer).decode()
        connection.execute(sa.update(record).where(record.c.id == "c-1").values(doc=doc))
    write(database, replaced(ANA, tier="gold"))
    stored = msgspec.json.decode(rows(database)["c-1"].doc)
    assert stored["shoe_of_the_future"] == {"size": 9}
    assert stored["tier"] == "gold"
    assert write(database, replaced(ANA, tier="gold")) == 0


def test_what_belongs_to_an_unknown_customer_is_refused(database: Database) -> None:
    with pytest.raises(records.UnknownCustomer, match="n-1 belongs to the customer c-1"):
        write(database, DRESS, SHARED)
    assert rows(database) == {}


def test_a_record_that_no_line_could_carry_is_refused(database: Database) -> None:
    write(database, ANA)
    with pytest.raises(records.RecordTooLarge, match="note n-1"):
        write(database, msgspec.structs.replace(SHARED, text="é" * (2 * 1024 * 1024)))


def test_many_records_take_several_numbers(database: Database) -> None:
    count = 2 * records.BATCH + 1
    many = [Product(id=f"p-{number}", sku=str(number), title="x", currency="USD") for number in range(count)]
    before = heads(database, "retailer")[0]
    assert write(database, *many) == count
    with database.snapshot() as connection:
        number = record.c.seq
        per_number = connection.execute(
            sa.select(number, sa.func.count()).where(record.c.kind == "product").group_by(number)
        ).all()
    assert max(size for _, size in per_number) <= feeds.ROWS_PER_SEQ
    assert {seq for seq, _ in per_number} == set(range(before + 1, heads(database, "retailer")[0] + 1))


# ------------------------------------------------------------------ who sees it


def test_tags_and_feed_are_those_of_the_contract(database: Database) -> None:
    write(database, ANA, SHARED, PRIVATE, TASK, DRESS)
    tags = {id: (row.feed, row.team, row.own) for id, row in rows(database).items()}
    assert tags == {
        "c-1": ("S1", "store:S1", "person:S1:A1"),
        ANAS_CARD: ("S1", None, "lead:S1"),
        "n-1": ("S1", "store:S1", "person:S1:A1"),
        "n-2": ("S1", "person:S1:A1", "person:S1:A1"),
        "t-1": ("S1", "store:S1", "person:S1:A1"),
        "p-1": ("retailer", "all", "all"),
    }


def test_a_reassigned_customer_takes_along_what_belongs_to_it(database: Database) -> None:
    write(database, ANA, SHARED, PRIVATE, TASK)
    before = rows(database)
    assert write(database, replaced(ANA, owner="A2")) == 1
    after = rows(database)
    assert {id: row.own for id, row in after.items()} == {
        "c-1": "person:S1:A2",
        ANAS_CARD: "lead:S1",
        "n-1": "person:S1:A2",
        "n-2": None,
        "t-1": "person:S1:A1",
    }
    assert after["t-1"] == before["t-1"]
    assert {after[id].seq for id in ("c-1", ANAS_CARD, "n-1", "n-2")} == {2}
    lost = "own/person:S1:A1"
    assert scopes_left(database) == {("c-1", lost), ("n-1", lost), ("n-2", lost)}
    assert heads(database, "S1", "S2") == [2, 0]


def test_open_tasks_of_rules_are_meant_for_the_new_owner(database: Database) -> None:
    mine = RuleTask(id="r-1", store="S1", customer="c-1", meant_for="A1", claimed_by="A3")
    given = RuleTask(id="r-2", store="S1", customer="c-1", meant_for="A3", claimed_by="A3")
    done = RuleTask(id="r-3", store="S1", customer="c-1", meant_for="A1", state="done", done_by="A1")
    write(database, ANA, mine, given, done)
    write(database, replaced(ANA, owner="A2"))
    with database.snapshot() as connection:
        assert records.read_many(connection, "rule_task", ["r-1", "r-2", "r-3"]) == [
            msgspec.structs.replace(mine, meant_for="A2", claimed_by=None),
            given,
            done,
        ]


def test_a_customer_who_moves_store_leaves_the_old_feed_and_enters_the_new(database: Database) -> None:
    write(database, ANA, SHARED, TASK)
    write(database, replaced(ANA, store="S2"))
    assert heads(database, "S1", "S2") == [2, 1]
    with database.snapshot() as connection:
        left = feeds.page(connection, "team/store:S1", 1, 500)
        entered = feeds.page(connection, "team/store:S2", 0, 500)
    assert sorted((gone.kind, gone.id) for gone in left.removes) == [("customer", "c-1"), ("note", "n-1")]
    assert sorted((put.kind, put.id) for put in entered.puts) == [("customer", "c-1"), ("note", "n-1")]
    assert rows(database)["t-1"].feed == "S1"


def test_who_comes_back_is_no_longer_gone(database: Database) -> None:
    write(database, ANA, SHARED)
    write(database, replaced(ANA, owner="A2"))
    write(database, ANA)
    lost = "own/person:S1:A2"
    assert scopes_left(database) == {("c-1", lost), ("n-1", lost)}
    with database.snapshot() as connection:
        page = feeds.page(connection, "own/person:S1:A1", 0, 500)
    assert {put.id for put in page.puts} == {"c-1", "n-1"}
    assert page.removes == []


def test_a_customer_without_a_store_moves_no_clock(database: Database) -> None:
    nobodys = replaced(ANA, store=None)
    write(database, nobodys, SHARED)
    assert {(row.feed, row.team, row.own, row.seq) for row in rows(database).values()} == {("", None, None, 0)}
    write(database, ANA)
    assert {row.feed for row in rows(database).values()} == {"S1"}
    write(database, nobodys)
    assert heads(database, "S1", "") == [2, 0]
    assert {row.feed for row in rows(database).values()} == {""}


def test_a_record_given_to_another_customer_changes_hands(database: Database) -> None:
    write(database, ANA, Customer(id="c-2", store="S2", owner="B1"), SHARED)
    write(database, msgspec.structs.replace(SHARED, customer="c-2"))
    row = rows(database)["n-1"]
    assert (row.parent, row.feed, row.own) == ("c-2", "S2", "person:S2:B1")
    assert ("n-1", "team/store:S1") in scopes_left(database)
    assert write(database, replaced(ANA, owner="A2")) == 1
    assert rows(database)["n-1"] == row


# ------------------------------------------------------------------ removal


def test_a_removed_record_is_gone_for_those_who_saw_it(database: Database) -> None:
    write(database, ANA, SHARED)
    assert write(database, removed=(("note", "n-1"), ("note", "never"))) == 1
    assert "n-1" not in rows(database)
    assert scopes_left(database) == {("n-1", "team/store:S1"), ("n-1", "own/person:S1:A1")}


def test_a_removed_customer_takes_along_what_belongs_to_it(database: Database) -> None:
    write(database, ANA, SHARED, PRIVATE, TASK, DRESS)
    assert write(database, removed=(("customer", "c-1"),)) == 1
    assert set(rows(database)) == {"p-1"}
    assert {id for id, _ in scopes_left(database)} == {"c-1", ANAS_CARD, "n-1", "n-2", "t-1"}
    with database.snapshot() as connection:
        assert keys.customers_with(connection, "email", ["ana@example.com"]) == {}


def test_a_removed_record_may_come_back(database: Database) -> None:
    write(database, ANA, SHARED)
    write(database, removed=(("note", "n-1"),))
    write(database, SHARED)
    assert scopes_left(database) == set()


# ------------------------------------------------------------------ keys


def test_customers_are_found_by_their_keys(database: Database) -> None:
    ben = Customer(id="c-2", email=" ANA@example.COM ", phone="(0)20 7946-0999", number="B-7")
    cem = Customer(id="c-3", phone="020 1", phone_e164="+44201", number=" b-7 ")
    write(database, ANA, ben, cem)
    with database.snapshot() as connection:
        assert keys.customers_with(connection, "email", ["ana@example.com", "nobody@example.com"]) == {
            "ana@example.com": ["c-1", "c-2"]
        }
        assert keys.customers_with(connection, "phone", [keys.normal_key("phone", "+44 20 1")]) == {"44201": ["c-3"]}
        assert keys.customers_with(connection, "phone", ["02079460999"]) == {"02079460999": ["c-2"]}
        assert keys.customers_with(connection, "number", ["b-7"]) == {"b-7": ["c-2", "c-3"]}


def test_keys_follow_the_customer(database: Database) -> None:
    write(database, ANA)
    write(database, replaced(ANA, email="", number="8"))
    with database.snapshot() as connection:
        assert keys.customers_with(connection, "email", ["ana@example.com"]) == {}
        assert keys.customers_with(connection, "number", ["7", "8"]) == {"8": ["c-1"]}


# ------------------------------------------------------------------ two writers at once (SQLite lets in one at a time)


@pytest.fixture
def postgresql(postgresql_url: str) -> Iterator[Database]:
    opened = open_database(postgresql_url)
    migrate(opened)
    yield opened
    opened.close()


Work = Callable[[Connection], object]


def refused(database: Database, work: Work) -> bool:
    """Whether ``work`` would have to wait for another transaction."""
    with database.transaction() as connection:
        connection.execute(sa.text("SET LOCAL lock_timeout = '50ms'"))
        try:
            with connection.begin_nested():
                work(connection)
        except sa.exc.OperationalError:
            return True
        return False


def test_who_removes_what_was_done_for_a_customer_holds_the_customer(postgresql: Database) -> None:
    write(postgresql, ANA, Contact(id="x-1", customer=ANA.id, store="S1", author="A1", channel="call", at=NOW))
    with postgresql.transaction() as removing:
        records.write(removing, [], removed=[("contact", "x-1")])
        assert refused(postgresql, lambda connection: records.hold(connection, "customer", [ANA.id]))


def test_a_child_is_not_tagged_by_a_customer_who_is_moving(postgresql: Database) -> None:
    write(postgresql, ANA)
    with postgresql.transaction() as moving:
        records.write(moving, [replaced(ANA, store="S2")])
        assert refused(postgresql, lambda connection: records.write(connection, [SHARED]))
    write(postgresql, SHARED)
    assert rows(postgresql)["n-1"].feed == "S2"


def test_a_customer_does_not_move_while_a_child_is_written(postgresql: Database) -> None:
    write(postgresql, ANA)
    with postgresql.transaction() as writing:
        records.write(writing, [SHARED])
        assert refused(postgresql, lambda connection: records.write(connection, [replaced(ANA, store="S2")]))
    write(postgresql, replaced(ANA, store="S2"))
    assert rows(postgresql)["n-1"].feed == "S2"


def test_a_locked_record_waits_for_who_will_write_it_back(postgresql: Database) -> None:
    write(postgresql, ANA)
    with postgresql.transaction() as editing:
        assert records.read(editing, "customer", "c-1", lock=True) == ANA
        assert refused(postgresql, lambda connection: records.read(connection, "customer", "c-1", lock=True))
        assert not refused(postgresql, lambda connection: records.read(connection, "customer", "c-1"))


def test_of_two_who_create_a_record_one_is_refused(postgresql: Database) -> None:
    here = Staff(id="s-1", store="S1", user_name="a", name="A", role="associate")
    # One statement of `write` may look for the record just before another transaction commits it. Seeing the state of
    # before all along shows the same.
    with postgresql.engine.execution_options(isolation_level="REPEATABLE READ").connect() as second:
        assert records.read(second, "staff", "s-1") is None
        write(postgresql, here)
        with pytest.raises(sa.exc.IntegrityError):
            records.write(second, [msgspec.structs.replace(here, store="S2")])
    assert rows(postgresql)["s-1"].feed == "S1"


def test_a_card_goes_with_what_it_was_made_of(database: Database) -> None:
    given = ManualTask(id="t-1", store="S1", creator="M1", assignee="A1")
    withdrawn = msgspec.structs.replace(given, id="t-2")
    cards = {source_id("task_card", "sellmode", id) for id in ("t-1", "t-2")}
    write(database, given, withdrawn)
    assert rows(database).keys() - {"t-1", "t-2"} == cards
    write(database, msgspec.structs.replace(given, assignee=None))
    assert write(database, removed=(("manual_task", "t-2"),)) == 1
    assert rows(database).keys() == {"t-1"}
