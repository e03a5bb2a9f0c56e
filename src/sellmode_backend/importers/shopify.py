"""The rows of Shopify's exports as what they say: customers, products, orders with their lines, and the staff.

Nothing here knows a database. A row that cannot be used goes to the table's ``reject`` and the others come out.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

from sellmode_backend import phones
from sellmode_backend.importers import values
from sellmode_backend.importers.reading import MAX_ROW, Row, Table, UnusableRow
from sellmode_contract.kinds.consent import ConsentState
from sellmode_contract.kinds.order import OrderLine
from sellmode_contract.roles import ROLE_CAPABILITIES, Role

# Blanks of a line only: empty lines without end would be gone through again from each of them.
_CUSTOMER_ATTRIBUTE = re.compile(r"^[^\S\n]*customer[^\S\n]*:[^\S\n]*'?(\S+)[^\S\n]*$", re.IGNORECASE | re.MULTILINE)
_ROLES: dict[str, Role] = {role: role for role in ROLE_CAPABILITIES}
_DEFAULT_VARIANT = "Default Title"

MAX_ORDER = 300_000
"""Characters of an order's rows, about a thousand; the record made of them has to fit into a line of a sync answer."""


class StaffRow(NamedTuple):
    """Somebody who works in a store."""

    row: Row
    number: str
    """Employee ID, which is also the user name."""
    name: str
    store: str
    role: Role


class ProductRow(NamedTuple):
    """A variant of a product."""

    row: Row
    sku: str
    fields: dict[str, Any]
    """By the names of `records.Product`, as JSON has them."""


class CustomerRow(NamedTuple):
    """A customer."""

    row: Row
    number: str
    email: str
    phone: str
    """The customer's own number, not the address's: E.164 if it could be read so. Empty if it holds no digit."""
    fields: dict[str, Any]
    """By the names of `records.Customer`, as JSON has them, for each column that is there; but ``phone`` is the raw
    text and E.164, and there are ``note``, ``consent.email`` and ``consent.sms``. Tags name owner and store."""
    owners: list[str]
    """Employee IDs that tags name as owner."""
    stores: list[str]
    """Stores that tags name as home."""


class OrderRows(NamedTuple):
    """An order with the lines that could be used."""

    row: Row
    """Its first row."""
    key: str
    """Id."""
    number: str
    email: str
    phone: str
    """E.164."""
    customer: str
    """Customer number that the order's note attributes name."""
    placed_at: dt.datetime
    cancelled_at: dt.datetime | None
    currency: str
    total: int
    refunded: int
    source: str
    channel: Literal["store", "online"]
    employee: str
    location: str
    lines: list[OrderLine]
    """Without what only the list of products knows."""


# ------------------------------------------------------------------ staff


def read_staff(row: Row) -> StaffRow:
    """Read a row of the list of staff. Raises UnusableRow."""
    for field in ("number", "name", "store", "role"):
        if not row[field].strip():
            raise row.unusable(field, "is empty")
    role = re.sub(r"[\s-]+", "_", row["role"].strip().casefold())
    if role not in _ROLES:
        raise row.unusable("role", f"is none of {', '.join(ROLE_CAPABILITIES)}")
    return StaffRow(
        row, values.identifier(row["number"]), row["name"].strip(), values.store_name(row, "store"), _ROLES[role]
    )


# ------------------------------------------------------------------ products


