"""What events come to: late, early, twice, stale, unreadable; refunds, names, and customers who are erased."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from sellmode_backend.importers import orders, run
from sellmode_backend.importers.rejects import Rejects
from sellmode_backend.importers.sources.plain import COLUMNS
from sellmode_backend.importers.sources.shopify import SHOPIFY
from sellmode_backend.store import duplicates, keys, records, schema, settings
from sellmode_backend.store.database import Database
from sellmode_backend.store.orders import OrderEntry, read_orders
from sellmode_backend.webhooks import inbox, plain, shopify
from sellmode_backend.webhooks.inbox import Event
from sellmode_contract.ids import source_id
from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.consent import Consent
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.lookbook import Lookbook, LookbookResult, Reply, result_id
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.retailer import StoreEntry
from sellmode_contract.kinds.stock import Stock
from tests.backend.webhooks import events
from tests.backend.webhooks.events import NOW, customer, order, put, refund, work
from tests.docs.reading import DOCS

LATER = "2026-11-21T12:00:00Z"


def stored(database: Database, key: str = "1", source: str = "shopify") -> OrderEntry:
    with database.snapshot() as connection:
        (found,) = read_orders(connection, [source_id("order", source, key)])
    return found


def people(database: Database) -> list[Customer]:
    with database.snapshot() as connection:
        return [each for each in records.each(connection, "customer") if isinstance(each, Customer)]


def test_an_order_its_refunds_and_its_end_in_any_order(database: Database) -> None:
    sent: list[tuple[str, dict[str, Any]]] = [
        ("orders/create", order()),
        ("refunds/create", refund(5, "10.00")),
        ("orders/updated", order(updated_at="2026-11-21T10:00:00Z", refunds=[refund(5, "10.00"), refund(6, "1.50")])),
        ("orders/cancelled", order(updated_at=LATER, cancelled_at=LATER, refunds=[refund(5, "10.00")])),
    ]
    for place, some in enumerate(random.Random(3).sample([*itertools.permutations(sent)], 6)):
        at = NOW + dt.timedelta(minutes=place)
        for part in range(len(some)):
            put(database, some[part], now=at + dt.timedelta(seconds=10 * part))
            work(database, at + dt.timedelta(seconds=10 * part))
        found = stored(database)
        assert (found.total, found.refunded, found.cancelled_at) == (
            3000,
            1150,
            dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC),
        )
        with database.transaction() as connection:
            for table in ("order_", "order_line", "order_refund", "webhook_version", "unmatched_order"):
                connection.execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608  # our own names


def test_the_customer_may_come_after_the_order(database: Database) -> None:
    put(database, ("orders/create", order(customer={"id": 7})))
    work(database)
    assert stored(database).customer is None
    put(database, ("customers/create", customer()), now=NOW + dt.timedelta(minutes=1))
    work(database, NOW + dt.timedelta(minutes=1))
    (anna,) = people(database)
    assert stored(database).customer == anna.id
    assert anna.figures.spend == 3000


def test_what_is_older_changes_nothing(database: Database) -> None:
    put(database, ("customers/update", customer(first_name="Anne", updated_at=LATER)))
    work(database)
    put(database, ("customers/update", customer(first_name="Ann")), now=NOW + dt.timedelta(days=400))
    work(database, NOW + dt.timedelta(days=400))
    assert [each.given_name for each in people(database)] == ["Anne"]


def test_one_that_cannot_be_read_keeps_no_other_from_it(database: Database) -> None:
    put(
        database,
        ("orders/create", order(2, total_price="much")),
        ("orders/create", {"name": "no id"}),
        ("orders/create", order(3, line_items="none")),
        ("refunds/create", refund(9, "1e400")),
        ("carts/update", {}),
        ("orders/create", order(1)),
    )
    assert work(database) == 6
    assert stored(database).total == 3000
    assert events.problems(database) == [
        "order: Total is no amount of money such as 1234.50",
        "it has no id",
        "line_items is no list of objects",
        "an amount is no number",
    ]


def test_the_click_that_brought_the_customer_stays_with_the_order(database: Database) -> None:
    put(
        database,
        ("orders/create", order(1, landing_site="/products/x?utm_source=sellmode&utm_content=abcDEF12_-34")),
        ("orders/create", order(2, note_attributes=[{"name": "sellmode", "value": "ABCDEFGHIJKLMNOPQRSTUVWXY2"}])),
        ("orders/create", order(3, landing_site="/?utm_source=elsewhere&utm_content=abcDEF12_-34")),
    )
    work(database)
    assert [stored(database, key).click for key in "123"] == ["abcDEF12_-34", "ABCDEFGHIJKLMNOPQRSTUVWXY2", ""]


def test_stock_comes_by_numbers_that_other_events_explain(database: Database) -> None:
    with database.transaction() as connection:
        settings.write_stores(connection, [StoreEntry(id="s1", name="Store 1", time_zone="UTC")])
    level = {"inventory_item_id": 80, "location_id": 90, "available": 6, "updated_at": LATER}
    variants = [{"sku": "SC-1", "price": "20.00", "inventory_item_id": 80, "option1": "Red"}]
    product = {
        "id": 5,
        "handle": "scarf",
        "title": "Scarf",
        "updated_at": LATER,
        "status": "active",
        "variants": variants,
    }
    put(
        database,
        ("inventory_levels/update", level),
        ("products/update", product | {"options": [{"name": "Colour"}]}),
        ("locations/update", {"id": 90, "name": "Store 1"}),
        ("inventory_levels/update", level | {"available": 3, "updated_at": "2026-11-21T11:00:00Z"}),
        ("inventory_levels/update", level | {"location_id": 91}),
    )
    work(database)
    with database.snapshot() as connection:
        (stock,) = records.each(connection, "stock")
    assert isinstance(stock, Stock)
    assert stock.available == {"s1": 6}
    assert events.problems(database) == ["stock of a location whose number has no name yet"]


def test_whom_the_shop_erases_is_known_no_more_and_what_was_sold_stays(database: Database) -> None:
    put(database, ("customers/create", customer()), ("orders/create", order()))
    work(database)
    assert stored(database).customer is not None
    put(
        database,
        ("customers/redact", {"customer": {"id": 7, "email": "anna@example.com"}}),
        ("customers/data_request", {"customer": {"id": 8}}),
        now=NOW + dt.timedelta(minutes=1),
    )
    work(database, NOW + dt.timedelta(minutes=1))
    assert people(database) == []
    assert (stored(database).customer, stored(database).total) == (None, 3000)
    with database.snapshot() as connection:
        for table in (schema.customer_key, schema.unmatched_order, schema.imported):
            assert connection.scalar(sa.select(sa.func.count()).select_from(table).where(table.c.kind != "order")) == 0
    assert len(events.problems(database)) == 1


def test_nothing_that_they_wrote_or_are_called_is_left_of_whom_the_shop_erases(database: Database) -> None:
    bea = Customer(id="bea", store="s1", given_name="Bea", family_name="Muster", email="anna@example.com")
    gone = Customer(id="gone", store="s1", given_name="Annie", email="annie@example.com")
    put(database, ("customers/create", customer()))
    work(database)
    (anna,) = people(database)
    anna = msgspec.structs.replace(anna, store="s1")
    look = Lookbook(id="look", store="s1", author="ada", customer=anna.id, token="A" * 26, shared_at=NOW)
    said = LookbookResult(
        id=result_id("look"), store="s1", author="ada", lookbook="look", replies=(Reply(at=NOW, text="I am Anna"),)
    )
    with database.transaction() as connection:
        records.write(connection, [anna, bea, look, said])
        assert duplicates.watch(connection, {each.id: (None, each) for each in (anna, bea)}) == 1
        keys.note_merged(connection, gone)
        merged = {"id": gone.id, "kept": anna.id, "at": NOW}
        connection.execute(sa.insert(schema.merged_customer), merged)
    put(database, ("customers/redact", {"customer": {"id": 7}}), now=NOW + dt.timedelta(minutes=1))
    work(database, NOW + dt.timedelta(minutes=1))
    with database.snapshot() as connection:
        left = {kind: [each.id for each in records.each(connection, kind)] for kind in KINDS if kind != "retailer"}
        assert {kind: len(ids) for kind, ids in left.items() if ids} == {"customer": 1, "customer_card": 1}
        for column in (schema.customer_key.c.customer, schema.merged_customer.c.id, schema.imported.c.id):
            assert {*connection.scalars(sa.select(column))} <= {"bea"}


def test_plain_events_say_what_the_plain_lists_say(database: Database) -> None:
    head = {"id": "1001", "placed_at": "2026-11-20T10:00:00Z", "currency": "USD", "total": "25.50", "customer": "4711"}
    lines = [{"title": "Scarf", "quantity": 1, "price": "25.50", "sku": "SC-1"}]
    said: list[tuple[str, dict[str, Any]]] = [
        ("order", head | {"lines": lines, "click": "abcDEF12_-34", "channel": "online"}),
        ("customer", {"number": "4711", "given_name": "Anna", "family_name": "Muster", "email": "anna@example.com"}),
        ("refund", {"order": "1001", "id": "r1", "at": LATER, "amount": "5.50"}),
        ("order", head | {"colour": "red"}),
        ("invoice", {}),
    ]
    put(database, *((type, {"type": type, "timestamp": LATER, "data": data}) for type, data in said), source="plain")
    work(database)
    found, (anna,) = stored(database, "1001", "plain"), people(database)
    assert (found.customer, found.total, found.refunded, found.click) == (anna.id, 2550, 550, "abcDEF12_-34")
    assert anna.figures.spend == 2000
    assert events.problems(database) == [
        "order has 1 field(s) that are not known",
        "its type is none of order, refund, customer, product, stock, measures, customer.erased",
    ]


def from_plain(database: Database, *said: tuple[str, dict[str, Any]], minutes: int = 0) -> None:
    """Plain events that come together, and are worked off together."""
    at = NOW + dt.timedelta(minutes=minutes)
    told = ((type, {"type": type, "timestamp": at.isoformat(), "data": data}) for type, data in said)
    put(database, *told, source="plain", now=at)
    work(database, at)


def test_what_an_event_does_not_say_another_one_does_not_say_for_it(database: Database) -> None:
    anna = {"number": "1", "given_name": "Anna", "family_name": "Muster", "email": "anna@example.com"}
    bea = {"number": "2", "given_name": "Bea", "family_name": "Muster", "email": "bea@example.com"}
    coat, hat = ({"sku": sku, "title": title, "price": "5.00"} for sku, title in (("C-1", "Coat"), ("H-1", "Hat")))
    asked = {"email_consent": "yes", "address1": "Meir 1"}
    from_plain(database, ("customer", anna | asked), ("product", coat | {"active": "no", "vendor": "Maison"}))
    from_plain(
        database,
        ("customer", anna),
        ("customer", bea | asked | {"email_consent": "no"}),
        ("product", coat),
        ("product", hat | {"active": "yes", "vendor": "Other"}),
        minutes=1,
    )
    with database.snapshot() as connection:
        states = {
            each.customer: each.state for each in records.each(connection, "consent") if isinstance(each, Consent)
        }
        (kept,) = records.read_many(connection, "product", [source_id("product", "plain", "C-1")])
    found = {each.given_name: each for each in people(database)}
    assert {name: states[each.id] for name, each in found.items()} == {"Anna": "subscribed", "Bea": "one_to_one"}
    assert found["Anna"].address is not None
    assert isinstance(kept, Product)
    assert (kept.active, kept.vendor) == (False, "Maison")


def test_what_does_not_say_of_what_it_is_is_told_of_each_time(database: Database) -> None:
    head = {"placed_at": "2026-11-20T10:00:00Z", "currency": "USD", "total": "25.50"}
    named = {"given_name": "Anna", "family_name": "Muster"}
    from_plain(database, *[("order", head), ("customer", named), ("product", {"title": "Coat"})] * 2)
    assert len(events.problems(database)) == 6
    from_plain(database, ("customer.erased", {}), ("customer.erased", {"phone": "1"}), minutes=1)
    assert events.problems(database)[6:] == [
        "who is erased has a number or an e-mail",
        "customer.erased has 1 field(s) that are not known",
    ]


def test_one_that_breaks_a_rule_of_the_database_each_time_keeps_no_other_from_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = orders.load

    def fails(tables: Any, context: Any, gift_cards: Any) -> set[str]:
        if any(row["id"] == "2" for table in tables for row in table):
            raise sa.exc.IntegrityError("", {}, Exception())
        return load(tables, context, gift_cards)

    monkeypatch.setattr(orders, "load", fails)
    put(database, ("orders/create", order(2)), ("carts/update", {}))
    assert work(database) == 2
    assert events.problems(database) == ["it could not be worked off: the server's log says why"]


def test_who_sold_and_where_it_lies_is_told_of_if_it_is_not_known(database: Database) -> None:
    with database.transaction() as connection:
        settings.write_stores(connection, [StoreEntry(id="s1", name="Antwerp", time_zone="UTC")])
    head = {"id": "9", "placed_at": LATER, "currency": "USD", "total": "25.50", "location": "Antwerp"}
    from_plain(
        database,
        ("product", {"sku": "C-1", "title": "Coat", "price": "5.00"}),
        ("order", head | {"employee": "E99"}),
        ("stock", {"sku": "C-1", "location": "Warehouse", "available": 3}),
        ("stock", {"sku": "C-1", "location": "Antwerp", "available": 3}),
    )
    assert events.problems(database) == [
        "order: its employee is not known: it counts for its store alone",
        "stock: its location is no store: it was left out",
    ]
    assert stored(database, "9", "plain").store == "s1"


def test_times_that_cannot_be_and_characters_that_cannot_be_stored_are_told_of(database: Database) -> None:
    coat, refund_of = {"sku": "C-1", "title": "Coat", "price": "5.00"}, {"order": "9", "id": "1", "amount": "1"}
    said: list[tuple[str, str, dict[str, Any]]] = [
        ("product", "2099-01-01T00:00:00Z", coat),
        ("product", "0001-01-01T00:00:00+14:00", coat),
        ("product", LATER, coat | {"sku": "C\0"}),
        ("refund", LATER, refund_of | {"at": "2099-01-01T00:00:00Z"}),
        ("refund", LATER, refund_of | {"at": LATER, "order": "9\0"}),
        ("customer.erased", LATER, {"number": "9\0"}),
        ("product", LATER, coat),
    ]
    told = ((type, {"type": type, "timestamp": at, "data": data}) for type, at, data in said)
    put(database, *told, source="plain")
    work(database)
    to_come = "its time is still to come: what comes after it would be taken for older"
    nul = "a value is no text or number, or too long, or holds a NUL"
    years = "a time is not between the years 1900 and 2199"
    assert events.problems(database) == [to_come, years, nul, to_come, nul, nul]
    with database.snapshot() as connection:
        assert len([*records.each(connection, "product")]) == 1


def test_so_many_bytes_are_worked_off_together(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    said = ("orders/updated", order())
    put(database, *[said] * 5)
    monkeypatch.setattr(inbox, "MOST_BYTES", 2 * len(json.dumps(order(), separators=(",", ":"))))
    with database.transaction() as connection:
        assert len(inbox.take(connection, NOW, 100)) == 2
    monkeypatch.setattr(inbox, "MOST_BYTES", 1)
    with database.transaction() as connection:
        assert len(inbox.take(connection, NOW + inbox.LEASE, 100)) == 1


def test_refunds_that_cannot_be_taken_off_are_told_of(database: Database) -> None:
    given = {"order": "9", "at": LATER, "amount": "10"}
    from_plain(
        database,
        ("order", {"id": "9", "placed_at": LATER, "currency": "USD", "total": "25.50"}),
        ("refund", given | {"id": "1", "currency": "JPY"}),
        ("refund", given | {"id": "2", "currency": "Euro"}),
        ("refund", given | {"id": "3", "amount": "-5"}),
        ("refund", given | {"id": "4", "amount": "10.005"}),
        ("refund", given | {"id": "5", "reason": "torn"}),
        ("refund", given | {"id": "6", "amount": "2.50"}),
    )
    assert stored(database, "9", "plain").refunded == 250
    assert events.problems(database) == [
        "a refund is in another currency than its order: the next import brings it",
        "the currency is no code such as USD",
        "a refund is below zero",
        "the amount of a refund has more decimal places than its currency has, or is too large",
        "refund has 1 field(s) that are not known",
    ]
    paid = {"kind": "refund", "status": "success", "amount": "7.00", "currency": "CAD"}
    put(database, ("orders/create", order(refunds=[refund(5, "1.00"), refund(6, "7.00", transactions=[paid])])))
    work(database)
    assert stored(database).refunded == 100


def test_events_of_two_senders_may_have_one_id(database: Database) -> None:
    with database.transaction() as connection:
        inbox.put(connection, Event("shopify", "same", "orders/create", NOW, json.dumps(order()).encode()))
        inbox.put(connection, Event("plain", "same", "invoice", NOW, b"{}"))
    work(database)
    assert len(events.problems(database)) == 1


def test_what_was_in_the_way_of_one_that_is_tried_alone_is_tried_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    load, failures = orders.load, [ValueError(), sa.exc.OperationalError("", {}, Exception())]

    def fails_at_first(*given: Any) -> set[str]:
        if failures:
            raise failures.pop(0)
        return load(*given)

    monkeypatch.setattr(orders, "load", fails_at_first)
    put(database, ("orders/create", order()))
    with pytest.raises(sa.exc.OperationalError):
        work(database)
    assert work(database, NOW + dt.timedelta(minutes=1)) == 1
    assert (stored(database).total, events.problems(database)) == (3000, [])


@pytest.mark.parametrize("name", ["order", "orders", "webhookdb_o0", "webhookdb_o1", "webhookdb_o2", "webhookdb_o3"])
def test_what_shopify_really_sends_is_read(sqlite_url: str, shared_data: Path, name: str) -> None:
    database = events.open_retailer(sqlite_url)
    given = json.loads((shared_data / "webhooks" / f"{name}.json").read_text())
    for body in given.get("orders", [given.get("order", given)]):
        put(database, ("orders/updated", body))
        work(database)
        found = stored(database, str(body["id"]))
        assert found.total == round(float(body["total_price"]) * 100)
        assert sum(line.amount for line in found.lines) == found.total
        assert len([line for line in found.lines if line.kind != "rounding"]) == len(body.get("line_items", []))
    assert events.problems(database) == []
    database.close()


def test_shopifys_own_examples_of_customers_refunds_and_places_are_read(sqlite_url: str, shared_data: Path) -> None:
    database, folder = events.open_retailer(sqlite_url), shared_data / "webhooks"

    def example(name: str) -> dict[str, Any]:
        given = json.loads((folder / f"{name}.json").read_text())
        return dict(given.get(name, given))

    put(
        database,
        ("orders/create", example("order")),
        ("refunds/create", example("refund")),
        ("locations/create", example("location")),
        ("products/update", example("product")),
        *(("customers/update", example(name)) for name in ("customer", "webhookdb_c0", "webhookdb_c1", "webhookdb_c2")),
        ("inventory_levels/update", example("inventory_level")),
    )
    work(database)
    assert stored(database, "450789469").refunded == 20900
    assert len(people(database)) >= 2
    assert events.problems(database) == ["stock of a product and location whose number has no name yet"]
    database.close()


def test_an_import_of_the_same_changes_nothing_and_an_older_refund_stays(database: Database, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(
        "Name,Email,Currency,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Id,Source\n"
        "#1,anna@example.com,USD,30.00,2026-11-20 10:00:00 +0000,1,Scarf,20.00,SC-1,1,web\n"
        "#1,,,,,2,Socks,5.00,SO-1,1,\n"
    )
    put(database, ("orders/create", order()), ("refunds/create", refund(5, "10.00")))
    work(database)
    before = stored(database)
    with Rejects(None) as rejects:
        tables = run.open_tables(SHOPIFY, [tmp_path])
        summary = run.import_tables(database, SHOPIFY, tables, rejects, now=NOW)
    assert not summary.written["order"]
    assert stored(database) == before


def test_the_page_on_webhooks_names_all_topics_and_fields() -> None:
    page = (DOCS / "webhooks.md").read_text("utf-8")
    said = [*shopify.TOPICS, *plain.TYPES, *plain.LINE_FIELDS]
    said += [column.field for list in plain.LISTS.values() for column in COLUMNS[list]]
    assert [name for name in said if f"`{name}`" not in page] == []
