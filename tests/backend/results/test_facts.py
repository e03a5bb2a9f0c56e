"""Facts and credit: kept with their causes, and the same when everything is added up anew."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from sellmode_backend.cli import commands
from sellmode_backend.results import rebuilding
from sellmode_backend.shopper import brand, touches, tracking
from sellmode_backend.store import late_touches, orders, records, refunds, settings
from sellmode_backend.store.orders import OrderEntry, Refund
from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.lookbook import Lookbook
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.retailer import StoreEntry
from sellmode_contract.kinds.sale import CreditedSale, sale_id
from sellmode_contract.kinds.storefront import Storefront
from sellmode_contract.mutations import Create, Edit, Remove
from tests.backend.results.sales_shop import SalesShop, sales_shop
from tests.backend.sync.pushing import uuid7
from tests.support.worlds import World, sees

replace = msgspec.structs.replace


@pytest.fixture
def shop(prepared_url: str) -> Iterator[SalesShop]:
    with sales_shop(prepared_url) as made:
        yield made


def the_sale(shop: SalesShop, order: OrderEntry, store: str = "Alpha") -> CreditedSale:
    found = shop.stored("sale", sale_id(order.id, store))
    assert isinstance(found, CreditedSale)
    return found


def test_a_sale_a_notice_a_return_and_its_day(shop: SalesShop) -> None:
    anna = shop.add(shop.ada)
    shop.click(anna, shop.ben, days=3)
    shop.click(anna, shop.ada, days=1)
    order, day = shop.order(anna, 10_001), f"{shop.clock():%Y-%m-%d}"
    shop.sell(order)
    shop.sell(order)  # it may come any number of times

    ada, ben = shop.ada.id, shop.ben.id
    assert shop.sums("credited_sales", people=True) == {("Alpha", ada, day): 10_001}
    told = {notice.person: (notice.credited, notice.amount, notice.was) for notice in shop.notices()}
    assert told == {ada: (True, 10_001, 10_001), ben: (False, 0, 0)}

    shop.clock.forward(days=2)
    later = f"{shop.clock():%Y-%m-%d}"
    shop.sell(replace(order, refunded=4_000))
    assert shop.sums("credited_sales", people=True) == {("Alpha", ada, day): 10_001, ("Alpha", ada, later): -4_000}
    assert shop.sums("net_sales") == {("Alpha", None, day): 10_001, ("Alpha", None, later): -4_000}
    assert [(notice.amount, notice.was) for notice in shop.notices() if notice.credited] == [(6_001, 10_001)]
    shop.check()

    shop.sell(replace(order, refunded=0, cancelled_at=shop.clock()))
    assert shop.facts() == []
    assert [notice.amount for notice in shop.notices()] == [0, 0]
    shop.check()


def test_a_link_that_led_to_the_shop_earns_the_sale_whoever_bought_there(shop: SalesShop) -> None:
    anna = shop.add(shop.ada)
    touch = shop.click(anna, shop.ada, days=1)
    order, day = shop.order(None, 700, click=touch), f"{shop.clock():%Y-%m-%d}"
    shop.sell(order)
    assert shop.sums("credited_sales", people=True) == {("Alpha", shop.ada.id, day): 700}
    shop.check()


def test_a_page_that_the_order_names_earns_the_sale_unless_tracking_is_refused_or_off(shop: SalesShop) -> None:
    anna, token = shop.add(shop.ada), "ANNASANNASANNASANNASANNAS2"
    shop.write(Lookbook(id="look", store="Alpha", author=shop.ben.id, customer=anna.id, token=token))
    day = f"{shop.clock():%Y-%m-%d}"
    shop.sell(shop.order(None, 700, click=token), shop.order(None, 800, click=token[::-1]))
    assert shop.sums("credited_sales", people=True) == {("Alpha", shop.ben.id, day): 700}
    with shop.database.transaction() as connection:
        tracking.choose(connection, anna.id, shop.clock(), agreed=False)
    shop.sell(shop.order(None, 900, click=token))
    assert shop.sums("credited_sales", people=True) == {("Alpha", shop.ben.id, day): 700}
    with shop.database.transaction() as connection:
        tracking.choose(connection, anna.id, shop.clock(), agreed=True)
        brand.write(connection, brand.Brand(tracking=False))
    shop.sell(shop.order(None, 950, click=token))
    assert shop.sums("credited_sales", people=True) == {("Alpha", shop.ben.id, day): 700}
    shop.check()


def test_a_page_that_earned_a_sale_has_earned_it_when_it_is_closed_and_money_goes_back(shop: SalesShop) -> None:
    anna, token = shop.add(shop.ada), "BENSBENSBENSBENSBENSBENS22"
    shop.write(Storefront(id="page", store="Alpha", owner=shop.ben.id, title="Ben's", token=token))
    order, day = shop.order(anna, 700, click=token), f"{shop.clock():%Y-%m-%d}"
    shop.sell(order)
    assert shop.sums("credited_sales", people=True) == {("Alpha", shop.ben.id, day): 700}
    assert token not in str(shop.stored("sale", sale_id(order.id, "Alpha")))  # who reads it could open the page
    with shop.database.transaction() as connection:
        records.write(connection, [], removed=[("storefront", "page")])
        tracking.choose(connection, anna.id, shop.clock(), agreed=False)
    shop.sell(msgspec.structs.replace(order, refunded=100))
    assert shop.sums("credited_sales", people=True) == {("Alpha", shop.ben.id, day): 600}
    shop.check()


def test_refunds_that_are_told_one_by_one_count_on_their_days_in_whichever_order_they_come(shop: SalesShop) -> None:
    order, day = shop.order(None, 700, refunded=300), f"{shop.clock():%Y-%m-%d}"
    told = [refunds.Refund(order.id, str(days), shop.clock() + dt.timedelta(days=days), 100) for days in (1, 3)]
    with shop.database.transaction() as connection:
        refunds.note(connection, reversed(told))
    shop.clock.forward(days=5)
    shop.sell(order)
    days = [f"{refund.at:%Y-%m-%d}" for refund in told]
    assert shop.sums("net_sales") == {
        ("Alpha", None, day): 600, ("Alpha", None, days[0]): -100, ("Alpha", None, days[1]): -100,
    }  # fmt: skip
    shop.check()


def test_in_team_mode_the_store_is_credited_and_nobody_is_told(shop: SalesShop) -> None:
    shop.set_mode("team")
    anna = shop.add(shop.ada)
    shop.click(anna, shop.cleo, store="Beta", days=1)
    order, day = shop.order(anna, 500), f"{shop.clock():%Y-%m-%d}"
    shop.sell(order)
    assert shop.notices() == []
    assert shop.sums("credited_sales", people=True) == {}
    assert shop.sums("credited_sales") == shop.sums("credited_elsewhere") == {("Beta", None, day): 500}
    (credit,) = the_sale(shop, order, "Beta").judgement.credits  # type: ignore[union-attr]  # it has one
    assert (credit.person, credit.actor) == (None, shop.cleo.id)
    # A switch is not retroactive: what was judged keeps its mode.
    shop.set_mode("associate")
    shop.sell(replace(order, refunded=100))
    assert shop.notices() == []
    shop.check()


def test_a_touch_that_comes_late_is_judged_again_by_the_rules_that_judged_the_sale(shop: SalesShop) -> None:
    anna = shop.add(shop.ada)
    shop.click(anna, shop.ben, days=1)
    order = shop.order(anna)
    shop.sell(order)
    assert CliRunner().invoke(commands, ["results", "rules", "--days", "0", "--database", shop.url]).exit_code == 0
    ada = shop.writer(shop.ada)
    visit = Create(kind="contact", id=uuid7(), doc={"channel": "visit", "customer": anna.id})
    shop.clock.forward(hours=1)
    ada.push(ada.queue(visit, age_ms=3 * 3_600_000))  # two hours before the order
    assert {notice.person: notice.credited for notice in shop.notices()} == {shop.ada.id: True, shop.ben.id: False}
    shop.check()
    ada.done(Remove(kind="contact", id=visit.id))
    assert {notice.person: notice.credited for notice in shop.notices()} == {shop.ben.id: True}
    shop.check()
    # The new rules judge what comes from now on.
    shop.sell(later := shop.order(anna))
    assert the_sale(shop, later).judgement.credits == ()  # type: ignore[union-attr]


def test_a_sale_keeps_its_credit_when_its_touches_are_kept_no_longer(shop: SalesShop) -> None:
    anna = shop.add(shop.ada)
    shop.click(anna, shop.ada, days=1)
    order = shop.order(anna, 700)
    shop.sell(order)
    shop.clock.forward(days=500)
    with shop.database.transaction() as connection:
        assert touches.forget_old(connection, shop.clock()) == 1
        late_touches.judge_customers(connection, [anna.id], shop.clock())  # as when two customers are merged
    assert set(shop.sums("credited_sales", people=True).values()) == {700}
    shop.sell(replace(order, refunded=300))
    assert sorted(shop.sums("credited_sales", people=True).values()) == [-300, 700]
    shop.check()


def test_a_customer_who_is_erased_takes_the_credit_for_their_sales_from_nobody(shop: SalesShop) -> None:
    anna = shop.add(shop.ada)
    shop.click(anna, shop.ada, days=1)
    order = shop.order(anna, 700)
    shop.sell(order)
    with shop.database.transaction() as connection:
        orders.write_orders(connection, [replace(order, customer=None)], shop.clock())
        records.write(connection, [], removed=[("customer", anna.id)])
    assert set(shop.sums("credited_sales", people=True).values()) == {700}
    shop.clock.forward(days=1)
    shop.sell(replace(order, customer=None, refunded=300))
    assert sorted(shop.sums("credited_sales", people=True).values()) == [-300, 700]
    assert [(notice.customer, notice.amount) for notice in shop.notices()] == [(None, 400)]
    shop.check()


def test_days_are_those_of_the_store_and_other_currencies_are_only_counted(shop: SalesShop) -> None:
    with shop.database.transaction() as connection:
        settings.write_stores(connection, [StoreEntry(id="Alpha", name="Alpha", time_zone="Pacific/Auckland")])
    at = dt.datetime(2026, 3, 31, 11, 30, tzinfo=dt.UTC)  # the first of April there
    shop.sell(shop.order(None, 700, placed_at=at), shop.order(None, 900, placed_at=at, currency="USD"))
    assert shop.sums("net_sales") == {("Alpha", None, "2026-04-01"): 700}
    assert shop.sums("other_currency") == {("Alpha", None, "2026-04-01"): 1}
    shop.check()


def test_work_counts_for_the_day_it_was_due_and_for_whoever_did_it(shop: SalesShop) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    task = Create(kind="manual_task", id=uuid7(), doc={"title": "Call", "due": "2026-12-24"})
    ada.done(task, Create(kind="contact", id=uuid7(), doc={"channel": "call", "customer": anna.id}))
    ada.done(Create(kind="customer", id=uuid7(), doc={"given_name": "Bo"}))
    day = f"{shop.clock():%Y-%m-%d}"
    assert shop.sums("tasks_open", people=True) == {("Alpha", shop.ada.id, "2026-12-24"): 1}
    assert (
        shop.sums("contacts_made", people=True)
        == shop.sums("contacts_added", people=True)
        == {("Alpha", shop.ada.id, day): 1}
    )
    ada.done(Edit(kind="manual_task", id=task.id, set={"due": "2026-12-25"}, was={"due": "2026-12-24"}))
    assert shop.sums("tasks_open") == {("Alpha", None, "2026-12-25"): 1}
    held = shop.stored("manual_task", task.id)
    assert isinstance(held, ManualTask)
    shop.write(replace(held, state="done", done_by=shop.ben.id, done_at=shop.clock()))
    assert shop.sums("tasks_open") == {}
    assert shop.sums("tasks_on_time", people=True) == {("Alpha", shop.ben.id, "2026-12-25"): 1}
    shop.check()


def test_what_is_wrong_is_found_and_set_right(shop: SalesShop) -> None:
    shop.sell(shop.order(None, 700), shop.order(None, 800, store="Beta"))
    right = {fact.id: fact for fact in shop.facts()}
    wrong, gone = sorted(shop.facts(), key=lambda fact: fact.id)
    shop.write(replace(wrong, days={"01": {"store": {"units": 9}}}), replace(wrong, id="x", month="2020-01"))
    with shop.database.transaction() as connection:
        records.write(connection, [], removed=[("fact", gone.id)])
        assert rebuilding.compare(connection).total == 6
        assert rebuilding.rebuild(connection) == 6
        assert rebuilding.rebuild(connection) == 0
    assert {fact.id: fact for fact in shop.facts()} == right


@pytest.mark.parametrize("seed", range(6))
def test_after_any_history_credits_come_to_the_sales_and_facts_to_their_causes(sqlite_url: str, seed: int) -> None:
    """Orders, returns, cancellations, touches, merges of days, rules and modes in any order, twice."""
    chance = random.Random(seed)
    with sales_shop(sqlite_url, chance.choice(["associate", "team"])) as shop:
        people = [shop.ada, shop.ben, shop.cleo]
        customers: list[Customer] = [shop.add(chance.choice(people)) for _ in range(4)]
        sold: dict[str, OrderEntry] = {}
        for _ in range(40):
            shop.clock.forward(hours=chance.randint(1, 60))
            _something_happens(shop, chance, people, customers, sold)
            _credits_come_to_the_sales(shop, sold)
        shop.check()
        _everybody_sees_what_they_may(shop)


def _something_happens(
    shop: SalesShop, chance: random.Random, people: list[Any], customers: list[Customer], sold: dict[str, OrderEntry]
) -> None:
    match chance.randint(0, 9):
        case 0 | 1 | 2:
            entry = shop.order(
                chance.choice([*customers, None]),
                chance.randint(1, 30_000),
                channel=chance.choice(["online", "online", "store"]),
                store=chance.choice(["Alpha", "Beta", None]),
                sold_by=chance.choice([shop.ada.id, None]),
                placed_at=shop.clock() - dt.timedelta(hours=chance.randint(-24, 48)),
            )
        case 3 | 4 if sold:
            old = chance.choice(list(sold.values()))
            more = chance.randint(0, old.total // 2)
            refunds = (*old.refunds, Refund(at=shop.clock(), amount=more)) if chance.random() < 0.5 else ()
            entry = replace(old, refunded=old.refunded + more, refunds=refunds)
        case 5 if sold:
            old = chance.choice(list(sold.values()))
            entry = replace(
                old,
                cancelled_at=chance.choice([None, shop.clock()]),
                customer=chance.choice([old.customer, customers[0].id]),
            )
        case 6:
            shop.set_mode(chance.choice(["associate", "team"]))
            method = chance.choice(["last_touch", "highest_engagement", "split"])
            assert (
                not CliRunner()
                .invoke(commands, ["results", "rules", "--method", method, "--database", shop.url])
                .exit_code
            )
            return
        case _:
            who, whom = chance.choice(people), chance.choice(customers)
            shop.click(whom, who, store=who.stores[0], hours=chance.randint(0, 500))
            return
    shop.sell(entry)
    shop.sell(entry)
    (sold[entry.id],) = shop.entries(entry.id)


def _credits_come_to_the_sales(shop: SalesShop, sold: dict[str, OrderEntry]) -> None:
    """A plain recount of who is credited: nothing of it is known to what keeps the facts."""
    credited = people = 0
    for entry in sold.values():
        judged = shop.judgement(entry.id)
        if judged and judged.credits and entry.cancelled_at is None:
            credited += entry.total - entry.refunded
            shares = judged.amounts(entry.total - entry.refunded)
            people += sum(
                share for share, credit in zip(shares, judged.credits, strict=True) if credit.person is not None
            )
    assert sum(shop.sums("credited_sales").values()) == credited
    assert sum(shop.sums("credited_sales", people=True).values()) == people
    net = sum(entry.total - entry.refunded for entry in sold.values() if entry.cancelled_at is None)
    assert sum(shop.sums("net_sales").values()) == net


def _everybody_sees_what_they_may(shop: SalesShop) -> None:
    """The plain rule of who sees what, over all that was made here; and what must not stand in it."""
    with shop.database.snapshot() as connection:
        made = tuple(item for kind in KINDS for item in records.each(connection, kind))
        mode = settings.mode(connection)
    world = World(mode=mode, stores=("Alpha", "Beta"), accounts=(shop.ada, shop.ben, shop.mia, shop.cleo), records=made)
    for account in world.accounts:
        writer = shop.writer(account)
        writer.pull()
        for item in made:
            kind = next(name for name, each in KINDS.items() if each.record is type(item))
            if kind in ("fact", "fact_card", "sale", "sale_notice"):
                assert writer.holds(kind, item.id) == sees(world, account, item), (kind, account.user_name)
    for notice in shop.notices():
        others = {shop.ada.id, shop.ben.id, shop.cleo.id} - {notice.person}
        assert not any(other in msgspec.json.encode(notice).decode() for other in others)
        assert notice.credited or (notice.amount, notice.was) == (0, 0)
