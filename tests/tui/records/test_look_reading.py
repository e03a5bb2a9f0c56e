"""Looks and picks as a terminal lists and shows them: what changed of their products, what became of them, as text."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sellmode_contract.filters import FilterError
from sellmode_contract.kinds.look import LookItem
from sellmode_contract.kinds.lookbook import CorporateLook, Lookbook, LookbookResult, Reply, result_id
from sellmode_contract.kinds.order import Order, OrderLine
from sellmode_contract.kinds.pick_list import PickList
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.stock import Stock
from sellmode_tui.records.looks import page_text
from sellmode_tui.records.looks.details import LookDetails
from sellmode_tui.records.looks.lines import LooksQuery, View
from tests.tui.cache.lines import ME, NOW, STORE
from tests.tui.records.desk import ANNA, OTHERS, Desk, directory, open_desk
from tests.tui.records.test_task_changes import LEAD, settle

DAY = dt.timedelta(days=1)


def product(sku: str, price: int | None = 12950, **fields: Any) -> Product:
    return Product(id=f"p-{sku}", sku=sku, title=f"The {sku}", price=price, currency="EUR", **fields)


COAT, SCARF, HAT = product("coat", variant="M"), product("scarf", 7950), product("hat", active=False)
STOCK = Stock(id="st-1", product=COAT.id, available={STORE: 0, "elsewhere": 4})
ITEMS = (
    LookItem(sku="coat", title="The coat M", price=12950, currency="EUR", note="Warm\nand light"),
    LookItem(sku="scarf", title="The scarf", price=9950, currency="EUR"),
    LookItem(sku="hat", title="The hat", price=100, currency="EUR"),
    LookItem(sku="gone", title="The <b>gone</b>"),
)


def look(number: int, **fields: Any) -> Lookbook:
    made = {"author": ME, "store": STORE, "created_at": NOW - DAY * number, "items": ITEMS, **fields}
    return Lookbook(id=f"00000000-0000-7000-8000-1000{number:08}", **made)


def shared(number: int, **fields: Any) -> Lookbook:
    given = {"shared_at": NOW - DAY, "expires_at": NOW + DAY, "token": "A" * 26, "state": "shared"}
    return look(number, **{"customer": ANNA.id, **given, **fields})


def details(desk: Desk, record: Lookbook) -> LookDetails:
    found = desk.records.looks.get("lookbook", record.id)
    assert found is not None
    return found


def test_looks_are_listed_by_view_with_what_became_of_them(tmp_path: Path) -> None:
    made = {
        "draft": look(1, title="Draft", customer=ANNA.id),
        "shared": shared(2, title="Shared"),
        "opened": shared(3, title="Opened"),
        "expired": shared(4, title="Expired", expires_at=NOW),
        "revoked": shared(5, title="Revoked", revoked_at=NOW),
        "deleted": shared(6, title="Deleted"),
        "archived": shared(7, title="Archived", state="archived"),
        "over": shared(10, title="Over", state="archived", revoked_at=NOW),
        "mine": look(8, title="A look", form="my_look"),
        "ours": look(9, title="Ours", form="my_look", author=OTHERS),
    }
    results = [
        _result(made["opened"], opened=2, replies=(Reply(at=NOW, text="Yes"),)),
        _result(made["deleted"], deleted_at=NOW),
    ]
    office = CorporateLook(id="00000000-0000-7000-8000-20000000000a", title="Winter")
    with open_desk(tmp_path) as desk:
        desk.fill(*directory(), ANNA, office, *made.values(), *results)

        def listed(view: View, text: str = "", *, mine: bool = False) -> set[str]:
            return {line.look.title for line in desk.records.looks.lines(LooksQuery(view, mine, text))}

        every = {line.look.title: line for line in desk.records.looks.lines(LooksQuery())}
        states = {name: every[record.title].state for name, record in made.items() if name not in ("archived", "over")}
        assert states == {**{name: name for name in states}, "mine": "draft", "ours": "draft"}
        assert every["Opened"].replies == 1
        assert (every["Draft"].customer_name, every["Ours"].author_name) == (ANNA.name, "Bo Meyer")
        assert listed("draft") == {"Draft", "A look", "Ours"}
        assert listed("shared") == {"Shared", "Opened", "Expired", "Revoked", "Deleted"}
        assert listed("my_look", mine=True) == {"A look"}
        assert (listed("archived"), listed("corporate")) == ({"Archived", "Over"}, {"Winter"})
        links = {line.look.title: line.link for line in desk.records.looks.lines(LooksQuery("archived"))}
        assert links == {"Archived": "shared", "Over": "revoked"}
        assert (listed("open", "muster exp"), listed("open", "zzz")) == ({"Expired"}, set())


def _result(record: Lookbook, **fields: Any) -> LookbookResult:
    return LookbookResult(id=result_id(record.id), store=STORE, author=ME, lookbook=record.id, **fields)


def test_what_changed_of_its_products_is_pointed_out_until_it_was_looked_at(tmp_path: Path) -> None:
    record = look(1, customer=ANNA.id, title="For the opera")
    with open_desk(tmp_path) as desk:
        desk.fill(*directory(), ANNA, COAT, SCARF, HAT, STOCK, record)
        assert [(each.item.sku, each.changed) for each in details(desk, record).products] == [
            ("coat", "out of stock here, 4 elsewhere"),
            ("scarf", "was EUR 99.50, now EUR 79.50"),
            ("hat", "no longer sold"),
            ("gone", "no longer sold"),
        ]
        desk.records.looks.check("lookbook", record.id)
        assert [each.item.sku for each in details(desk, record).changed] == ["coat", "hat", "gone"]
        assert details(desk, record).products[0].item.note == "Warm\nand light"


def test_a_link_is_unsent_until_the_server_has_it(tmp_path: Path) -> None:
    record = look(1, customer=ANNA.id, title="For the opera")
    with open_desk(tmp_path) as desk:
        desk.fill(*directory(), ANNA, record)
        desk.records.looks.share(record.id)
        assert details(desk, record).line.state == "unsent"
        settle(desk)
        assert details(desk, record).line.state == "shared"
        assert [(each.how, each.at) for each in details(desk, record).sent] == [("link", NOW)]
        (event,) = desk.profile().timeline
        assert (event.kind, event.who) == ("lookbook", "Ana Ruiz")


def test_bought_since_counts_sales_of_its_products_after_it_was_shared(tmp_path: Path) -> None:
    record = shared(1)

    def order(number: int, sku: str, days: int, **fields: Any) -> Order:
        line = OrderLine(title=sku, amount=1, quantity=1, sku=sku)
        made = {"number": str(number), "placed_at": NOW + DAY * days, "currency": "EUR", "total": 1, "channel": "store"}
        return Order(id=f"o-{number}", customer=ANNA.id, lines=(line,), **{**made, **fields})

    orders = [order(1, "coat", 0), order(2, "scarf", -2), order(3, "boots", 0), order(4, "scarf", 0, cancelled_at=NOW)]
    orders.append(order(5, "hat", 0, cancelled_at=NOW))
    with open_desk(tmp_path) as desk:
        desk.fill(*directory(), ANNA, record, *orders)
        assert details(desk, record).bought == {"coat": NOW}
        offered = desk.records.looks.offered("bought", "", ANNA.id)
        assert {each.line.sku for each in offered} == {"coat", "scarf", "boots"}
        assert [each.line.sku for each in desk.records.looks.offered("bought", "boo", ANNA.id)] == ["boots"]


def test_products_are_picked_from_the_catalog_and_from_other_looks(tmp_path: Path) -> None:
    office = CorporateLook(id="00000000-0000-7000-8000-20000000000a", title="Winter", items=ITEMS[:1])
    with open_desk(tmp_path) as desk:
        desk.fill(*directory(), ANNA, COAT, SCARF, HAT, office)
        assert [each.line.sku for each in desk.records.looks.offered("catalogue")] == ["coat", "scarf"]
        assert [each.line.sku for each in desk.records.looks.offered("catalogue", "the sca")] == ["scarf"]
        assert [each.line.sku for each in desk.records.looks.offered("catalogue", "title:scarf")] == ["scarf"]
        assert desk.records.looks.offered("catalogue", "active:no title:scarf") == []
        with pytest.raises(FilterError):
            desk.records.looks.offered("catalogue", "price<")
        assert [each.line.sku for each in desk.records.looks.offered("looks", "title:coat")] == ["coat"]
        assert desk.records.looks.offered("looks", "title:scarf") == []
        (found,) = desk.records.looks.offered("looks", "winter")
        assert (found.line.sku, found.about) == ("coat", "in Winter")


def test_a_look_as_text_and_html_has_what_is_sold_and_nothing_runs(tmp_path: Path) -> None:
    record = look(1, customer=ANNA.id, title="For <i>you</i>", message="Dear Anna,\nlook.")
    with open_desk(tmp_path) as desk:
        desk.fill(*directory(), ANNA, COAT, SCARF, HAT, record, mode="associate")
        link = page_text.link_of(None, "https://sell.example.com", "A" * 26)
        found = details(desk, record)
        text = page_text.as_text(found, link)
        assert text.splitlines() == [
            "For <i>you</i>", "Ana Ruiz", "", "Dear Anna,", "look.", "", "1. The coat M", "   EUR 129.50", "   Warm",
            "   and light", "", "2. The scarf", "   EUR 79.50", "", link,
        ]  # fmt: skip
        html = page_text.as_html(found, link)
        assert "<h1>For &lt;i&gt;you&lt;/i&gt;</h1>" in html
        assert "gone" not in html
        assert page_text.mail_link(found, link).startswith(
            "mailto:anna@example.com?subject=For%20%3Ci%3Eyou%3C/i%3E&body=Dear%20Anna%2C%0D%0Alook."
        )
        assert page_text.sms_link(found, link).startswith("sms:+41441234567?body=For%20")


def test_picks_say_what_is_stale_and_who_may_change_them(tmp_path: Path) -> None:
    picks = PickList(id="00000000-0000-7000-8000-00000000000b", store=STORE, title="New in", items=ITEMS[1:3])
    for person, may in ((LEAD, True), (None, False)):
        with open_desk(tmp_path / str(may)) as desk:
            desk.fill(*directory(), COAT, SCARF, picks, person=person)
            (line,) = desk.records.looks.picks_lines()
            assert [each.item.sku for each in line.stale] == ["scarf", "hat"]
            found = desk.records.looks.picks(picks.id)
            assert found is not None
            assert ("only the store's manager" in found.refusal) != may
            if may:
                desk.records.looks.check("pick_list", picks.id)
                (line,) = desk.records.looks.picks_lines()
                assert [each.item.sku for each in line.stale] == ["hat"]


def test_a_look_that_is_not_seen_is_none(tmp_path: Path) -> None:
    record = msgspec.structs.replace(look(1), author=OTHERS)
    with open_desk(tmp_path) as desk:
        desk.fill(*directory(), record, mode="associate")
        assert desk.records.looks.get("lookbook", record.id) is None
        assert desk.records.looks.lines(LooksQuery()) == []
