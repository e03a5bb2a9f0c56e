"""Two numbers in one phone field are two phones, and nothing of the field is lost."""

from __future__ import annotations

import msgspec
import pytest

from sellmode_backend.importers import customers, orders
from sellmode_backend.store.database import Database
from sellmode_contract.search import keys_of, numbers_in, parse_query
from tests.backend.importers.exports import ORDER, Export, customer
from tests.backend.importers.test_import import LATER, edit, one_customer, order_of

MAIN, MORE = "(202) 555-0123", "(202) 555-0199"


@pytest.mark.parametrize("between", [" / ", "/", "; ", ";", ", ", " or ", " oder ", " ou ", "\n", " | "])
def test_orders_and_searches_find_the_customer_by_either_number(
    database: Database, export: Export, between: str
) -> None:
    written = f"{MAIN}{between}{MORE}"
    export.staff().customers(customer("25", Phone=written, Email=""), customer("26"))
    export.orders(
        ORDER | {"Email": "", "Phone": "'+12025550199"},
        ORDER | {"Id": "2", "Name": "#2", "Email": "", "Phone": "'+12025550123"},
    )
    assert export.load(database).open.keys().isdisjoint({orders.UNMATCHED, customers.ODD_PHONE})
    found = one_customer(database)
    assert (found.phone, found.phone_e164) == (written.strip(), "+12025550123")
    assert [order_of(database, key).customer for key in ("1001", "2")] == [found.id, found.id]
    for typed in ("5550123", "2025550199", "+1 202 555 0123"):
        assert parse_query(typed).matches(keys_of(found)), typed


def test_the_second_number_still_finds_them_when_people_have_corrected_the_phone(
    database: Database, export: Export
) -> None:
    export.staff().customers(customer("25", Phone=f"{MAIN} / {MORE}"))
    export.load(database)
    edit(database, msgspec.structs.replace(one_customer(database), phone="", phone_e164=""))
    export.orders(ORDER | {"Email": "", "Phone": "'+12025550199"})
    export.load(database, now=LATER)
    assert order_of(database, "1001").customer == one_customer(database).id


def test_what_is_no_number_is_told_with_its_line_and_kept(database: Database, export: Export) -> None:
    export.staff().customers(
        customer("24", Phone=f"{MAIN} / {MORE}"),
        customer("25", Phone=f"{MAIN} / 019"),
        customer("26", Phone="(202) 555-0126, ext 12"),
    )
    asked = export.load(database).open[customers.ODD_PHONE]
    assert [example.partition(" of ")[0] for example in asked.examples] == ["line 3"]
    assert (one_customer(database).phone, one_customer(database).phone_e164) == (f"{MAIN} / 019", "+12025550123")


@pytest.mark.parametrize(
    ("written", "numbers", "rest"),
    [
        ("06 12 34 / 06 99 88", ["06 12 34", "06 99 88"], []),
        ("030/1234567", ["030/1234567"], []),
        ("030/1234567 or 030/7654321", ["030/1234567", "030/7654321"], []),
        ("06,12,34,56,78", ["06,12,34,56,78"], []),
        ("+31 6 12345678 en +31 6 12345679", ["+31 6 12345678", "+31 6 12345679"], []),
        ("040-123456 / 78", ["040-123456"], ["78"]),
        ("040-123456, ext 12", ["040-123456"], []),
        ("040-123456 or ask", ["040-123456"], []),
        ("ask at the desk, ext. 12", ["ask at the desk, ext. 12"], []),
        ("n/a", ["n/a"], []),
        ("", [""], []),
        ("/;", ["/;"], []),
    ],
)
def test_which_numbers_a_field_has(written: str, numbers: list[str], rest: list[str]) -> None:
    assert numbers_in(written) == (numbers, rest)
