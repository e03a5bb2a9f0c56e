"""Our own plain CSV: lists of products, customers and orders with columns of our choosing, for any system to write.

A column is declared once, with what it means: the layouts, the templates and the tables of docs/importing.md are made
of `COLUMNS`. The lists of staff, measures, targets and wishes go with every source: they are in `sources` too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import partial
from typing import Literal, NamedTuple

import msgspec

from sellmode_backend.importers import values
from sellmode_backend.importers.reading import Layout, Row
from sellmode_backend.importers.rows import CustomerRow, OrderRows, ProductRow, StockRow, own_act
from sellmode_backend.importers.sources import common
from sellmode_backend.importers.sources.source import Orders, Source, StockLists
from sellmode_contract.kinds.consent import ConsentState
from sellmode_contract.kinds.order import LineKind, OrderLine


class Column(NamedTuple):
    """A column of one of the lists."""

    field: str
    header: str
    meaning: str
    example: str
    needed: bool = False
    """Whether a file without it is no such list. A row's may be empty unless ``meaning`` forbids it."""


_NAME = "plain"

COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "staff.csv": (
        Column("number", "Employee ID", "Also the user name. Never empty.", "E17", needed=True),
        Column("name", "Name", "Never empty.", "Ana Lima", needed=True),
        Column("store", "Location", "The store's name; one that is not known is made. Never empty.", "Antwerp",
               needed=True),
        Column("role", "Role", "`associate`, `manager`, `regional` or `head office`.", "associate", needed=True),
    ),
    "products.csv": (
        Column("sku", "SKU", "What the product is known by. Never empty.", "SC-1", needed=True),
        Column("title", "Title", "Never empty.", "Scarf", needed=True),
        Column("price", "Price", "In the retailer's currency; may be empty.", "22.00", needed=True),
        Column("style", "Style", "The same for all variants of a style.", "SC"),
        Column("variant", "Variant", "Size, colour.", "Red"),
        Column("vendor", "Brand", "", "Maison"),
        Column("type", "Category", "By which favourite categories and sales are told apart.", "Scarves"),
        Column("tags", "Tags", "Separated by commas.", "wool, winter"),
        Column("barcode", "Barcode", "", "4006381333931"),
        Column("description", "Description", "Plain text, or HTML, which becomes plain text.", "Warm and soft"),
        Column("compare_at", "Former price", "What it cost before, where it is reduced.", "29.00"),
        Column("active", "Active", "`yes` or `no`; empty is yes.", "yes"),
        Column("gift_card", "Gift card", "`yes` for a gift card: goods are paid with it later; empty is no.", ""),
    ),
    "stock.csv": (
        Column("sku", "SKU", "Of a product that is known or in that list. Never empty.", "SC-1", needed=True),
        Column("location", "Store", "The store's name. Never empty.", "Antwerp", needed=True),
        Column("available", "Available", "Whole pieces that can be sold; empty: the store does not keep it.", "3",
               needed=True),
    ),
    "customers.csv": (
        Column("given_name", "Given name", "", "Anna", needed=True),
        Column("family_name", "Family name", "", "Muster", needed=True),
        Column("email", "E-mail", "", "anna@example.com", needed=True),
        Column("number", "Number", "The customer number; who has none is known by e-mail or phone.", "4711"),
        Column("phone", "Phone", "The customer's own.", "+32 3 555 01 02"),
        Column("company", "Company", "", ""),
        Column("address1", "Address 1", "Without this column the address is not read.", "Meir 1"),
        Column("address2", "Address 2", "", ""),
        Column("city", "City", "", "Antwerp"),
        Column("province", "Province", "", ""),
        Column("postcode", "Postcode", "", "2000"),
        Column("country", "Country", "Two letters (ISO 3166-1); phones are dialled in it.", "BE"),
        Column("email_consent", "E-mail consent", "`yes` or `no`, or a state of consent; empty is no.", "yes"),
        Column("email_consent_at", "E-mail consent chosen at",
               "When the customer chose it, with an offset; empty: someone else did, or it is unknown.",
               "2026-05-02 18:00 +0200"),
        Column("sms_consent", "SMS consent", "The same.", "unsubscribed"),
        Column("sms_consent_at", "SMS consent chosen at", "The same.", ""),
        Column("owner", "Owner", "Employee ID of the associate.", "E17"),
        Column("store", "Store", "The home store's name; empty: the owner's.", "Antwerp"),
        Column("tags", "Tags", "Separated by commas. Tags that name owner and store count too.", "vip, bags"),
        Column("note", "Note", "Becomes a note on the profile.", "Likes silk"),
    ),
    "orders.csv": (
        Column("id", "Order", "The order's number, on each of its rows. Never empty.", "1001", needed=True),
        Column("placed_at", "Placed at", "With an offset, or of the retailer's time zone.", "2026-05-14 11:23",
               needed=True),
        Column("currency", "Currency", "ISO 4217.", "EUR", needed=True),
        Column("total", "Total", "What the order adds to the spend, before refunds.", "45.00", needed=True),
        Column("title", "Item", "A row for each item.", "Scarf", needed=True),
        Column("quantity", "Quantity", "Below zero for what comes back.", "2", needed=True),
        Column("price", "Price", "Of one piece.", "22.00", needed=True),
        Column("discount", "Discount", "Of the row as a whole.", "4.00"),
        Column("sku", "SKU", "", "SC-1"),
        Column("kind", "Kind", "`gift card` or `tip`; empty: goods, unless name or product say otherwise.", ""),
        Column("refunded", "Refunded", "Taken off the spend.", ""),
        Column("cancelled_at", "Cancelled at", "The order counts for nothing.", ""),
        Column("channel", "Channel", "`store` or `online`; empty: store if one is named.", "store"),
        Column("location", "Store", "The store's name; one that is not known is made.", "Antwerp"),
        Column("employee", "Employee", "Who sold it: a name in that store, or an Employee ID.", "E17"),
        Column("customer", "Customer", "The customer number.", "4711"),
        Column("email", "E-mail", "Of the customer, where the number is not known.", ""),
        Column("phone", "Phone", "The same.", ""),
        Column("country", "Country", "Phones are dialled in it.", ""),
        Column("click", "Click", "What the link to the shop had in `utm_content`.", ""),
    ),
    "wishes.csv": (
        Column("customer", "Customer", "The customer number.", "4711"),
        Column("email", "E-mail", "Of the customer, where there is no number.", "anna@example.com"),
        Column("sku", "SKU", "Of a product that is known. Never empty.", "SC-1", needed=True),
        Column("wished_at", "Wished at", "With an offset, or of the retailer's time zone; empty: now.",
               "2026-05-14 11:23", needed=True),
        Column("note", "Note", "1,000 characters at most.", "For Christmas"),
        Column("employee", "Employee", "Who noted it: an Employee ID or a name.", "E17"),
    ),
    "measures.csv": (
        Column("store", "Store", "The store's name, or the last word of it. Never empty.", "Antwerp", needed=True),
        Column("day", "Day", "Of the store, not a day to come.", "2026-05-14", needed=True),
        Column("measure", "Measure", "[One of these](results.md#what-other-systems-count).", "csat_points",
               needed=True),
        Column("value", "Value", "A whole number from 0.", "23", needed=True),
        Column("employee", "Employee", "Whose it is: a name in that store, or an Employee ID.", "E17"),
        Column("channel", "Channel", "Of ratings: `site`, `email`, `sms`, `chat` or `social`.", ""),
    ),
    "targets.csv": (
        Column("store", "Store", "The store's name, or the last word of it. Never empty.", "Antwerp", needed=True),
        Column("month", "Month", "Of the store; it may be over.", "2026-12", needed=True),
        Column("kpi", "Figure", "[A KPI](results.md#figures) with a better way to go, and that comes in.",
               "individual_sales", needed=True),
        Column("value", "Target", "More than zero; money in the retailer's currency.", "40000", needed=True),
        Column("employee", "Employee", "Whose it is: a name in that store, or an Employee ID; empty: the store's.",
               "E17"),
    ),
}  # fmt: skip
"""Of each list. What an order is stands on its first row, and its items on all of them."""

