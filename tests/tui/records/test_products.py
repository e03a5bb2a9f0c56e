"""Products on the terminal: found as the filter says, grouped by style, with their stock and their customers."""

from __future__ import annotations

import datetime as dt
import functools
import random
import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract.filters import FilterError, Node, matches, parse, unparse
from sellmode_contract.kinds.customer import Customer, Figures
from sellmode_contract.kinds.lookbook import Lookbook
from sellmode_contract.kinds.order import Order, OrderLine
from sellmode_contract.kinds.product import Product, ProductOption
from sellmode_contract.kinds.retailer import StoreEntry
from sellmode_contract.kinds.stock import Stock
from sellmode_contract.product_search import PRODUCT_FIELDS, product_keys, product_values
from sellmode_contract.records import Record
from sellmode_contract.wire import Remove
from sellmode_tui.records import RecordStore, Rejected
from sellmode_tui.records.products.lists import ProductQuery
from sellmode_tui.records.writing import NotVisible
from tests.tui.cache.lines import ALL, ME, NOW, RETAILER, STORE, customer, fill, open_cache, put
from tests.tui.records.desk import ANNA, open_desk

HOUSE = msgspec.structs.replace(
    RETAILER,
    stores=(*RETAILER.stores, StoreEntry(id="store-2", name="Basel", time_zone="Europe/Zurich")),
    stock_at={STORE: NOW - dt.timedelta(hours=2)},
)


def coat(size: str, price: int | None = 20000, **fields: object) -> Product:
    known = {"sku": f"C-{size}", "title": "Wool Coat", "style": "coat", "vendor": "Aare", "type": "Coats"}
    made = Product(id=f"coat-{size}", currency="CHF", **{**known, **fields})  # type: ignore[arg-type]  # fields of it
    return msgspec.structs.replace(
        made, variant=size, options=(ProductOption(name="Size", value=size),), price=price, barcode=f"40063813339{size}"
    )


def stock(product: str, **available: int) -> Stock:
    stores = {name.replace("_", "-"): pieces for name, pieces in available.items()}
    return Stock(id=f"stock {product}", product=product, available=stores)


# ------------------------------------------------------------------ finding


def _goods() -> tuple[list[Product], list[Stock]]:
    chance = random.Random(7)
    products = [
        Product(
            id=f"product-{number}",
            sku=chance.choice(["", f"AB-{number}", f"ab{number}"]),
            title=chance.choice(["Wool Coat", "Ärmelweste", "100% _linen_", "Coat"]),
            style=chance.choice(["", "one", "two", "three"]),
            variant=chance.choice(["", "M / Red"]),
            options=chance.choice([(), (ProductOption(name="Size", value="M"), ProductOption(value="Red"))]),
            vendor=chance.choice(["", "Aare & Co", "aare", "Müller"]),
            type=chance.choice(["", "Coats", "Rain coats"]),
            category=chance.choice(["", "Apparel > Coats"]),
            tags=chance.choice([(), ("New",), ("new in", "sale")]),
            price=chance.choice([None, 0, 9990, 20000]),
            compare_at=chance.choice([None, 20000]),
            currency=chance.choice(["CHF", "CHF", "EUR"]),
            barcode=chance.choice(["", f"4006381{number}"]),
            active=chance.random() < 0.8,
        )
        for number in range(150)
    ]
    levels = [
        stock(each.id, store_1=chance.choice([-1, 0, 2]), store_2=chance.choice([-2, 0, 3]))
        for each in products
        if chance.random() < 0.7
    ]
    return products, [each if chance.random() < 0.8 else msgspec.structs.replace(each, available={}) for each in levels]