class ProductReader:
    """Reads rows of products.csv in turn: a variant's title stands on the first row of its handle only."""

    def __init__(self, currency: str) -> None:
        self._currency = currency
        self._handle = ""
        self._shared = {"title": "", "vendor": "", "type": "", "tags": "", "status": "", "published": ""}

    def read(self, row: Row) -> ProductRow | None:
        """Read a row; None if it only adds an image. Raises UnusableRow."""
        if not row["handle"] or row["handle"] != self._handle:
            self._handle = row["handle"]
            self._shared = dict.fromkeys(self._shared, "")
        # An empty field of a later row says: as above.
        self._shared = {name: row[name] or above for name, above in self._shared.items()}
        from_above = sum(len(text) for name, text in self._shared.items() if not row[name])
        if len(row.raw) + from_above > MAX_ROW:
            raise UnusableRow("", f"is longer than {MAX_ROW:,} characters with what it takes from the rows above")
        sku = values.identifier(row["sku"])
        if not sku:
            if not row["price"].strip() and row["image"]:
                return None
            raise row.unusable("sku", "is empty: orders name products by it")
        if not self._shared["title"]:
            raise row.unusable("title", "is empty, also on the first row of its handle")
        options = (row["option1"], row["option2"], row["option3"])
        shared = self._shared
        return ProductRow(
            row,
            sku,
            {
                "sku": sku,
                "title": shared["title"],
                "variant": " / ".join(option for option in options if option and option != _DEFAULT_VARIANT),
                "vendor": shared["vendor"],
                "type": shared["type"],
                "tags": values.split_tags(shared["tags"]),
                "price": values.amount(row, "price", self._currency) if row["price"].strip() else None,
                "currency": self._currency,
                "barcode": values.identifier(row["barcode"]),
                "active": _is_active(row, shared["status"], shared["published"]),
            },
        )


def _is_active(row: Row, status: str, published: str) -> bool:
    if status:
        return status.strip().casefold() == "active"
    return not row.table.has("published") or published.strip().casefold() != "false"


# ------------------------------------------------------------------ customers


class CustomerReader:
    """Reads rows of customers.csv with a retailer's way of naming owner and store in tags."""

    def __init__(self, owner_tag: values.TagPattern, store_tag: values.TagPattern) -> None:
        self._owner_tag = owner_tag
        self._store_tag = store_tag

    def read(self, row: Row) -> CustomerRow:
        """Read a row. Raises UnusableRow."""
        number, email = values.key(row, "number"), values.email(row, "email")
        country = row["country"].strip()
        own_phone = values.key(row, "phone")
        key = (phones.e164(own_phone, country) or own_phone) if any(map(str.isdecimal, own_phone)) else ""
        if not (number or email or key):
            raise row.unusable(
                "number" if row.table.has("number") else "email", "is empty, and so is all else to know by"
            )
        phone = own_phone or values.key(row, "address_phone")
        tags: list[str] = []
        owners: list[str] = []
        stores: list[str] = []
        for tag in values.split_tags(row["tags"]):
            if (owner := self._owner_tag.named(tag)) is not None:
                owners.append(values.identifier(owner))
            elif (store := self._store_tag.named(tag)) is not None:
                stores.append(store)
            else:
                tags.append(tag)
        read: dict[str, Any] = {
            "number": number,
            "given_name": row["given_name"],
            "family_name": row["family_name"],
            "email": email,
            "phone": [phone, phones.e164(phone, country) if phone else ""],
            "address": _address(row, country),
            "tags": tags,
            "note": row["note"],
            "consent.email": _consent(row, "email_consent"),
            "consent.sms": _consent(row, "sms_consent"),
        }
        columns = {"address": "address1", "consent.email": "email_consent", "consent.sms": "sms_consent"}
        has = row.table.has
        fields = {name: value for name, value in read.items() if has(columns.get(name, name))}
        return CustomerRow(row, number, email, key, fields, owners, stores)


def _consent(row: Row, field: str) -> ConsentState:
    # A "no" forbids marketing, not the single message of somebody who knows the customer.
    return "subscribed" if values.yes(row, field) else "one_to_one"


def _address(row: Row, country: str) -> dict[str, Any] | None:
    lines = [line for field in ("address1", "address2") if (line := row[field])]
    parts: dict[str, Any] = {
        "company": row["company"],
        "lines": lines,
        "city": row["city"],
        "province": row["province"],
        "postcode": values.identifier(row["postcode"]),
        "country": country,
    }
    return {name: part for name, part in parts.items() if part} or None


# ------------------------------------------------------------------ orders