ALIASES = {"E-mail": ("Email",)}
"""Other ways to write a header."""


def _layout(file: str, **more: str) -> Layout:
    """The layout of a list; ``more`` are fields that stand under the header of another one."""
    headers = {column.field: (column.header, *ALIASES.get(column.header, ())) for column in COLUMNS[file]}
    return Layout(
        file,
        fields=headers | {field: headers[other] for field, other in more.items()},
        required=frozenset(column.field for column in COLUMNS[file] if column.needed),
    )


class _ProductReader:
    """Reads rows of a list of products: each SKU once."""

    def __init__(self, currency: str) -> None:
        self._currency = currency

    def look(self, row: Row) -> None:
        """No row says anything of others."""

    def read(self, row: Row) -> ProductRow:
        """Read a row. Raises UnusableRow."""
        sku = values.key(row, "sku")
        if not sku:
            raise row.unusable("sku", "is empty")
        if not (title := values.name(row["title"])):
            raise row.unusable("title", "is empty")
        said = {
            "sku": sku,
            "title": title,
            "style": common.style_id(_NAME, values.identifier(row["style"])),
            "variant": row["variant"].strip(),
            "tags": values.split_tags(row["tags"]),
            "currency": self._currency,
        } | values.those_usable(
            row,
            vendor=lambda: values.short(row, "vendor"),
            type=lambda: values.short(row, "type"),
            description=lambda: common.described(row, "description", row["description"]),
            active=lambda: not row["active"].strip() or values.yes(row, "active"),
            price=lambda: values.amount_or_none(row, "price", self._currency),
            compare_at=lambda: values.amount_or_none(row, "compare_at", self._currency),
            barcode=lambda: values.key(row, "barcode"),
            gift_card=lambda: bool(row["gift_card"].strip()) and values.yes(row, "gift_card"),
        )
        has = row.table.has
        return ProductRow(row, sku, {name: value for name, value in said.items() if name == "currency" or has(name)})


