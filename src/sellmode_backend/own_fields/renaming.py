"""A field gets another name, and what customers have in it goes with it: one change, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.importers import bases
from sellmode_backend.own_fields.changing import dates_of, retailer_of, with_change
from sellmode_backend.store import reading, records, schema, settings
from sellmode_backend.store.settings import SettingError
from sellmode_contract import filters, own_fields, text
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.retailer import CustomField, Retailer
from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_contract.rules import checking
from sellmode_contract.search import exact


class Renamed(NamedTuple):
    """What went with a name."""

    customers: int
    """Who have a value in the field."""
    rules: list[TaskRule]
    """Whose filter names the field: as they are now."""


def rename(connection: Connection, name: str, new: str) -> Renamed:
    """Give a field another name; ``pet.kind`` stays in its group. Raises SettingError.

    What people have saved on their terminals is theirs: a filter that names the field says that there is none.
    """
    before = retailer_of(connection, lock=True)
    if name.rpartition(".")[0] != new.rpartition(".")[0]:
        raise SettingError(f"{text.visible(name)!r} and {text.visible(new)!r} are not of the same group")
    key = new.rpartition(".")[2]
    fields = with_change(before.custom_fields, name, lambda field: [msgspec.structs.replace(field, name=key)])
    try:
        own_fields.check(fields)
    except ValueError as error:
        raise SettingError(str(error)) from None
    after = msgspec.structs.replace(before, custom_fields=tuple(fields))
    rules = _rules(connection, before, after, name, new)
    # Whatever is locked comes before the first record is written.
    customers = _customers(connection, before.custom_fields, name, new)
    _rename_imported(connection, name, new)
    settings.change(connection, custom_fields=after.custom_fields)
    records.write(connection, [*rules, *customers])
    return Renamed(len(customers), rules)


def _rules(connection: Connection, before: Retailer, after: Retailer, name: str, new: str) -> list[TaskRule]:
    """The rules whose filter names the field, with its new name."""
    old_fields = filters.fields_of(before.custom_fields)
    lost = {exact(path) for path in dates_of(before) - dates_of(after)}
    changed = []
    for _, rule in reading.each(connection, "task_rule", TaskRule):
        if rule is None or any(checking.problems(rule, before.custom_fields)):
            continue
        if waits := [date for date in rule.dates if exact(date) in lost]:
            raise SettingError(
                f"the rule {rule.slug!r} waits for the date {waits[0]!r}, and knows by that name what it has made"
            )
        tree = filters.parse(rule.audience, old_fields)
        if (renamed := _renamed(tree, name, new)) == tree:
            continue
        rule = msgspec.structs.replace(rule, audience=filters.unparse(renamed))  # noqa: PLW2901 -- the same one
        if problem := next(checking.problems(rule, after.custom_fields), None):
            raise SettingError(f"the rule {rule.slug!r} names it: {problem.detail}")
        changed.append(rule)
    return changed


def _renamed(tree: filters.Node, name: str, new: str) -> filters.Node:
    match tree:
        case filters.And(items=items) | filters.Or(items=items):
            return msgspec.structs.replace(tree, items=tuple(_renamed(item, name, new) for item in items))
        case filters.Not(item=item):
            return filters.Not(_renamed(item, name, new))
        case filters.Comparison(field=field) if field == name or field.startswith(f"{name}."):
            return msgspec.structs.replace(tree, field=f"{new}{field.removeprefix(name)}")
        case _:
            return tree


def _customers(connection: Connection, fields: Sequence[CustomField], name: str, new: str) -> list[Customer]:
    """Who have a value in the field, with it under the new name."""
    group, _, key = name.partition(".")
    having = [
        customer.id
        for customer in records.each(connection, "customer")
        if isinstance(customer, Customer) and {group, new}.intersection(customer.custom)
    ]
    defined = next(field for field in fields if field.name == group)
    found = records.read_many(connection, "customer", having, lock=True)
    there = [customer for customer in found if isinstance(customer, Customer)]
    moved = []
    for customer in there:
        if key:
            custom = {**customer.custom, group: _with_key(defined, customer.custom[group], key, new.rpartition(".")[2])}
        elif new in customer.custom:
            who = text.visible(customer.number or customer.id)
            raise SettingError(f"a customer ({who}) has a value in {new!r} from before: it would be lost")
        else:
            custom = {new if entry == name else entry: value for entry, value in customer.custom.items()}
        sources, edited = (
            {f"custom.{new}" if entry == f"custom.{name}" else entry: told for entry, told in of_fields.items()}
            for of_fields in (customer.sources, customer.edited)
        )
        moved.append(msgspec.structs.replace(customer, custom=custom, sources=sources, edited=edited))
    return [after for before, after in zip(there, moved, strict=True) if before != after]


def _with_key(group: CustomField, entries: Any, key: str, new: str) -> Any:
    if not isinstance(entries, list):
        return entries
    return [
        {new if group.key_of(name) == key else name: value for name, value in entry.items()}
        if isinstance(entry, Mapping)
        else entry
        for entry in entries
    ]


def _rename_imported(connection: Connection, name: str, new: str) -> None:
    """What was imported last is compared with the next import under the new name."""
    rows = connection.execute(
        sa.select(schema.imported.c.id, schema.imported.c.fields).where(schema.imported.c.kind == "customer")
    )
    old = f"custom.{name}"
    moved = {
        id: {f"custom.{new}" if field == old else field: value for field, value in fields.items()}
        for id, fields in rows
        if old in fields
    }
    bases.write(connection, "customer", moved)
