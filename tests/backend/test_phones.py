"""Phone numbers in E.164."""

from __future__ import annotations

import pytest

from sellmode_backend import phones
from sellmode_contract.kinds.customer import Address, Customer


@pytest.mark.parametrize(
    ("number", "country", "expected"),
    [
        ("+41 79 123 45 67", "", "+41791234567"),
        ("079 123 45 67", "CH", "+41791234567"),
        ("079 123 45 67", "ch", "+41791234567"),
        ("079 123 45 67", "", ""),
        ("079 123 45 67", "Schweiz", ""),
        ("12", "CH", ""),
        ("ask the concierge", "CH", ""),
    ],
)
def test_a_number_is_read_as_dialled_in_its_country(number: str, country: str, expected: str) -> None:
    assert phones.e164(number, country) == expected


def test_a_customers_phone_is_read_as_dialled_where_they_live() -> None:
    customer = Customer(id="c", phone="079 123 45 67", phone_e164="+10000000", address=Address(country="CH"))
    assert phones.with_e164(customer).phone_e164 == "+41791234567"
    assert phones.with_e164(Customer(id="c", phone="079 123 45 67", phone_e164="+10000000")).phone_e164 == ""
    assert phones.with_e164(Customer(id="c", phone_e164="+41791234567")).phone_e164 == ""
