"""WooCommerce: customers and orders, as its Order/Customer CSV Export writes them.

Orders are read in the format with one row per item. Their times are the shop's, without an offset. Sources: the
exporter's manual, and headers of real exports.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial

from sellmode_backend.importers import line_kinds, values
from sellmode_backend.importers.reading import Layout, Row
from sellmode_backend.importers.rows import CustomerRow, OrderRows
from sellmode_backend.importers.sources import common
from sellmode_backend.importers.sources.source import Orders, Source
from sellmode_backend.importers.sources.woocommerce_goods import NAME, PRODUCTS, ProductReader
from sellmode_contract.kinds.order import OrderLine

CUSTOMERS = Layout(
    "customers.csv",
    fields={
        "number": ("customer_id",),
        "given_name": ("first_name", "billing_first_name"),
        "family_name": ("last_name", "billing_last_name"),
        "email": ("email", "billing_email"),
        "phone": ("billing_phone",),
        "company": ("billing_company",),
        "address1": ("billing_address_1",),
        "address2": ("billing_address_2",),
        "city": ("billing_city",),
        "province": ("billing_state_code", "billing_state"),
        "postcode": ("billing_postcode",),
        "country": ("billing_country",),
    },
    required=frozenset({"number", "email", "given_name", "family_name"}),
    unused=frozenset({"user_login", "user_pass", "user_url", "date_registered", "role", "total_spent", "order_count"}),
    unused_beginnings=("shipping_", "billing_", "meta:"),
)

ORDERS = Layout(
    "orders.csv",
    fields={
        "id": ("order_id",),
        "number": ("order_number_formatted", "order_number"),
        "placed_at": ("date", "order_date"),
        "status": ("status",),
        "currency": ("order_currency", "currency"),
        "total": ("order_total",),
        "refunded": ("refunded_total",),
        "customer": ("customer_id",),
        "email": ("billing_email",),
        "phone": ("billing_phone",),
        "country": ("billing_country",),
        "title": ("item_name",),
        "sku": ("item_sku",),
        "quantity": ("item_quantity",),
        "before_discount": ("item_subtotal",),
        "amount": ("item_total",),
        "fees": ("fee_items",),
    },
    required=frozenset({"id", "number", "placed_at", "status", "currency", "total", "title", "quantity", "amount"}),
    unused=frozenset(
        {
            "shipping_total", "shipping_tax_total", "fee_total", "fee_tax_total", "tax_total", "cart_discount",
            "order_discount", "discount_total", "payment_method", "shipping_method", "customer_note",
            "tax_items", "coupon_items", "coupons", "order_notes", "download_permissions", "completed_date",
            "paid_date",
        }
    ),
    unused_beginnings=("billing_", "shipping_", "item_", "meta:", "vat_", "fee_", "tax_"),
)  # fmt: skip

_NO_SALES = frozenset({"pending", "failed", "cancelled", "trash", "draft", "checkout-draft", "auto-draft"})
"""Statuses of orders that WooCommerce does not count in its own reports either, and of those that never became one."""


def _read_customer(owner_tag: values.TagPattern, store_tag: values.TagPattern) -> Callable[[Row], CustomerRow]:
    return lambda row: common.customer(row, _customer_number(row, "number"), owner_tag, store_tag, known_by_phone=True)


def _customer_number(row: Row, field: str) -> str:
    """The number of somebody who has an account in the shop: guests have the number 0."""
    number = values.number(row, field)
    return "" if number.strip("0") == "" else number


def _orders(zone: dt.tzinfo) -> Orders:
    return Orders(partial(values.number, field="id"), partial(_order, zone), _line)


def _order(zone: dt.tzinfo, row: Row) -> OrderRows:
    currency = values.currency(row, "currency")
    placed_at = values.moment(row, "placed_at", zone)
    sold = row["status"].strip().casefold().removeprefix("wc-") not in _NO_SALES
    return OrderRows(
        row=row,
        key=values.number(row, "id"),
        number=row["number"],
        email=values.email_or_empty(row, "email"),
        phone=values.phone_key(values.identifier(row["phone"]), row["country"].strip()),
        customer=_customer_number(row, "customer"),
        placed_at=placed_at,
        cancelled_at=None if sold else placed_at,
        currency=currency,
        total=values.amount(row, "total", currency),
        refunded=abs(values.amount_or_zero(row, "refunded", currency)),
        source=NAME,
        channel="online",
        employee="",
        location="",
        click="",
        lines=values.those_usable(row, tips=lambda: _tips(row, currency)).get("tips", []),
    )


def _tips(row: Row, currency: str) -> list[OrderLine]:
    """Tips among an order's fees, which stand in one field: ``name:Tip|total:5.00|tax:0.00;name:...``."""
    fees = [dict(part.split(":", 1) for part in fee.split("|") if ":" in part) for fee in row["fees"].split(";")]
    return [
        OrderLine(title=fee["name"], amount=values.amount_of(row, "fees", fee.get("total", ""), currency), kind="tip")
        for fee in fees
        if line_kinds.is_tip(fee.get("name", ""))
    ]


def _line(row: Row, currency: str) -> OrderLine | None:
    if not (row["title"] or row["quantity"].strip() or row["amount"].strip()):
        return None
    quantity = values.quantity(row, "quantity")
    amount = values.amount(row, "amount", currency)
    before = values.amount_or_zero(row, "before_discount", currency) or amount
    return OrderLine(
        title=row["title"],
        sku=values.identifier(row["sku"]),
        quantity=quantity,
        price=round(before / quantity) if quantity else 0,
        amount=amount,
        kind="return" if quantity < 0 else "sale",
    )


WOOCOMMERCE = Source(
    name=NAME,
    title="WooCommerce",
    products=PRODUCTS,
    customers=CUSTOMERS,
    orders=ORDERS,
    read_products=ProductReader,
    read_customer=_read_customer,
    read_orders=_orders,
)
