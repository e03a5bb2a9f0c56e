"""Synthetic customers by the hundred thousand, put into a cache in the same way as the backend's pages."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from itertools import accumulate, islice

import msgspec

from sellmode_contract.audiences import store_audience
from sellmode_contract.kinds.customer import Customer, Figures
from sellmode_contract.kinds.retailer import Retailer, StoreEntry
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.roles import ROLE_CAPABILITIES, Role
from sellmode_contract.visibility import Account, scope_name, scopes
from sellmode_contract.wire import Head, Lease, Put, Sweep, View
from sellmode_tui.cache.store import Cache

STORE = "0c1d6f3e-7c58-5a53-9a1c-6f1c5a3d0001"
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
PAGE = 5000

_SYLLABLES = tuple(f"{consonant}{vowel}" for consonant in "bcdfghjklmnprstvwz" for vowel in "aeiou")
_TIERS = ("", "", "bronze", "silver", "gold")
_CITIES = ("Zürich", "New York", "São Paulo", "Łódź", "Tokyo", "Paris", "Oslo", "Milano")
_TAGS = ("vip", "press", "beauty", "pets", "sale", "loyal", "new")


def _names(count: int, seed: int) -> list[str]:
    rng = random.Random(seed)
    return sorted(
        {"".join(rng.choice(_SYLLABLES) for _ in range(rng.choice((2, 2, 3, 4)))).title() for _ in range(count)}
    )


def account(role: Role = "associate") -> Account:
    """Whose cache it is: a person of the store that all the customers belong to."""
    return Account(
        id="a" * 36, user_name="e1", name="Ana Ruiz", role=role, stores=(STORE,),
        capabilities=frozenset(ROLE_CAPABILITIES[role]),
    )  # fmt: skip


def head(mode: str = "team") -> Head:
    """The first line of an answer to that account."""
    person = account()
    return Head(
        epoch="e1",
        view=View(mode=mode, account=person),
        scopes=tuple(sorted(scopes(mode, person))),
        now=NOW,
        lease=Lease(soft_s=604_800, hard_s=1_209_600),
        schema=(1, 1),
    )


def customers(count: int, seed: int = 1, staff: int = 20) -> Iterator[Customer]:
    """``count`` customers, whose names are spread as names are: few common ones, many rare ones."""
    rng = random.Random(seed)
    given, family = _names(6000, seed + 1), _names(6000, seed + 2)
    rng.shuffle(given)
    rng.shuffle(family)
    weights = list(accumulate(1 / (rank + 20) for rank in range(6000)))
    for _ in range(count):
        (first,) = rng.choices(given, cum_weights=weights[: len(given)])
        (last,) = rng.choices(family, cum_weights=weights[: len(family)])
        number = rng.randrange(10**8, 10**9)
        yield Customer(
            id=f"{rng.getrandbits(128):032x}",
            store=STORE,
            owner=f"{rng.randrange(staff):036d}" if rng.random() < 0.9 else None,
            number=f"C{number}",
            given_name=first,
            family_name=last,
            email=f"{first}.{last}{number % 1000}@example.com".lower(),
            phone=f"+41 {number // 10**7:02} {number // 10**4 % 1000:03} {number // 100 % 100:02} {number % 100:02}",
            phone_e164=f"+41{number}",
            tier=rng.choice(_TIERS),
            tags=tuple(rng.sample(_TAGS, rng.randrange(3))),
            created_at=NOW - dt.timedelta(days=rng.randrange(2000)),
            figures=Figures(
                orders=rng.randrange(20),
                units=rng.randrange(60),
                spend=rng.randrange(500_000),
                last_purchase=NOW - dt.timedelta(minutes=rng.randrange(1_000_000)) if rng.random() < 0.8 else None,
                last_contact=NOW - dt.timedelta(minutes=rng.randrange(1_000_000)) if rng.random() < 0.6 else None,
            ),
        )


def colleagues(seed: int = 1) -> list[Staff]:
    """The associates who own the customers."""
    return [
        Staff(id=f"{number:036d}", store=STORE, user_name=f"e{number}", name=name, role="associate")
        for number, name in enumerate(_names(40, seed + 3)[:20])
    ]


def pages(count: int, seed: int = 1) -> Iterator[list[Put]]:
    """The same as pages of a first sync of the store in Team Mode."""
    scope = scope_name("team", store_audience(STORE))
    encoder = msgspec.json.Encoder()
    puts = (
        Put(k="customer", id=customer.id, v=1, s=scope, g=1, d=msgspec.Raw(encoder.encode(customer)))
        for customer in customers(count, seed)
    )
    while page := list(islice(puts, PAGE)):
        yield page


def fill(cache: Cache, count: int, seed: int = 1) -> None:
    """Carry a first sync of ``count`` customers (with a retailer and 20 colleagues) through an empty cache."""
    cache.state()
    cache.accept(head(), at=NOW)
    scope = scope_name("team", store_audience(STORE))
    retailer = Retailer(
        id="r", name="Bench", mode="team", currency="CHF", time_zone="Europe/Zurich",
        stores=(StoreEntry(id=STORE, name="Zürich", time_zone="Europe/Zurich"),),
    )  # fmt: skip
    encode = msgspec.json.encode
    cache.apply(
        [
            Put(k="retailer", id="r", v=1, s="team/all", g=1, d=msgspec.Raw(encode(retailer))),
            *(Put(k="staff", id=one.id, v=1, s=scope, g=1, d=msgspec.Raw(encode(one))) for one in colleagues(seed)),
        ],
        "0",
    )
    for number, page in enumerate(pages(count, seed), 1):
        cache.apply(page, str(number))
    cache.apply([Sweep(s=scope, g=1), Sweep(s="team/all", g=1)], "end")
    cache.finish(at=NOW)
