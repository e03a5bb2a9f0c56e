"""What a head office asks, with how far its stores are; and products by SKU and name."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.corporate_brief import BriefCard, CorporateBrief
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.retailer import StoreEntry
from sellmode_contract.records import Record
from sellmode_contract.visibility import Account
from sellmode_tui.records import BriefDetails, BriefProgress
from sellmode_tui.records.kind_lists import KindQuery
from tests.tui.cache.lines import NOW, RETAILER, STORE
from tests.tui.records.desk import Desk, manager, open_desk, seller

SHOP = msgspec.structs.replace(
    RETAILER,
    stores=tuple(
        StoreEntry(id=id, name=name, time_zone="Europe/Zurich") for id, name in ((STORE, "Zürich"), ("basel", "Basel"))
    ),
)
WINDOW = CorporateBrief(id="window", title="Dress the window", created_at=NOW, expires="2026-11-24")
BASEL = CorporateBrief(
    id="basel", title="Count", stores=("basel",), created_at=NOW - dt.timedelta(days=2), created_by="staff-9"
)
GONE = CorporateBrief(id="gone", title="Wrong", withdrawn=True, created_at=NOW + dt.timedelta(days=1))
CARDS = (
    BriefCard(id="1", store=STORE, brief="window", open=2, done=1),
    BriefCard(id="2", store="basel", brief="window", open=1, dismissed=1),
    BriefCard(id="3", store="basel", brief="gone", expired=4),
)
THERE: tuple[Record, ...] = (WINDOW, BASEL, GONE, *CARDS)


def head_office(*stores: str) -> Account:
    return seller(role="head_office", stores=stores, capabilities=frozenset({"report", "rules", "announce"}))


def found(desk: Desk, id: str) -> BriefDetails:
    details = desk.records.briefs.get(id)
    assert details is not None
    return details


@pytest.mark.parametrize("mode", ["associate", "team"])
def test_a_head_office_sees_the_numbers_of_the_stores_that_it_leads(tmp_path: Path, mode: str) -> None:
    with open_desk(tmp_path) as desk:
        desk.fill(*THERE, mode=mode, person=head_office("basel", STORE), retailer=SHOP)
        lines = desk.records.briefs.lines()
        assert [(line.brief.id, line.progress.done, line.progress.given) for line in lines] == [
            ("window", 1, 5),
            ("basel", 0, 0),
            ("gone", 0, 4),
        ]
        assert [line.editable for line in lines] == [True, True, False]
        window = found(desk, "window")
        assert [(each.name, each.progress) for each in window.stores] == [
            ("Basel", BriefProgress(open=1, dismissed=1)),
            ("Zürich", BriefProgress(open=2, done=1)),
        ]
        assert window.others == 0
        assert [each.name for each in found(desk, "basel").stores] == ["Basel"]
        assert desk.records.briefs.get("nothing") is None


def test_a_list_of_any_kind_names_stores_and_finds_by_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = msgspec.structs.replace(KINDS["corporate_brief"], listed=("title", "stores"))
    monkeypatch.setitem(KINDS, kind.name, kind)
    with open_desk(tmp_path) as desk:
        window = msgspec.structs.replace(WINDOW, stores=(STORE,))
        desk.fill(window, BASEL, person=head_office("basel", STORE), retailer=SHOP)
        (listed,) = desk.records.listed(kind.name, KindQuery("zur")).rows(0, 9)
        assert (listed.record, listed.names) == (window, {STORE: "Zürich"})


def test_what_is_not_led_is_not_told(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        desk.fill(*THERE, mode="associate", person=head_office("basel"), retailer=SHOP)
        window = found(desk, "window")
        assert (window.line.progress, window.others) == (BriefProgress(open=1, dismissed=1), 1)
        assert [each.store for each in window.stores] == ["basel"]


@pytest.mark.parametrize(("person", "told"), [(seller(), []), (manager(), [STORE])])
def test_in_a_store_the_manager_is_told_and_nobody_else(tmp_path: Path, person: Account, told: list[str]) -> None:
    with open_desk(tmp_path) as desk:
        desk.fill(*THERE, mode="associate", person=person, retailer=SHOP)
        window = found(desk, "window")
        assert [each.store for each in window.stores] == told
        assert window.line.progress.given == (3 if told else 0)
        assert not window.line.editable


def test_it_is_over_when_its_day_has_ended_where_its_reader_is(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        desk.fill(*THERE, person=head_office(STORE), retailer=SHOP)
        desk.now = dt.datetime(2026, 11, 24, 22, 59, tzinfo=dt.UTC)
        assert not found(desk, "window").line.over
        desk.now += dt.timedelta(minutes=1)
        assert found(desk, "window").line.over
        assert [line.over for line in desk.records.briefs.lines()] == [True, False, False]


def test_who_asked_is_oneself_or_a_colleague(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        desk.fill(*THERE, person=head_office(STORE), retailer=SHOP)
        desk.records.briefs.announce({"title": "Count again"})
        names = {line.brief.title: line.creator_name for line in desk.records.briefs.lines()}
        assert names == {"Count again": head_office().name, "Count": "a colleague", "Dress the window": "", "Wrong": ""}


def product(sku: str, title: str, **fields: Any) -> Product:
    return Product(id=f"product-{sku}", sku=sku, title=title, currency="CHF", **fields)


def test_products_are_found_by_their_sku_and_by_words(tmp_path: Path) -> None:
    coats = [product(f"C-{size}", "Wool Coat", variant=size, price=100) for size in ("S", "M", "L")]
    old = product("C-OLD", "Wool Coat", variant="XL", active=False)
    odd = product("'; --", "100% \x1b[31m_wool_")
    with open_desk(tmp_path) as desk:
        desk.fill(*coats, old, odd, person=head_office(STORE), retailer=SHOP)

        def skus(text: str, limit: int = 10) -> set[str]:
            return {each.sku for each in desk.records.products_named(text, limit)}

        assert skus("wool co") == {"C-S", "C-M", "C-L"}
        assert desk.records.products_named("c-m", 10)[0].sku == "C-M"
        assert skus("coat m") == {"C-M"}
        assert skus("C-OLD") == {"C-OLD"}
        assert skus("'; --") == {"'; --"}
        assert skus("%") | skus("_") | skus("  ") | skus("' OR 1 --") == set()
        assert skus("\ud800") == set()
        assert len(skus("wool", 2)) == 2
        assert desk.records.products_named("C-M", 1)[0].name == "Wool Coat M"
