"""The retailer's own fields of customers: defined, changed and removed, unless a customer or a rule needs what was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend.store import reading, records, settings
from sellmode_backend.store.settings import SettingError
from sellmode_contract import own_fields, text
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.retailer import CustomField, Retailer
from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_contract.mutations.customers import own_value
from sellmode_contract.refusals import Rejected
from sellmode_contract.rules import checking


def defined(connection: Connection, *, lock: bool = False) -> tuple[CustomField, ...]:
    """The fields that there are; with ``lock`` nobody else changes them meanwhile."""
    return retailer_of(connection, lock=lock).custom_fields


def add(connection: Connection, field: CustomField) -> None:
    """Define a field; ``pet.species`` is one of the group ``pet``. Raises SettingError."""
    group, _, key = field.name.partition(".")
    fields = list(retailer_of(connection, lock=True).custom_fields)
    if not key:
        define(connection, [*fields, field])
        return
    there = _place(fields, group)
    inner = msgspec.structs.replace(field, name=key)
    fields[there] = msgspec.structs.replace(fields[there], fields=(*fields[there].fields, inner))
    define(connection, fields)


def edit(connection: Connection, name: str, **changes: Any) -> None:
    """Change what is said of a field. Raises SettingError, also if a customer has a value that would not fit."""
    define(
        connection,
        with_change(
            retailer_of(connection, lock=True).custom_fields,
            name,
            lambda field: [msgspec.structs.replace(field, **changes)],
        ),
    )


def remove(connection: Connection, name: str) -> None:
    """Remove a field. Raises SettingError, also if a customer has a value in it."""
    define(connection, with_change(retailer_of(connection, lock=True).custom_fields, name, lambda _: []))


def with_change(fields: Sequence[CustomField], name: str, change: Any) -> list[CustomField]:
    """The fields with one changed, or with the fields that come of it."""
    group, _, key = name.partition(".")
    place = _place(fields, group)
    found = fields[place]
    if not key:
        return [*fields[:place], *change(found), *fields[place + 1 :]]
    inner = [found.key_of(field.name) for field in found.fields]
    if key not in inner:
        raise SettingError(f"the group {group!r} has no field {text.visible(key)!r}. It has: {', '.join(inner)}")
    at = inner.index(key)
    mine = (*found.fields[:at], *change(found.fields[at]), *found.fields[at + 1 :])
    return [*fields[:place], msgspec.structs.replace(found, fields=mine), *fields[place + 1 :]]


def _place(fields: Sequence[CustomField], name: str) -> int:
    names = [field.name for field in fields]
    if name not in names:
        known = ", ".join(names) or "none yet"
        raise SettingError(f"there is no field {text.visible(name)!r}. Fields: {known}")
    return names.index(name)


def define(connection: Connection, fields: Sequence[CustomField], *, dry_run: bool = False) -> None:
    """Put fields in place of all that there are, or only check them. Raises SettingError."""
    before = retailer_of(connection)
    after = msgspec.structs.replace(before, custom_fields=tuple(fields))
    try:
        own_fields.check(fields)
    except ValueError as error:
        raise SettingError(str(error)) from None
    if not dry_run:
        settings.change(connection, custom_fields=after.custom_fields)
    _refuse_lost_values(connection, before, after)
    _refuse_lost_rules(connection, before, after)


def _refuse_lost_values(connection: Connection, before: Retailer, after: Retailer) -> None:
    """Raise SettingError if customers have values that do not fit any more."""
    kept = {field.name: field for field in after.custom_fields}
    changed = [field.name for field in before.custom_fields if kept.get(field.name) != field]
    lost: dict[str, list[str]] = {}
    for customer in records.each(connection, "customer") if changed else ():
        for name in changed if isinstance(customer, Customer) else ():
            assert isinstance(customer, Customer)  # noqa: S101 -- for the type checker
            try:
                own_value(name, customer.custom.get(name), before)
            except Rejected:
                continue  # it did not fit before, either
            try:
                own_value(name, customer.custom.get(name), after)
            except Rejected as error:
                lost.setdefault(name, []).append(error.detail)
    for name, reasons in lost.items():
        count = f"{len(reasons):,} customer{'s' * (len(reasons) != 1)}"
        raise SettingError(f"{count} would have a value in {name!r} that does not fit: {reasons[0]}")


def _refuse_lost_rules(connection: Connection, before: Retailer, after: Retailer) -> None:
    """Raise SettingError if a rule that made sense makes none any more."""
    for _, rule in reading.each(connection, "task_rule", TaskRule):
        if rule is None or any(checking.problems(rule, before.custom_fields)):
            continue
        if problem := next(checking.problems(rule, after.custom_fields), None):
            raise SettingError(f"the rule {rule.slug!r} needs it: {problem.detail}")
        if lost := dates_of(before).intersection(rule.dates) - dates_of(after):
            raise SettingError(f"the rule {rule.slug!r} waits for the date {min(lost)!r}")


def dates_of(retailer: Retailer) -> set[str]:
    """The dates among the fields, as rules name them."""
    fields = retailer.custom_fields
    return {field.name for field in fields if field.type == "date"} | {
        f"{group.name}.{key}" for group in fields for key, field in group.parts.items() if field.type == "date"
    }


def retailer_of(connection: Connection, *, lock: bool = False) -> Retailer:
    """The retailer. Raises SettingError."""
    found = settings.retailer(connection, lock=lock)
    if found is None:
        raise SettingError("the database has no retailer yet")
    return found
