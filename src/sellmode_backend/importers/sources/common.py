"""What files of several sources have in common: customers, items of orders, and how variants are known."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sellmode_backend import phones
from sellmode_backend.importers import values
from sellmode_backend.importers.plain_text import plain
from sellmode_backend.importers.reading import Row
from sellmode_backend.importers.rows import CustomerRow
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.order import OrderLine
from sellmode_contract.search import numbers_in

MAX_IMAGES = 10
"""Pictures of a product. Every terminal has all of them for each variant."""


def customer(
    row: Row, number: str, owner_tag: values.TagPattern, store_tag: values.TagPattern, *, known_by_phone: bool
) -> CustomerRow:
    """Read a customer of the fields that `sources.shopify.CUSTOMERS` has, without the consents.

    ``known_by_phone`` says whether ``phone`` is the customer's own. Raises UnusableRow for one who is known by nothing.
    """
    has = row.table.has
    usable = values.those_usable(
        row,
        email=lambda: values.email(row, "email"),
        phone=lambda: values.key(row, "phone"),
        address_phone=lambda: values.key(row, "address_phone"),
    )
    country = row["country"].strip()
    written, at_address = usable.get("phone", ""), usable.get("address_phone", "")
    email, own_phones = usable.get("email", ""), values.phone_keys(written if known_by_phone else "", country)
    phone = own_phones[0] if own_phones else ""
    given, family = values.name(row["given_name"]), values.name(row["family_name"])
    shown = written or at_address
    (main, *_), odd = numbers_in(shown)
    person = "/".join((values.phone_key(shown, country), given.casefold(), family.casefold())) if shown else ""
    if not (number or email or phone or person):
        raise row.unusable("number" if has("number") else "email", "is empty, and so is all else to know by")
    owners, stores, tags = values.owners_and_stores(row["tags"], owner_tag, store_tag)
    named = has("tags")
    fields: dict[str, Any] = {
        "number": number,
        "given_name": given,
        "family_name": family,
        "address": _address(row, country),
        "tags": tags,
        "note": row["note"],
    }
    if "email" in usable:
        fields["email"] = email
    if "phone" in usable and "address_phone" in usable:
        fields["phone"] = [shown, phones.e164(main, country) if main else ""]
    said = {name: value for name, value in fields.items() if has("address1" if name == "address" else name)}
    return CustomerRow(
        row,
        number,
        email,
        phone,
        person,
        said,
        owners if named else None,
        stores if named else None,
        more_phones=tuple(own_phones[1:]),
        odd_phone=bool(odd),
    )


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


class SharedSkus:
    """The variant that is known by each SKU: where several share one, the first in order of text.

    The others are known by what tells them apart, so that it does not matter in which order they come.
    """

    def __init__(self) -> None:
        self._holders: dict[str, str] = {}

    def look(self, row: Row, variant: str) -> None:
        """Take a row's variant into account."""
        if sku := values.identifier(row["sku"]):
            self._holders[sku] = min(self._holders.get(sku, variant), variant)

    def key(self, sku: str, variant: str) -> str:
        """By what a variant is known: its SKU, or if another one is known by that, what tells it apart."""
        return sku if sku and self._holders.get(sku, variant) == variant else variant_key(variant)


def variant_key(variant: str) -> str:
    """By what a variant is known that has no SKU for itself."""
    return f"variant:{variant}"


def style_id(source: str, key: str) -> str:
    """Id of a style, by what its source calls it."""
    return source_id("style", source, key) if key else ""


def pictures(urls: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Pictures by address and words, each once, as JSON has them: no more than `MAX_IMAGES`."""
    words: dict[str, str] = {}
    for url, alt in urls:
        if url:
            words[url] = words.get(url) or alt
    found = list(words.items())[:MAX_IMAGES]
    return [{"url": url, "alt": alt} if alt else {"url": url} for url, alt in found]


def options(named: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Options by name and value, and what tells the variant in one line, as JSON has them."""
    there = [(name, value) for name, value in named if value]
    return {
        "options": [{"name": name, "value": value} if name else {"value": value} for name, value in there],
        "variant": " / ".join(value for _, value in there),
    }


def described(row: Row, field: str, html: str) -> str:
    """A description in HTML, that was read from a field, as plain text."""
    return values.within(row, field, _plain(html), values.MAX_DESCRIPTION)


_plain = lru_cache(maxsize=1)(plain)
"""The variants of a style, which stand together, have one description."""


def order_line(row: Row, currency: str) -> OrderLine | None:
    """The item of a row of an order, by the fields of a layout; None if the row only opens its order."""
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
