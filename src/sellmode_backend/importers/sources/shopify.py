"""Shopify's exports of customers and orders: their columns, and what their rows say.

Of the customers' file the newer layout has ``Customer ID`` and begins the address columns with ``Default Address``.
Sources: Shopify's help on CSV files, and headers of real exports.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from sellmode_backend.importers import values
from sellmode_backend.importers.reading import Layout, Row
from sellmode_backend.importers.rows import CustomerRow, OrderRows
from sellmode_backend.importers.sources import common
from sellmode_backend.importers.sources.shopify_goods import NAME, PRODUCTS, ProductReader
from sellmode_backend.importers.sources.shopify_stock import STOCK
from sellmode_backend.importers.sources.source import Orders, Source
from sellmode_contract.kinds.consent import ConsentState

# Blanks of a line only: empty lines without end would be gone through again from each of them.
_CUSTOMER_ATTRIBUTE = re.compile(r"^[^\S\n]*customer[^\S\n]*:[^\S\n]*'?(\S+)[^\S\n]*$", re.IGNORECASE | re.MULTILINE)
_CLICK_ATTRIBUTE = re.compile(
    rf"^[^\S\n]*sellmode[^\S\n]*:[^\S\n]*({values.CLICK})[^\S\n]*$", re.IGNORECASE | re.MULTILINE
)
_UNPAID = frozenset({"voided", "expired"})
"""Values of ``Financial Status`` of orders that nobody pays for any more."""
_TEST_GATEWAYS = ("(for testing)", "bogus")
_IN_STORES = frozenset({"pos", "iphone", "ipad", "android"})
"""Values of ``Source`` of Shopify's tills; later versions have more words after ``pos``."""


def _of_address(*names: str) -> tuple[str, ...]:
    """Headers of an address column: the newer layout's first."""
    return (*(f"Default Address {name}" for name in names), *names)


CUSTOMERS = Layout(
    "customers.csv",
    fields={
        "number": ("Customer ID",),
        "given_name": ("First Name",),
        "family_name": ("Last Name",),
        "email": ("Email",),
        "phone": ("Phone",),
        "address_phone": ("Default Address Phone",),
        "company": _of_address("Company"),
        "address1": _of_address("Address1"),
        "address2": _of_address("Address2"),
        "city": _of_address("City"),
        "province": _of_address("Province Code", "Province"),
        "postcode": _of_address("Zip"),
        "country": _of_address("Country Code", "Country"),
        "email_consent": ("Accepts Email Marketing", "Accepts Marketing"),
        "sms_consent": ("Accepts SMS Marketing",),
        "tags": ("Tags",),
        "note": ("Note",),
    },
    required=frozenset({"email", "given_name", "family_name"}),
    # What was spent is worked out from the orders.
    unused=frozenset({"Total Spent", "Total Orders", "Tax Exempt"}),
)

ORDERS = Layout(
    "orders.csv",
    fields={
        "number": ("Name",),
        "email": ("Email",),
        "phone": ("Phone",),
        "currency": ("Currency",),
        "total": ("Total",),
        "placed_at": ("Created at",),
        "cancelled_at": ("Cancelled at",),
        "financial_status": ("Financial Status",),
        "payment_method": ("Payment Method",),
        "refunded": ("Refunded Amount",),
        "quantity": ("Lineitem quantity",),
        "title": ("Lineitem name",),
        "price": ("Lineitem price",),
        "discount": ("Lineitem discount",),
        "sku": ("Lineitem sku",),
        "billing_country": ("Billing Country",),
        "shipping_country": ("Shipping Country",),
        "note_attributes": ("Note Attributes",),
        "employee": ("Employee",),
        "location": ("Location",),
        "id": ("Id",),
        "source": ("Source",),
    },
    required=frozenset({"number", "id", "currency", "total", "placed_at", "quantity", "title", "price"}),
    unused=frozenset(
        {
            "Paid at", "Fulfillment Status", "Fulfilled at", "Accepts Marketing", "Subtotal",
            "Shipping", "Taxes", "Discount Code", "Discount Amount", "Notes", "Vendor", "Outstanding Balance",
            "Device ID", "Tags", "Risk Level", "Receipt Number", "Duties", "Next Payment Due At",
        }
    ),
    unused_beginnings=("Lineitem ", "Billing ", "Shipping ", "Payment ", "Tax "),
)  # fmt: skip

# ------------------------------------------------------------------ customers


def _read_customer(owner_tag: values.TagPattern, store_tag: values.TagPattern) -> Callable[[Row], CustomerRow]:
    return partial(_customer, owner_tag, store_tag)


def _customer(owner_tag: values.TagPattern, store_tag: values.TagPattern, row: Row) -> CustomerRow:
    # In the older layout the phone is the address's: whoever lives there has it.
    own_phone = row.table.has("number") or row.table.has("address_phone")
    number = values.number(row, "number")
    read = common.customer(row, number, owner_tag, store_tag, known_by_phone=own_phone)
    consents = {"consent.email": "email_consent", "consent.sms": "sms_consent"}
    read.fields.update(
        values.those_usable(
            row, **{name: partial(_consent, row, field) for name, field in consents.items() if row.table.has(field)}
        )
    )
    return read


def _consent(row: Row, field: str) -> ConsentState:
    # A "no" forbids marketing, not the single message of somebody who knows the customer.
    return "subscribed" if values.yes(row, field) else "one_to_one"


# ------------------------------------------------------------------ orders


def _order_key(row: Row) -> str:
    return values.number(row, "id")


def _order(row: Row) -> OrderRows:
    key = _order_key(row)
    currency = values.currency(row, "currency")
    placed_at = values.moment(row, "placed_at")
    phone, source = values.identifier(row["phone"]), row["source"].strip()
    named = _CUSTOMER_ATTRIBUTE.search(row["note_attributes"])
    clicked = _CLICK_ATTRIBUTE.search(row["note_attributes"])
    country = row["billing_country"].strip() or row["shipping_country"].strip()
    return OrderRows(
        row=row,
        key=key,
        number=row["number"],
        email=values.email_or_empty(row, "email"),
        phone=values.phone_key(phone, country),
        customer=named[1] if named else "",
        placed_at=placed_at,
        cancelled_at=values.moment_or_none(row, "cancelled_at") or (None if _is_sale(row) else placed_at),
        currency=currency,
        total=values.amount(row, "total", currency),
        refunded=values.amount_or_zero(row, "refunded", currency),
        source=source,
        channel="store" if _is_till(source) else "online",
        employee=row["employee"].strip(),
        location=values.store_name(row, "location"),
        click=clicked[1] if clicked else "",
        lines=[],
    )


def _is_sale(row: Row) -> bool:
    """Whether somebody pays for the order: not if its payment was voided or never came, nor if it was only a test."""
    method = row["payment_method"].casefold()
    return row["financial_status"].strip().casefold() not in _UNPAID and not any(
        test in method for test in _TEST_GATEWAYS
    )


def _is_till(source: str) -> bool:
    words = source.casefold().split()
    return bool(words) and (words[0] in _IN_STORES or words[0].startswith(("pos-", "pos_")))


SHOPIFY = Source(
    name=NAME,
    title="Shopify",
    products=PRODUCTS,
    customers=CUSTOMERS,
    orders=ORDERS,
    read_products=ProductReader,
    read_customer=_read_customer,
    read_orders=lambda _: Orders(_order_key, _order, common.order_line),
    stock=STOCK,
)
