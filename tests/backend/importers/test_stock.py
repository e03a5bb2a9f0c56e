from __future__ import annotations

import datetime as dt
from typing import Any

from sellmode_backend.importers.stock import UNKNOWN_PLACE
from sellmode_backend.store import records, settings
from sellmode_backend.store.database import Database
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.stock import Stock
from tests.backend.importers.exports import NOW, Export, product, stock

LATER = NOW + dt.timedelta(days=1)
OLDER = {
    "Handle": "p-S1", "Title": "Product S1", "Option1 Name": "Title", "Option1 Value": "Default Title", "SKU": "S1",
    "HS Code": "", "COO": "", "Store 1": "3", "Store 2": "not stocked", "Warehouse": "400",
}  # fmt: skip
HAT = {"Handle": "hat", "Option1_Name": "Colour"}


def found(database: Database) -> dict[str, dict[str, int]]:
    """What is available by product's key and store's name."""
    with database.snapshot() as connection:
        names = {store.id: store.name for store in settings.stores(connection)}
        kept = [item for item in records.each(connection, "stock") if isinstance(item, Stock)]
    keys = {source_id("product", "shopify", key): key for key in ("S1", "S2", "HAT", "variant:hat/Red")}
    return {keys[item.product]: {names[store]: pieces for store, pieces in item.available.items()} for item in kept}


def since(database: Database) -> dict[str, Any]:
    with database.snapshot() as connection:
        retailer = settings.retailer(connection)
    assert retailer is not None
    names = {store.id: store.name for store in retailer.stores}
    return {names[store]: at for store, at in retailer.stock_at.items()}


def test_stock_by_location_comes_in_once_and_changes_alone(database: Database, export: Export) -> None:
    export.staff().products(product("S1"), product("S2")).inventory(
        stock("S1", "Store 1", "3"), stock("S1", "store 2", "-2"), stock("S1", "Warehouse", "400"),
        stock("S2", "Store 1", "0"), stock("S2", "Store 2", "Not stocked"), stock("S2", "Warehouse", ""),
    )  # fmt: skip
    summary = export.load(database)
    assert (summary.complete, summary.unknown, summary.written["stock"]) == (True, {}, 2)
    assert summary.open[UNKNOWN_PLACE].examples == ["Warehouse"]
    assert found(database) == {"S1": {"Store 1": 3, "Store 2": -2}, "S2": {"Store 1": 0}}
    assert since(database) == {"Store 1": NOW, "Store 2": NOW}
    assert +export.load(database, now=LATER).written == {}
    assert since(database) == {"Store 1": NOW, "Store 2": NOW}
    export.inventory(stock("S1", "Store 2", "5"), stock("S2", "Store 1", "not stocked"))
    assert +export.load(database, now=LATER).written == {"stock": 2}
    assert found(database) == {"S1": {"Store 1": 3, "Store 2": 5}, "S2": {}}
    assert since(database) == {"Store 1": LATER, "Store 2": LATER}


def test_the_older_layout_has_a_column_for_each_location(database: Database, export: Export) -> None:
    export.staff().products(product("S1"), product("S2"))
    export.inventory(OLDER, OLDER | {"Handle": "p-S2", "SKU": "S2", "Store 1": "many", "Store 2": "-1"})
    summary = export.load(database)
    assert summary.unknown == {}
    assert summary.open[UNKNOWN_PLACE].examples == ["Warehouse"]
    assert found(database) == {"S1": {"Store 1": 3}, "S2": {"Store 2": -1}}
    (told,) = export.rejected()
    assert (told["Sellmode Line"], told["Sellmode Column"], told["Sellmode Reason"]) == (
        "3", "Store 1", "is not a whole number",
    )  # fmt: skip


def test_what_cannot_be_used_is_refused_by_its_line(database: Database, export: Export) -> None:
    export.staff().products(product("S1")).inventory(
        stock("S1", "Store 1", "3"), stock("S1", "Store 1", "4"), stock("S1", "Store 2", "1.5"), stock("S1", "", "1"),
        stock("S9", "Store 1", "1"), stock("", "Store 1", "1", Handle=""), stock("1.5E+12", "Store 1", "1"),
    )  # fmt: skip
    export.load(database)
    assert found(database) == {"S1": {"Store 1": 3}}
    assert [(row["Sellmode Line"], row["Sellmode Column"]) for row in export.rejected()] == [
        ("3", "Handle"), ("4", "Available (not editable)"), ("5", "Location"), ("7", "Handle"), ("8", "SKU"),
        ("6", "SKU"),
    ]  # fmt: skip


def test_variants_that_share_a_sku_have_each_their_own_stock(database: Database, export: Export) -> None:
    export.staff().products(product("HAT", Handle="hat", Option1_Value="Red"),
                            product("HAT", Handle="hat", Option1_Value="Blue"))  # fmt: skip
    export.inventory(*(stock("HAT", "Store 1", pieces, **HAT, Option1_Value=colour)
                       for colour, pieces in (("Green", "7"), ("Red", "1"), ("Blue", "2"))))  # fmt: skip
    export.load(database)
    assert found(database) == {"HAT": {"Store 1": 2}, "variant:hat/Red": {"Store 1": 1}}
    assert [row["Sellmode Line"] for row in export.rejected()] == ["2"]