def _read_customer(owner_tag: values.TagPattern, store_tag: values.TagPattern) -> Callable[[Row], CustomerRow]:
    return partial(_customer, owner_tag, store_tag)


def _customer(owner_tag: values.TagPattern, store_tag: values.TagPattern, row: Row) -> CustomerRow:
    has = row.table.has
    read = common.customer(row, values.code(row, "number"), owner_tag, store_tag, known_by_phone=True)
    consents = {"consent.email": "email_consent", "consent.sms": "sms_consent"}
    acts = {own_act(name): f"{field}_at" for name, field in consents.items()}
    read.fields.update(
        values.those_usable(
            row,
            **{name: partial(_consent, row, field) for name, field in consents.items() if has(field)},
            **{name: partial(_chosen_at, row, field) for name, field in acts.items() if has(field)},
        )
    )
    owner, store = values.identifier(row["owner"]), row["store"].strip()
    return read._replace(
        owners=[*(read.owners or ()), *([owner] if owner else ())] if has("owner") else read.owners,
        stores=[*(read.stores or ()), *([store] if store else ())] if has("store") else read.stores,
    )


_STATES: Mapping[str, ConsentState] = {
    "subscribed": "subscribed", "one_to_one": "one_to_one", "one-to-one": "one_to_one", "unsubscribed": "unsubscribed",
}  # fmt: skip


def _consent(row: Row, field: str) -> ConsentState:
    if state := _STATES.get(row[field].strip().casefold()):
        return state
    return "subscribed" if values.yes(row, field) else "one_to_one"


def _chosen_at(row: Row, field: str) -> str | None:
    at = values.moment_or_none(row, field)
    if at and at > dt.datetime.now(dt.UTC):
        raise row.unusable(field, "is in the future")
    return at.isoformat() if at else None


def _order(zone: dt.tzinfo, row: Row) -> OrderRows:
    currency = values.currency(row, "currency")
    key, location = values.code(row, "id"), values.store_name(row, "location")
    return OrderRows(
        row=row,
        key=key,
        number=key,
        email=values.email_or_empty(row, "email"),
        phone=values.phone_key(values.identifier(row["phone"]), row["country"].strip()),
        customer=values.code(row, "customer"),
        placed_at=values.moment(row, "placed_at", zone),
        cancelled_at=values.moment_or_none(row, "cancelled_at", zone),
        currency=currency,
        total=values.amount(row, "total", currency),
        refunded=values.amount_or_zero(row, "refunded", currency),
        source=row["channel"].strip(),
        channel=_channel(row, location),
        employee=row["employee"].strip(),
        location=location,
        click=values.click_or_empty(row["click"]),
        lines=[],
    )


def _channel(row: Row, location: str) -> Literal["store", "online"]:
    match row["channel"].strip().casefold():
        case "store":
            return "store"
        case "online":
            return "online"
        case "":
            return "store" if location else "online"
    raise row.unusable("channel", "is neither store nor online")


_KINDS: Mapping[str, LineKind] = {"gift card": "gift_card", "tip": "tip"}


def _line(row: Row, currency: str) -> OrderLine | None:
    line, said = common.order_line(row, currency), row["kind"].strip()
    if line is None or not said:
        return line
    if kind := _KINDS.get(said.casefold()):
        return msgspec.structs.replace(line, kind=kind)
    raise row.unusable("kind", "is neither gift card nor tip")


def _stock(row: Row) -> StockRow:
    sku, store = values.key(row, "sku"), values.store_name(row, "location")
    if not sku:
        raise row.unusable("sku", "is empty")
    if not store:
        raise row.unusable("location", "is empty")
    pieces = values.quantity(row, "available") if row["available"].strip() else None
    return StockRow(row, sku, "", "", "", {store: pieces})


def _number_of_order(row: Row) -> str:
    if not (key := values.code(row, "id")):
        raise row.unusable("id", "is empty")
    return key


PLAIN = Source(
    name=_NAME,
    title="any system, written as our own plain CSV",
    products=_layout("products.csv"),
    customers=_layout("customers.csv"),
    orders=_layout("orders.csv", number="id"),
    read_products=_ProductReader,
    read_customer=_read_customer,
    read_orders=lambda zone: Orders(_number_of_order, partial(_order, zone), _line),
    stock=StockLists(_layout("stock.csv"), _stock),
)
