"""Which fields of a customer people may write, and what may stand in them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, Final, Literal, get_args

import msgspec

from sellmode_contract import text
from sellmode_contract.documents import as_json
from sellmode_contract.kinds.consent import Channel
from sellmode_contract.kinds.customer import CUSTOMER, Address, Customer
from sellmode_contract.kinds.fields import Elements, Text
from sellmode_contract.kinds.retailer import CustomField, Retailer
from sellmode_contract.refusals import Rejected
from sellmode_contract.translatable import Translatable, marked

EDITABLE_FIELDS = ("given_name", "family_name", "email", "phone", "address", "language", "preferred_channel")
"""Plain fields; besides them the entries of ``sizes`` and ``custom``."""
MERGED_FIELDS = (*EDITABLE_FIELDS, "number", "tier")
"""What a merge can take from either of two customers."""
EDITABLE_SETS = ("tags", "preferences")
MAPS = ("sizes", "custom")

MAX_LENGTHS: dict[str, int] = {
    **{field.name: field.longest for field in CUSTOMER.fields if isinstance(field, Text | Elements)},
    "sizes": 60,
    "custom": 2000,
}
"""Characters that a field, or an element of one, may have."""
MAX_ELEMENTS = 100
"""Tags, preferences, sizes, or entries of a group, at most."""
MAX_ADDRESS = 500
"""Characters of an address in all."""

EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
"""What an e-mail address looks like."""
_PHONE = re.compile(r"\+?[\d\s()./\u2010-\u2015-]+(?:(?:ext\.?|x|#)\s*\d{1,8})?", re.IGNORECASE)
"""Digits, what groups them, and an extension."""
_MIN_PHONE_DIGITS = 5
_NO_PHONE = marked("Not a valid phone number; try +31 20 123 4567.")
_E164 = re.compile(r"\+[1-9][0-9]{7,14}")
_NAME_OF_ENTRY = re.compile(r"[^.\x00-\x1f\x7f]{1,40}")


def check_text(value: str, field: str, longest: int) -> str:
    """A text that may be stored. Raises Rejected."""
    try:
        text.refuse(value, field)
    except text.UnstorableText as error:
        raise Rejected("invalid", Translatable("{why}.", why=Translatable.said(error)), field=field) from None
    if len(value) > longest:
        raise Rejected(
            "invalid",
            Translatable(
                "{field} has {number} characters; at most {longest} are allowed.",
                field=field,
                number=len(value),
                longest=longest,
            ),
            field=field,
        )
    return value


def current_value(customer: Customer, path: str) -> Any:
    """What a customer has in a field that may be set, as JSON has it; None for nothing."""
    name, _, entry = path.partition(".")
    value = getattr(customer, name)
    if entry:
        value = value.get(entry)
    return as_json(value) or None if not isinstance(value, bool) else value


def with_value(customer: Customer, path: str, value: Any, retailer: Retailer | None) -> Customer:
    """A customer with a field set; None or what says nothing takes its value away. Raises Rejected.

    A phone loses its E.164 form unless it is written in it; the backend makes it anew. What somebody wrote by hand has
    no source any more.
    """
    name, dot, entry = path.partition(".")
    sources = {field: source for field, source in customer.sources.items() if field != path}
    if name in MAPS and dot:
        before: dict[str, Any] = getattr(customer, name)
        entries = {key: held for key, held in before.items() if key != entry}
        checked = _size(entry, value) if name == "sizes" else own_value(entry, value, retailer)
        if checked is not None:
            entries[entry] = checked
        if len(entries) > max(MAX_ELEMENTS, len(before)):  # a merge or an import may have brought more
            raise Rejected(
                "invalid",
                Translatable("There can be at most {most} {name}.", most=MAX_ELEMENTS, name=name),
                field=path,
            )
        return msgspec.structs.replace(customer, sources=sources, **{name: entries})
    if name not in EDITABLE_FIELDS or dot:
        raise Rejected("invalid", "This field of a customer cannot be edited.", field=path)
    if name == "address":
        return msgspec.structs.replace(customer, sources=sources, address=_address(value))
    if value is not None and not isinstance(value, str):
        raise Rejected("invalid", Translatable("{name} has to be text.", name=name), field=path)
    written = check_text((value or "").strip(), name, MAX_LENGTHS.get(name, 40))
    changes: dict[str, Any] = {name: written}
    if name == "email" and written and not EMAIL.fullmatch(written):
        raise Rejected("invalid", "Not a valid e-mail address; try name@example.com.", field=path)
    if name == "phone":
        digits = sum(character.isdecimal() for character in written)
        if written and (digits < _MIN_PHONE_DIGITS or not _PHONE.fullmatch(written)):
            raise Rejected("invalid", _NO_PHONE, field=path)
        plain = re.sub(r"[\s()./-]", "", written)
        changes["phone_e164"] = plain if _E164.fullmatch(plain) else ""
    if name == "preferred_channel":
        if written and written not in get_args(Channel):
            raise Rejected(
                "invalid",
                Translatable("A preferred channel is one of {choices}.", choices=", ".join(get_args(Channel))),
                field=path,
            )
        changes[name] = written or None
    return msgspec.structs.replace(customer, sources=sources, **changes)


def with_elements(customer: Customer, name: str, add: tuple[str, ...], remove: tuple[str, ...]) -> Customer:
    """A customer with elements of a set added and removed. Raises Rejected."""
    if name not in EDITABLE_SETS:
        raise Rejected("invalid", "This field of a customer is not a set.", field=name)
    new = [check_text(element.strip(), name, MAX_LENGTHS[name]) for element in add]
    if not all(new):
        raise Rejected("invalid", Translatable("An empty text is not allowed in {name}.", name=name), field=name)
    held: tuple[str, ...] = getattr(customer, name)
    elements = tuple(dict.fromkeys([*(element for element in held if element not in remove), *new]))
    if len(elements) > max(MAX_ELEMENTS, len(held)):
        raise Rejected(
            "invalid",
            Translatable("There can be at most {most} {name}.", most=MAX_ELEMENTS, name=name),
            field=name,
        )
    return msgspec.structs.replace(customer, **{name: elements})


def check_somebody(customer: Customer) -> Customer:
    """A customer must be findable by something. Raises Rejected."""
    if not customer.name.strip():
        raise Rejected("invalid", "A customer needs a name, an e-mail address or a phone number.")
    return customer


def _size(entry: str, value: Any) -> str | None:
    _check_entry("sizes", entry)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise Rejected("invalid", "A size has to be text.", field=f"sizes.{entry}")
    return check_text(value.strip(), f"sizes.{entry}", MAX_LENGTHS["sizes"]) or None


def _check_entry(name: str, entry: str) -> None:
    try:
        text.refuse(entry, name)
    except text.UnstorableText as error:
        raise Rejected("invalid", Translatable("{why}.", why=Translatable.said(error)), field=name) from None
    if not _NAME_OF_ENTRY.fullmatch(entry):
        raise Rejected(
            "invalid", Translatable("Names of {name} have 1 to 40 characters and no dot.", name=name), field=name
        )


def _address(value: Any) -> Address | None:
    if value is None:
        return None
    try:
        address = msgspec.convert(value, Address)
    except msgspec.ValidationError:
        raise Rejected(
            "invalid", "Not a valid address: its parts are texts, its lines a list.", field="address"
        ) from None
    parts = [address.company, *address.lines, address.city, address.province, address.postcode, address.country]
    check_text("\n".join(parts), "address", MAX_ADDRESS)
    return address if any(parts) else None


def own_value(entry: str, value: Any, retailer: Retailer | None) -> Any:
    """A value of one of the retailer's own fields, if it fits; None for an empty one. Raises Rejected."""
    _check_entry("custom", entry)
    defined = next((field for field in (retailer.custom_fields if retailer else ()) if field.name == entry), None)
    if value is None or value in ("", []):
        return None  # also for a field that is no longer defined: its last value can be taken away
    if defined is None:
        raise Rejected("invalid", "There is no such custom field.", field=f"custom.{entry}")
    if defined.type != "group":
        return _custom_value(defined, value, f"custom.{entry}")
    if not isinstance(value, list) or len(value) > MAX_ELEMENTS:
        raise Rejected(
            "invalid",
            (
                Translatable(
                    "{label} has to be a list of at most {most}.",
                    label=defined.label,
                    most=MAX_ELEMENTS,
                )
            ),
            field=f"custom.{entry}",
        )
    return [group for item in value if (group := _group(defined, item, f"custom.{entry}"))]


