"""Storefront pages for tests: one of an associate, and one of the store."""

from __future__ import annotations

from typing import Any

from sellmode_backend.store import records
from sellmode_contract.kinds.look import LookItem
from sellmode_contract.kinds.pick_list import PickList
from sellmode_contract.kinds.storefront import Storefront
from sellmode_contract.records import Record
from tests.backend.shopper.shop import Shop

BENS, STORES = "BENSBENSBENSBENSBENSBENS22", "STORESTORESTORESTORESTORE2"
BENS_PAGE = Storefront(id="f-1", store="Alpha", owner="s-1", title="Ben picks", token=BENS, message="Come\nby")
STORES_PAGE = Storefront(id="f-2", store="Alpha", title="New in Alpha", token=STORES, expires_at=None)


def picks(id: str, owner: str | None, *skus: str, **more: Any) -> PickList:
    items = tuple(LookItem(sku=sku, note=f"Why {sku}") for sku in skus)
    return PickList(id=id, store="Alpha", owner=owner, title=f"List {id}", items=items, **more)


def write(shop: Shop, *changed: Record) -> None:
    with shop.database.transaction() as connection:
        records.write(connection, changed)


def fill(shop: Shop) -> None:
    """A page of Ben's and one of the store's, with their lists and somebody else's."""
    write(
        shop,
        *(BENS_PAGE, STORES_PAGE),
        picks("b1", "s-1", "SKU/1"),
        picks("b2", "s-1", "SKU/2", "unknown", sort="new_arrivals"),
        *(picks("b3", "s-1"), picks("a1", "s-2", "SKU/3"), picks("t1", None, "SKU/3", "SKU/1")),
    )
