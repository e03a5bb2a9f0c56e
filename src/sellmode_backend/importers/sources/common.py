"""What the files of all sources have in common: a customer by the fields of a layout, whichever its headers are."""

from __future__ import annotations

from typing import Any

from sellmode_backend import phones
from sellmode_backend.importers import values
from sellmode_backend.importers.reading import Row
from sellmode_backend.importers.rows import CustomerRow


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
    email, phone = usable.get("email", ""), values.phone_key(written if known_by_phone else "", country)
    given, family = values.name(row["given_name"]), values.name(row["family_name"])
    shown = written or at_address
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
        fields["phone"] = [shown, phones.e164(values.first_phone(shown), country) if shown else ""]
    said = {name: value for name, value in fields.items() if has("address1" if name == "address" else name)}
    return CustomerRow(row, number, email, phone, person, said, owners if named else None, stores if named else None)


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