def read_orders(table: Table, reject: Callable[[Row, UnusableRow], None]) -> Iterator[OrderRows]:
    """The orders of a file, whose rows follow each other: what an order is stands on its first row only.

    A line that cannot be used is rejected and the order goes in without it, for its total counts; without its first row
    nothing of it can be used.
    """
    reader = _OrderReader()
    for row in table:
        try:
            if reader.begins_order(row):
                if order := reader.finished():
                    yield order
                reader.begin(row)
            reader.add_line(row)
        except UnusableRow as error:
            reject(row, error)
    if order := reader.finished():
        yield order


class _OrderReader:
    """The order whose rows are being read."""

    def __init__(self) -> None:
        self._order: OrderRows | None = None
        self._lines: dict[str, int] = {}
        """Line of each order that was begun, by Id."""
        self._number, self._line, self._size = "", 0, 0
        """Number, line and characters of the order begun last, also of one that was rejected."""

    def begins_order(self, row: Row) -> bool:
        """Whether the row has an Id that is not the current order's."""
        key = values.identifier(row["id"])
        return bool(key) and not (self._order and self._order.key == key)

    def finished(self) -> OrderRows | None:
        """The order that no more rows are added to, if there is one."""
        order, self._order = self._order, None
        return order

    def begin(self, row: Row) -> None:
        """Begin the row's order. Raises UnusableRow."""
        key = values.identifier(row["id"])
        self._number, self._line, self._size = row["number"], row.line, 0
        if key in self._lines:
            raise row.unusable("id", f"is the same as on line {self._lines[key]}, not next to it")
        self._lines[key] = row.line
        self._order = _order(row, key)

    def add_line(self, row: Row) -> None:
        """Add the row's item to the order. Raises UnusableRow."""
        if row["number"] != self._number or not self._line:
            raise row.unusable("id", "is empty, and the row above is of another order")
        if self._order is None:
            raise row.unusable("number", f"is of the order on line {self._line}, which was rejected")
        self._size += len(row.raw)
        if self._size > MAX_ORDER:
            raise UnusableRow("", f"makes its order longer than {MAX_ORDER:,} characters")
        if line := _line(row, self._order.currency):
            self._order.lines.append(line)


def _order(row: Row, key: str) -> OrderRows:
    currency = values.currency(row, "currency")
    placed_at = values.moment(row, "placed_at")
    if placed_at is None:
        raise row.unusable("placed_at", "is empty")
    email, phone, source = row["email"].strip(), values.identifier(row["phone"]), row["source"].strip()
    named = _CUSTOMER_ATTRIBUTE.search(row["note_attributes"])
    country = row["billing_country"].strip() or row["shipping_country"].strip()
    return OrderRows(
        row=row,
        key=key,
        number=row["number"],
        email=email if values.is_email(email) else "",
        phone=phones.e164(phone, country) if phone else "",
        customer=named[1] if named else "",
        placed_at=placed_at,
        cancelled_at=values.moment(row, "cancelled_at"),
        currency=currency,
        total=values.amount(row, "total", currency),
        refunded=values.amount_or_zero(row, "refunded", currency),
        source=source,
        channel="store" if source.casefold() == "pos" else "online",
        employee=row["employee"].strip(),
        location=values.store_name(row, "location"),
        lines=[],
    )


def _line(row: Row, currency: str) -> OrderLine | None:
    """The item of a row; None if the row only opens its order."""
    if not (row["title"] or row["quantity"].strip() or row["price"].strip()):
        return None
    quantity = values.quantity(row, "quantity")
    price = values.amount(row, "price", currency)
    return OrderLine(
        title=row["title"],
        sku=values.identifier(row["sku"]),
        quantity=quantity,
        price=price,
        amount=values.product_of(row, quantity, price, values.amount_or_zero(row, "discount", currency)),
        kind="return" if quantity < 0 else "sale",
    )


def with_rounding(lines: list[OrderLine], total: int) -> list[OrderLine]:
    """The lines with one more, if it is needed, for what separates them from the order's total."""
    difference = total - sum(line.amount for line in lines)
    return [*lines, OrderLine(title="", amount=difference, kind="rounding")] if difference else lines
