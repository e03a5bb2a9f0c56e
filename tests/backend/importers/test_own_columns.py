"""Columns of customers that are the retailer's own fields, or dates to remember."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from sellmode_backend.store import records, settings
from sellmode_backend.store.database import Database
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.retailer import CustomField
from tests.backend.importers.exports import Export, Record, customer

_BORN = "Birth date (customer.metafields.facts.birth_date)"
_FIELDS = (
    CustomField(name="skin", label="Skin type", type="choice", choices=("dry", "oily"), metafield="facts.skin_type"),
    CustomField(name="shoe", label="Shoe size", type="number"),
    CustomField(name="member_since", label="Member", type="date"),
    CustomField(name="motto", label="Motto", type="text"),
    CustomField(name="pet", label="Pets", type="group"),
)


def row(**more: str) -> Record:
    return customer("1") | more


def born(text: str) -> Record:
    return row(**{_BORN: text})


def held(database: Database) -> dict[str, Any]:
    with database.snapshot() as connection:
        (found,) = (one for one in records.each(connection, "customer") if isinstance(one, Customer))
    return found.custom


def dates(database: Database) -> list[ImportantDate]:
    with database.snapshot() as connection:
        return [one for one in records.each(connection, "date") if isinstance(one, ImportantDate)]


def birthdays(database: Database) -> list[tuple[int | None, int, int]]:
    return [(one.year, one.month, one.day) for one in dates(database) if one.label == "birthday"]


@pytest.mark.parametrize(
    ("header", "text", "comes_to"),
    [
        ("Anything (customer.metafields.facts.skin_type)", "dry", {"skin": "dry"}),
        ("Skin type (customer.metafields.custom.other)", "'oily", {"skin": "oily"}),
        ("skin", "dry", {"skin": "dry"}),
        ("Skin Type", "wet", {}),
        ("Shoe (customer.metafields.custom.shoe)", "'38.5", {"shoe": 38.5}),
        ("Member", "'2020-05-02", {"member_since": "2020-05-02"}),
        ("Since (customer.metafields.facts.member-since)", "2020-05-02T00:00:00Z", {"member_since": "2020-05-02"}),
        ("Motto", "'t is fine", {"motto": "'t is fine"}),
        ("Motto", "'=1+1", {"motto": "=1+1"}),
        ("Pets", "Rex", {}),
    ],
)
def test_a_column_is_a_field_by_its_metafield_label_or_name(
    database: Database, export: Export, header: str, text: str, comes_to: dict[str, Any]
) -> None:
    with database.transaction() as connection:
        settings.change(connection, custom_fields=_FIELDS)
    export.staff().customers(row(**{header: text})).load(database)
    assert held(database) == comes_to


def test_a_birth_date_is_the_birthday_and_stays_as_people_have_it(database: Database, export: Export) -> None:
    export.staff().customers(born("'1990-05-02")).load(database)
    assert birthdays(database) == [(1990, 5, 2)]
    (date,) = dates(database)
    with database.transaction() as connection:
        records.write(connection, [msgspec.structs.replace(date, day=3)])
    export.load(database)
    assert birthdays(database) == [(1990, 5, 3)], "the file says what it said before"
    export.customers(born("1990-05-04")).load(database)
    assert birthdays(database) == [(1990, 5, 4)]
    export.customers(born("")).load(database)
    assert birthdays(database) == []
    export.customers(born("1990-05-04")).load(database)
    with database.transaction() as connection:
        records.write(connection, [], removed=[("date", dates(database)[0].id)])
    export.load(database)
    assert birthdays(database) == [], "what people removed stays removed"


def test_a_birthday_that_people_wrote_is_not_doubled(database: Database, export: Export) -> None:
    export.staff().customers(row()).load(database)
    with database.transaction() as connection:
        (found,) = records.each(connection, "customer")
        records.write(connection, [ImportantDate(id="d", customer=found.id, label="birthday", month=5, day=1)])
    export.customers(born("")).load(database)
    assert birthdays(database) == [(None, 5, 1)]
    export.customers(born("1990-05-02")).load(database)
    assert birthdays(database) == [(1990, 5, 2)]


@pytest.mark.parametrize("text", ["2.5.1990", "1790-01-01", "2090-01-01", "soon"])
def test_a_day_that_is_none_costs_itself_only(database: Database, export: Export, text: str) -> None:
    export.staff().customers(born(text)).load(database)
    assert [row["Sellmode Column"] for row in export.rejected()] == [_BORN]
    assert len(held(database)) == len(birthdays(database)) == 0