def _group(defined: CustomField, item: Any, where: str) -> dict[str, Any]:
    if not isinstance(item, Mapping):
        raise Rejected("invalid", Translatable("Each entry of {label} needs fields.", label=defined.label), field=where)
    fields, given = defined.parts, {defined.key_of(name): value for name, value in item.items()}
    if unknown := given.keys() - fields.keys():
        raise Rejected(
            "invalid",
            Translatable("{label} has no such field.", label=defined.label),
            field=f"{where}.{min(unknown)}"[:100],
        )
    return {
        name: _custom_value(fields[name], value, f"{where}.{name}")
        for name, value in given.items()
        if value is not None and value != ""
    }


_CustomType = Literal["text", "number", "date", "choice", "group"]


def _custom_value(defined: CustomField, value: Any, where: str) -> Any:
    kind: _CustomType = defined.type
    if kind == "number":
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value or abs(value) > 1e15:  # noqa: PLR0124 -- NaN
            raise Rejected("invalid", Translatable("{label} has to be a number.", label=defined.label), field=where)
        return float(value)
    if not isinstance(value, str):
        raise Rejected("invalid", Translatable("{label} has to be text.", label=defined.label), field=where)
    check_text(value, where, MAX_LENGTHS["custom"])
    if kind == "choice" and value not in defined.choices:
        raise Rejected(
            "invalid",
            Translatable(
                "{label} has to be one of {choices}.", label=defined.label, choices=", ".join(defined.choices)
            ),
            field=where,
        )
    if kind == "date":
        try:
            dt.date.fromisoformat(value)
        except ValueError:
            raise Rejected(
                "invalid",
                Translatable("{label} has to be a date such as 2026-03-14.", label=defined.label),
                field=where,
            ) from None
    if kind == "group":
        raise Rejected(
            "invalid", Translatable("{label} cannot be inside another group.", label=defined.label), field=where
        )
    return value
