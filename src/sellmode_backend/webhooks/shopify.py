"""Shopify's events, as rows of its exports.

Sources: Shopify's documentation of webhooks and of the resources that they carry (API 2024 to 2026).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from sellmode_backend.webhooks.said import (
    Erased,
    GivenBack,
    Named,
    Reading,
    RowFields,
    Said,
    moment,
    part,
    parts,
    text,
    total,
)

JSON = Mapping[str, Any]
Names = Callable[[str, str], str]
"""What a number stands for, by kind; empty if that is not known."""

_CLICKED = re.compile(r"^\s*sellmode\s*$", re.IGNORECASE)


def read(topic: str, body: JSON, names: Names) -> Reading:
    """What an event says. Raises Unreadable."""
    reader = _READERS.get(topic)
    return reader(body, names) if reader else Reading()


def _order(body: JSON, names: Names) -> Reading:
    key, updated = text(body["id"]), moment(body.get("updated_at") or body["created_at"])
    refunds = tuple(_refund(refund, key) for refund in parts(body, "refunds"))
    lines = parts(body, "line_items")
    first, *more = [_line(line) for line in lines] or [{}]
    head = _head(body, names)
    known = tuple(refund for refund in refunds if refund.amount)
    of_order = [refund.amount for refund in known if refund.currency in ("", head["currency"])]
    head["refunded"] = total(of_order)
    rows = [{**head, **first}, *({"id": key, "number": head["number"], **line} for line in more)]
    return Reading(said=(Said("order", key, updated, rows),), refunds=known)


def _head(body: JSON, names: Names) -> dict[str, str]:
    customer = part(body, "customer")
    attributes = [f"{text(each.get('name'))}: {text(each.get('value'))}" for each in parts(body, "note_attributes")]
    if customer.get("id") and not any(each.casefold().startswith("customer:") for each in attributes):
        attributes.append(f"customer: {text(customer['id'])}")
    if (clicked := _click(text(body.get("landing_site")))) and not any(
        _CLICKED.match(each.partition(":")[0]) for each in attributes
    ):
        attributes.append(f"sellmode: {clicked}")
    gateways = body.get("payment_gateway_names")
    method = ", ".join(map(text, gateways)) if isinstance(gateways, list) else text(body.get("gateway"))
    return {
        "id": text(body["id"]),
        "number": text(body.get("name")) or text(body["id"]),
        "email": text(body.get("email")) or text(customer.get("email")),
        "phone": text(body.get("phone")),
        "currency": text(body.get("currency")),
        "total": text(body.get("total_price")),
        "placed_at": text(body.get("created_at")),
        "cancelled_at": text(body.get("cancelled_at")),
        "financial_status": text(body.get("financial_status")),
        "payment_method": f"{method} (for testing)" if body.get("test") else method,
        "billing_country": text(part(body, "billing_address").get("country_code")),
        "shipping_country": text(part(body, "shipping_address").get("country_code")),
        "note_attributes": "\n".join(attributes),
        "employee": names("user", text(body.get("user_id"))),
        "location": names("location", text(body.get("location_id"))),
        "source": text(body.get("source_name")),
    }


def _line(line: JSON) -> RowFields:
    return {
        "title": text(line.get("name")) or text(line.get("title")),
        "quantity": text(line.get("quantity")),
        "price": text(line.get("price")),
        "discount": text(line.get("total_discount")),
        "sku": text(line.get("sku")),
    }


def _click(landing_site: str) -> str:
    """What the link ended in by which the customer came, if it was one of ours."""
    try:
        asked = parse_qs(urlsplit(landing_site).query)
    except ValueError:
        return ""
    return asked.get("utm_content", [""])[0] if asked.get("utm_source") == ["sellmode"] else ""


def _refund(refund: JSON, order: str) -> GivenBack:
    """What was really paid back: its transactions that have gone through."""
    paid = [
        each
        for each in parts(refund, "transactions")
        if each.get("kind") == "refund" and each.get("status") == "success"
    ]
    amount = total(each.get("amount") for each in paid)
    currency = next((text(each["currency"]) for each in paid if each.get("currency")), "")
    return GivenBack(order, text(refund["id"]), moment(refund["created_at"]), amount, currency)


def _refunded(body: JSON, _: Names) -> Reading:
    refund = _refund(body, text(body["order_id"]))
    return Reading(refunds=(refund,) if refund.amount else ())


def _customer(body: JSON, _: Names) -> Reading:
    address = part(body, "default_address")
    consents = {
        "email_consent": _agreed(body, "email_marketing_consent", "accepts_marketing"),
        "sms_consent": _agreed(body, "sms_marketing_consent", ""),
    }
    row = {
        "number": text(body["id"]),
        "given_name": text(body.get("first_name")),
        "family_name": text(body.get("last_name")),
        "email": text(body.get("email")),
        "phone": text(body.get("phone")),
        "address_phone": text(address.get("phone")),
        "company": text(address.get("company")),
        "address1": text(address.get("address1")),
        "address2": text(address.get("address2")),
        "city": text(address.get("city")),
        "province": text(address.get("province_code")),
        "postcode": text(address.get("zip")),
        "country": text(address.get("country_code")),
        "tags": text(body.get("tags")),
        "note": text(body.get("note")),
        **{field: said for field, said in consents.items() if said},
    }
    return Reading(said=(Said("customer", row["number"], moment(body["updated_at"]), [row]),))


def _agreed(body: JSON, field: str, older: str) -> str:
    state = part(body, field).get("state")
    if state is None and older:
        return text(body.get(older)) if isinstance(body.get(older), bool) else ""
    return "yes" if state == "subscribed" else "no"


def _product(body: JSON, _: Names) -> Reading:
    handle = text(body.get("handle"))
    names = [text(option.get("name")) for option in parts(body, "options")] + [""] * 3
    shared = {
        "handle": handle,
        "title": text(body.get("title")),
        "description": text(body.get("body_html")),
        "vendor": text(body.get("vendor")),
        "type": text(body.get("product_type")),
        "tags": text(body.get("tags")),
        "status": text(body.get("status")) or "active",
        "published": "true" if body.get("published_at") else "false",
        **{f"option{place}_name": names[place - 1] for place in (1, 2, 3)},
    }
    variants = parts(body, "variants")
    rows = [
        {
            **(shared if first else {"handle": handle}),
            **{f"option{place}": text(variant.get(f"option{place}")) for place in (1, 2, 3)},
            "sku": text(variant.get("sku")),
            "price": text(variant.get("price")),
            "compare_at": text(variant.get("compare_at_price")),
            "barcode": text(variant.get("barcode")),
        }
        for variant, first in zip(variants, [True, *[False] * len(variants)], strict=False)
    ]
    pictures = [
        {
            "handle": handle,
            "image": text(image.get("src")),
            "image_place": text(image.get("position")),
            "image_alt": text(image.get("alt")),
        }
        for image in parts(body, "images")
    ]
    numbers = tuple(
        Named("inventory_item", text(variant["inventory_item_id"]), text(variant["sku"]))
        for variant in variants
        if variant.get("inventory_item_id") and variant.get("sku")
    )
    said = Said("product", text(body["id"]), moment(body["updated_at"]), [*rows, *pictures])
    return Reading(said=(said,) if rows else (), names=numbers)


def _stock(body: JSON, names: Names) -> Reading:
    item, place = text(body["inventory_item_id"]), text(body["location_id"])
    sku, location = names("inventory_item", item), names("location", place)
    missing = [what for what, name in (("product", sku), ("location", location)) if not name]
    if missing:
        return Reading(asks=f"stock of a {' and '.join(missing)} whose number has no name yet")
    row = {"handle": "", "title": "", "sku": sku, "location": location, "available": text(body.get("available"))}
    return Reading(said=(Said("stock", f"{item}/{place}", moment(body["updated_at"]), [row]),))


def _location(body: JSON, _: Names) -> Reading:
    return Reading(names=(Named("location", text(body["id"]), text(body["name"])),))


def _redact(body: JSON, _: Names) -> Reading:
    customer = part(body, "customer")
    return Reading(erased=(Erased(text(customer.get("id")), text(customer.get("email"))),))


def _asked(body: JSON, _: Names) -> Reading:
    number = text(part(body, "customer").get("id"))
    return Reading(asks=f"customer {number[:20]} asks what is known of them: `sellmode-backend export`, and send it")


def _gone(_: JSON, __: Names) -> Reading:
    return Reading(asks="the shop has removed Sellmode and asks that its data is deleted")


_READERS: Final[Mapping[str, Callable[[JSON, Names], Reading]]] = {
    **dict.fromkeys(
        [f"orders/{what}" for what in ("create", "updated", "paid", "partially_fulfilled", "fulfilled", "cancelled")],
        _order,
    ),
    "refunds/create": _refunded,
    **dict.fromkeys([f"customers/{what}" for what in ("create", "update", "enable", "disable")], _customer),
    **dict.fromkeys(["products/create", "products/update"], _product),
    **dict.fromkeys(["inventory_levels/update", "inventory_levels/connect"], _stock),
    **dict.fromkeys(["locations/create", "locations/update"], _location),
    "customers/redact": _redact,
    "customers/data_request": _asked,
    "shop/redact": _gone,
}
TOPICS: Final = tuple(_READERS)
"""What is read; other topics are taken and left alone."""
