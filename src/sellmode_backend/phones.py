"""Phone numbers in the one form in which they can be compared."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from sellmode_contract.kinds.customer import Customer
from sellmode_contract.search import numbers_in

_REGION = re.compile("[A-Z]{2}")
_FORMER_MEXICAN_MOBILE = re.compile(r"^\s*\+?52[\s-]*1[\s-]*(?=(?:\d[\s-]*){10}$)")
"""Mobile numbers of Mexico had a 1 after the country's code until 2019, and many systems have it still."""


@lru_cache(maxsize=4096)
def e164(number: str, country: str) -> str:
    """A phone number in E.164, as dialled in a country (ISO 3166-1 alpha-2) if that is known; empty if it is none."""
    import phonenumbers  # 20 MB of tables that most commands do not need

    region = country.upper() if _REGION.fullmatch(country.upper()) else None
    try:
        parsed = phonenumbers.parse(_FORMER_MEXICAN_MOBILE.sub("+52", number), region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(parsed):
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def numbers(written: str, country: str) -> list[str]:
    """The numbers of one field, each in E.164 if it can be read so, else as it is written; the main one first."""
    return [e164(number, country) or number for number in numbers_in(written)[0] if number]


def with_e164(customer: Customer) -> Customer:
    """A customer whose phone, as somebody wrote it, has its E.164 form, as dialled in the country of their address."""
    country = customer.address.country if customer.address else ""
    read = e164(numbers_in(customer.phone)[0][0], country) if customer.phone else ""
    return customer if read == customer.phone_e164 else msgspec.structs.replace(customer, phone_e164=read)
