"""The demo's customers, and how each buys."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

from sellmode_backend.demo import pools
from sellmode_backend.demo.retailer import SOURCE, STORES
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.customer import Address, Customer, CustomValue
from sellmode_contract.search import fold
from sellmode_contract.visibility import Account


@dataclass(frozen=True)
class Shopper:
    """How a customer buys."""

    customer: Customer
    store: int
    orders: int
    online: float
    """Share of orders placed online."""
    departments: tuple[str, ...]


def shopper(chance: random.Random, number: int, accounts: tuple[Account, ...], today: dt.date) -> Shopper:
    language = chance.choices(pools.LANGUAGES, [language.weight for language in pools.LANGUAGES])[0]
    given, family = chance.choice(language.given), chance.choice(language.family)
    if chance.random() < 0.02:
        family = f"{family}-{chance.choice(language.family)}"
    store = 0 if chance.random() < 0.55 else 1
    orders = min(60, int(chance.paretovariate(0.9)) + chance.choice((0, 0, 1, 2)))
    if chance.random() < 0.06:
        orders = 0
    associates = [account for account in accounts if account.stores == (STORES[store].id,)]
    owner = chance.choice(associates).id if chance.random() < 0.93 else None
    phone = _phone(chance, store)
    joined = today - dt.timedelta(days=chance.randrange(20, 2400))
    tags = tuple(sorted({chance.choice(pools.TAGS) for _ in range(chance.choice((0, 0, 1, 1, 2)))}))
    tier = "gold" if orders >= 14 else "silver" if orders >= 6 else "bronze" if orders >= 2 else ""
    if orders >= 20:
        tags = (*tags, "vip")
    customer = Customer(
        id=source_id("customer", SOURCE, str(number)),
        store=STORES[store].id,
        owner=owner,
        number=f"AV-{number:05d}",
        given_name=given,
        family_name=family,
        email=_email(chance, language, given, family, number),
        phone=phone,
        phone_e164=phone.replace(" ", ""),
        address=_address(chance, store),
        language=language.code,
        tier=tier,
        tags=tags,
        sizes=_sizes(chance),
        preferences=tuple(chance.sample(pools.PREFERENCES, chance.choice((0, 0, 1, 1, 2)))),
        preferred_channel=chance.choice((None, None, "email", "sms", "phone")),
        custom=_custom(chance, today, joined),
        sources={"email": "web shop", "phone": "till"} if chance.random() < 0.5 else {},
        created_at=dt.datetime.combine(joined, dt.time(11), dt.UTC),
    )
    departments = tuple(chance.sample(("fashion", "beauty", "pets"), chance.choice((1, 2, 2, 3))))
    if "pet" in customer.custom and "pets" not in departments:
        departments = (*departments, "pets")
    return Shopper(customer, store, orders, chance.choice((0.0, 0.1, 0.3, 0.5, 0.9)), departments)


def _email(chance: random.Random, language: pools.Language, given: str, family: str, number: int) -> str:
    """An address in a reserved domain; about one customer in eight gave none."""
    if chance.random() < 0.12:
        return ""
    name = (
        f"{fold(given)}.{fold(family)}".replace(" ", "") if language.ascii else chance.choice(("shop", "post", "hello"))
    )
    return f"{name}{number}@{chance.choice(('example.com', 'example.org', 'example.net'))}"


def _phone(chance: random.Random, store: int) -> str:
    """A number from the ranges that regulators keep for fiction; about one customer in six gave none."""
    if chance.random() < 0.16:
        return ""
    if chance.random() < 0.2:
        return f"+44 7700 900{chance.randrange(1000):03d}"
    if store:
        return f"+353 20 91{chance.randrange(10):d} {chance.randrange(10000):04d}"
    return f"+33 6 39 98 {chance.randrange(100):02d} {chance.randrange(100):02d}"


def _address(chance: random.Random, store: int) -> Address | None:
    if chance.random() < 0.3:
        return None
    town, country = (("Amsterdam", "NL"), ("Dublin", "IE"))[store]
    postcode = (
        f"{chance.randrange(1011, 1099)} AB"
        if store == 0
        else f"D0{chance.randrange(1, 9)} X{chance.randrange(100, 999)}"
    )
    return Address(
        lines=(f"{chance.choice(pools.STREETS)} {chance.randrange(1, 240)}",),
        city=town,
        postcode=postcode,
        country=country,
    )


def _sizes(chance: random.Random) -> dict[str, str]:
    sizes = {}
    if chance.random() < 0.5:
        sizes["top"] = chance.choice(("XS", "S", "M", "L", "XL"))
    if chance.random() < 0.4:
        sizes["shoe"] = str(chance.randrange(36, 46))
    if chance.random() < 0.2:
        sizes["ring"] = str(chance.randrange(48, 62))
    return sizes


def _custom(chance: random.Random, today: dt.date, joined: dt.date) -> dict[str, CustomValue]:
    custom: dict[str, CustomValue] = {"member_since": joined.isoformat()}
    if chance.random() < 0.35:
        custom["pet"] = [
            {
                "name": chance.choice(pools.PET_NAMES),
                "species": chance.choices(pools.SPECIES, (10, 12, 3, 2, 2))[0],
                "birthday": (today - dt.timedelta(days=chance.randrange(60, 5000))).isoformat(),
            }
            for _ in range(chance.choice((1, 1, 1, 2)))
        ]
    if chance.random() < 0.4:
        custom["skin_type"] = chance.choice(pools.SKIN_TYPES)
    if chance.random() < 0.3:
        custom["household"] = chance.randrange(1, 6)
    return custom