class _Subject:
    """Products in two caches, one of which has its indexes, and as the definition sees them."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        products, levels = _goods()
        self.stores = []
        for finish in (True, False):
            folder = Path(self._folder.name) / str(finish)
            folder.mkdir()
            cache = open_cache(folder)
            fill(cache, [*products, *levels, HOUSE], finish=finish)
            self.stores.append(RecordStore(cache, clock=lambda: NOW))
        known = {each.product: each.available for each in levels}
        self.variants = [
            (each.style or each.id, product_values(each, known.get(each.id), (STORE,), "CHF"), product_keys(each))
            for each in products
        ]

    def expected(self, tree: Node) -> list[str]:
        return sorted(
            {key for key, values, keys in self.variants if matches(tree, values, keys, today=NOW.date(), me=ME)}
        )


@functools.cache
def _subject() -> _Subject:
    return _Subject()


_TERMS = [
    "title:coat", 'title="wool coat"', "title:armel", "vendor:aare", 'vendor="aare & co"', "has:vendor", "none:type",
    "type:coats", 'type="rain coats"', "category:app", "tag:new", 'tag:"New In"', "has:tag", "option=m",
    "option:red", "none:option", "sku:ab", "sku:AB-1", "has:sku", "barcode:4006381", "barcode:40063817",
    "price<100", "price>=99.90",
    "none:price", "reduced:yes", "reduced:no", "stock>0", "stock=0", "stock<0", "none:stock", "elsewhere>=3",
    "elsewhere<1", "has:elsewhere", "coat", "wool co", "ab 1", "m red", "4006381", "linen", "active:no", "mueller",
]  # fmt: skip

_trees = st.recursive(
    st.sampled_from(_TERMS),
    lambda inner: st.one_of(
        inner.map(lambda text: f"-({text})"),
        st.lists(inner, min_size=2, max_size=3).map(" ".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda texts: f"({' or '.join(texts)})"),
    ),
    max_leaves=5,
)


@given(_trees)
def test_a_filter_finds_the_styles_with_a_variant_that_it_means(text: str) -> None:
    subject = _subject()
    tree = parse(f"(active:yes or active:no) ({text})", PRODUCT_FIELDS)
    expected = subject.expected(tree)
    for records in subject.stores:
        for sort in ("title", "here"):
            found = records.products.find(ProductQuery(unparse(tree), sort))
            assert sorted(line.key for line in found.rows(0, 1000)) == expected
            assert found.count() == len(expected)


@pytest.mark.parametrize("text", _TERMS)
def test_each_term_finds_some_and_not_all(text: str) -> None:
    tree = parse(text, PRODUCT_FIELDS)
    assert 0 < len(_subject().expected(tree)) < len({key for key, _, _ in _subject().variants})


def test_a_style_is_one_row_with_its_prices_options_and_stock(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        gone = coat("XL", 100, active=False)
        hat = Product(id="hat", sku="H", title="Hat", currency="CHF", price=5000)
        desk.fill(
            *(coat("M"), coat("L", 25000), gone, hat),
            *(stock("coat-M", store_1=2, store_2=1), stock("coat-L", store_1=-1, store_2=4)),
            retailer=HOUSE,
        )
        found = desk.records.products.find()
        second, first = found.rows(0, 10)
        assert (first.key, first.low, first.high, first.variants) == ("coat", 20000, 25000, 3)
        assert first.options == {"Size": ("M", "L")}
        assert (first.here, first.elsewhere) == (2, 5)
        assert (second.key, second.here) == ("hat", None)
        assert (found.find("coat"), found.find("hat"), found.find("other")) == (1, 0, None)
        by_price = desk.records.products.find(ProductQuery(sort="price", descending=True)).rows(0, 10)
        assert [line.key for line in by_price] == ["coat", "hat"]
        assert [line.key for line in desk.records.products.find(ProductQuery("active:no")).rows(0, 9)] == ["coat"]
        with pytest.raises(FilterError):
            desk.records.products.find(ProductQuery("colour:red"))


def test_a_list_follows_what_comes_and_goes(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        desk.fill(coat("M"), coat("L"), retailer=HOUSE)

        def found(text: str) -> list[int]:
            return [line.variants for line in desk.records.products.find(ProductQuery(text)).rows(0, 10)]

        assert (found("wool m"), found("loden")) == ([2], [])
        desk.cache.state()
        desk.cache.apply([put(coat("M", title="Loden Coat"), ALL, v=5), Remove(k="product", id="coat-L", s=ALL)], "3")
        assert (found("wool"), found("loden"), found("")) == ([], [1], [1])


# ------------------------------------------------------------------ one product


def test_a_product_comes_with_its_variants_and_the_age_of_each_stores_stock(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        desk.fill(coat("M"), coat("L"), stock("coat-L", store_2=4), retailer=HOUSE)
        details = desk.records.products.get("coat-M")
        assert details is not None
        assert [each.product.sku for each in details.variants] == ["C-M", "C-L"]
        assert [(store.name, store.own, store.at) for store in details.stores] == [
            ("Zürich", True, NOW - dt.timedelta(hours=2)),
            ("Basel", False, None),
        ]
        assert desk.records.products.get("nothing") is None


def _order(who: Customer, number: int, *lines: OrderLine, **fields: object) -> Order:
    moment = NOW - dt.timedelta(days=number)
    made = {"customer": who.id, "number": str(number), "placed_at": moment, "currency": "CHF", "total": 1}
    return msgspec.convert({"id": f"order-{number}", "channel": "store", "lines": lines, **made, **fields}, Order)


def _coats(amount: int = 1, **fields: object) -> OrderLine:
    return msgspec.convert({"title": "Wool Coat L", "amount": amount, "quantity": 1, "sku": "C-L", **fields}, OrderLine)


def test_who_bought_it_and_who_might_like_it_are_among_those_whom_one_sees(tmp_path: Path) -> None:
    likes = Figures(categories=(("Coats", 100),), last_purchase=NOW)
    people: dict[str, Customer] = {
        "bought": customer(2, given_name="Bea", sizes={"top": "m"}, figures=likes),
        "wears": customer(3, given_name="Cleo", sizes={"shoes": "39", "top": "m"}, figures=likes),
        "another size": customer(4, given_name="Dora", sizes={"top": "XS"}, figures=likes),
        "another type": customer(5, given_name="Eva", sizes={"top": "M"}),
        "not mine": customer(6, given_name="Fay", owner="staff-1", sizes={"top": "M"}, figures=likes),
    }
    records: list[Record] = [
        *(ANNA, *people.values(), coat("M"), coat("L")),
        _order(people["bought"], 9, _coats()),
        _order(people["bought"], 3, _coats(product="coat-M", sku="", title="Wool Coat M")),
        _order(people["not mine"], 4, _coats()),
        _order(ANNA, 5, _coats(), cancelled_at=NOW),
        _order(ANNA, 6, _coats(-1, kind="return")),
    ]
    with open_desk(tmp_path) as desk:
        desk.fill(*records, mode="associate", retailer=HOUSE)
        products = desk.records.products
        assert [(each.name, each.at, each.what) for each in products.buyers("coat-L")] == [
            ("Bea", NOW - dt.timedelta(days=3), "Wool Coat M")
        ]
        assert [(each.name, each.what) for each in products.likely("coat-L")] == [("Cleo", "m")]
        assert products.buyers("nothing") == products.likely("nothing") == []


@pytest.mark.parametrize(
    ("code", "found"),
    [("0012345678905", "hat"), ("12345678905", "hat"), ("012345678905", "hat"), ("C-M", "coat-M"), ("1007", ANNA.id)],
)
def test_a_scanned_code_is_a_barcode_or_a_sku_or_a_customers_number(tmp_path: Path, code: str, found: str) -> None:
    hat = Product(id="hat", sku="H", title="Hat", currency="CHF", barcode="012345678905")
    with open_desk(tmp_path) as desk:
        desk.fill(msgspec.structs.replace(ANNA, number="1007"), hat, coat("M"), retailer=HOUSE)
        assert [each.id for each in desk.records.products.scanned(code)] == [found]
        assert desk.records.products.scanned("") == desk.records.products.scanned("999") == []


# ------------------------------------------------------------------ into a lookbook


def test_a_product_is_put_in_a_draft_or_begins_a_new_one(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        draft = Lookbook(id="look", store=STORE, author=ME, form="my_look", title="Rain")
        put_aside = Lookbook(id="old", store=STORE, author=ME, form="my_look", title="Old", state="archived")
        nameless = Product(id="nameless", sku="", title="No SKU", currency="CHF")
        desk.fill(coat("M"), nameless, draft, put_aside, retailer=HOUSE)
        products = desk.records.products
        assert [each.id for each in products.drafts()] == ["look"]
        products.add_to_lookbook("coat-M", "look")
        new = products.start_lookbook("coat-M", "Snow")
        for look in ("look", new.id):
            shown = desk.records.shown("lookbook", look)
            assert shown is not None
            (item,) = shown.record.items  # type: ignore[attr-defined]  # a lookbook
            assert (item.sku, item.title, item.price, item.currency) == ("C-M", "Wool Coat M", 20000, "CHF")
        with pytest.raises(Rejected, match="already in this lookbook"):
            products.add_to_lookbook("coat-M", "look")
        with pytest.raises(Rejected, match="without a SKU"):
            products.add_to_lookbook("nameless", "look")
        with pytest.raises(NotVisible):
            products.add_to_lookbook("coat-M", "nothing")
