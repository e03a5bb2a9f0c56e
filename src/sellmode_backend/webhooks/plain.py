"""Our own events, which any system can send: what the plain CSV lists say of one thing, as JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from sellmode_backend.importers.sources.plain import COLUMNS
from sellmode_backend.webhooks.said import (
    Erased,
    GivenBack,
    ListKind,
    Reading,
    RowFields,
    Said,
    Unreadable,
    moment,
    part,
    parts,
    text,
    total,
)

JSON = Mapping[str, Any]
LINE_FIELDS: Final = ("title", "quantity", "price", "discount", "sku", "kind")
"""Columns of a list of orders that belong to its items; the others to the order."""
LISTS: Final[Mapping[ListKind, str]] = {
    "product": "products.csv", "customer": "customers.csv", "order": "orders.csv", "stock": "stock.csv",
    "measure": "measures.csv",
}  # fmt: skip
"""The plain list that an event of each kind has the fields of."""
_CURRENCY: Final = re.compile("[A-Z]{3}")
_FIELDS: Final = {kind: frozenset(column.field for column in COLUMNS[list]) for kind, list in LISTS.items()}


def read(topic: str, body: JSON) -> Reading:
    """What an event says. Raises Unreadable."""
    reader = _READERS.get(topic)
    if reader is None:
        raise Unreadable(f"its type is none of {', '.join(_READERS)}")
    return reader(part(body, "data"), body)


def _order(data: JSON, body: JSON) -> Reading:
    lines = parts(data, "lines")
    head = _row("order", {name: value for name, value in data.items() if name != "lines"}, without=LINE_FIELDS)
    items = [_row("order", line, only=LINE_FIELDS) for line in lines] or [dict.fromkeys(LINE_FIELDS, "")]
    key = head.get("id", "")
    rows = [{**head, **items[0]}, *({"id": key, **item} for item in items[1:])]
    return Reading(said=(Said("order", key, moment(body.get("timestamp")), rows),))


def _one_of(kind: ListKind) -> Callable[[JSON, JSON], Reading]:
    def read(data: JSON, body: JSON) -> Reading:
        row = _row(kind, data)
        named = next((row[name] for name in ("sku", "number", "email", "phone") if row.get(name)), "")
        key = named and f"{named}/{row.get('location', '')}"
        return Reading(said=(Said(kind, key, moment(body.get("timestamp")), [row]),))

    return read


def _measures(data: JSON, body: JSON) -> Reading:
    at, names = moment(body.get("timestamp")), sorted(_FIELDS["measure"] - {"value"})
    said: dict[str, list[RowFields]] = {}
    for each in parts(data, "rows"):
        row = _row("measure", each)
        # Two of the same go together, as in a list: that they differ is told there.
        said.setdefault("/".join(row.get(name, "").strip().casefold() for name in names), []).append(row)
    return Reading(said=tuple(Said("measure", key, at, rows) for key, rows in said.items()))


def _refund(data: JSON, _: JSON) -> Reading:
    _check_fields("refund", data, ("order", "id", "at", "amount", "currency"))
    amount, currency = total([data.get("amount")]), text(data.get("currency"))
    if amount.startswith("-"):
        raise Unreadable("a refund is below zero")
    if currency and not _CURRENCY.fullmatch(currency):
        raise Unreadable("the currency is no code such as USD")
    refund = GivenBack(text(data.get("order")), text(data.get("id")), moment(data.get("at")), amount, currency)
    if not (refund.order and refund.id):
        raise Unreadable("a refund has an order and an id")
    return Reading(refunds=(refund,))


def _erased(data: JSON, _: JSON) -> Reading:
    _check_fields("customer.erased", data, ("number", "email"))
    erased = Erased(text(data.get("number")), text(data.get("email")))
    if not (erased.number or erased.email):
        raise Unreadable("who is erased has a number or an e-mail")
    return Reading(erased=(erased,))


def _row(kind: ListKind, data: JSON, *, only: tuple[str, ...] = (), without: tuple[str, ...] = ()) -> dict[str, str]:
    _check_fields("a line" if only else kind, data, (frozenset(only) or _FIELDS[kind]) - frozenset(without))
    return {name: text(value) for name, value in data.items()}


def _check_fields(what: str, data: JSON, known: Collection[str]) -> None:
    if unknown := data.keys() - set(known):
        raise Unreadable(f"{what} has {len(unknown)} field(s) that are not known")


_READERS: Final[Mapping[str, Callable[[JSON, JSON], Reading]]] = {
    "order": _order,
    "refund": _refund,
    "customer": _one_of("customer"),
    "product": _one_of("product"),
    "stock": _one_of("stock"),
    "measures": _measures,
    "customer.erased": _erased,
}
TYPES: Final = tuple(_READERS)
"""What is read."""
