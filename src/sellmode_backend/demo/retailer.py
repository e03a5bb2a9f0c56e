"""The demo's department store: its stores, people and own fields."""

from __future__ import annotations

import datetime as dt

from sellmode_backend.accounts.directory import new_account
from sellmode_backend.demo import pools
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.retailer import CustomField, Mode, Retailer, StoreEntry
from sellmode_contract.roles import Role, Work
from sellmode_contract.service_rules import WAYS, ServiceRules
from sellmode_contract.visibility import Account

CUSTOMERS = 2000
DAYS = 430
"""How far back the orders go."""
CURRENCY = "EUR"
SOURCE = "demo"

CUSTOM_FIELDS = (
    CustomField(
        name="pet",
        label="Pets",
        type="group",
        fields=(
            CustomField(name="name", label="Name", type="text"),
            CustomField(name="species", label="Species", type="choice", choices=pools.SPECIES),
            CustomField(name="birthday", label="Birthday", type="date"),
        ),
    ),
    CustomField(name="skin_type", label="Skin type", type="choice", choices=pools.SKIN_TYPES),
    CustomField(name="member_since", label="Member since", type="date"),
    CustomField(name="household", label="People at home", type="number"),
)

STORES = (
    StoreEntry(id=source_id("store", SOURCE, "damrak"), name="Amsterdam Damrak", time_zone="Europe/Amsterdam"),
    StoreEntry(id=source_id("store", SOURCE, "grafton"), name="Dublin Grafton", time_zone="Europe/Dublin"),
)

SERVICE = ServiceRules(ways=WAYS)
"""Its stores have no opening hours: whoever tries it does so at any time of day."""

STAFF: tuple[tuple[int, str, str, Role, Work], ...] = (
    (0, "mira", "Mira Vermeulen", "manager", "omnichannel"),
    (0, "jonas", "Jonas de Wit", "manager", "ecommerce"),
    (0, "anna", "Anna Kowalska", "associate", "omnichannel"),
    (0, "teun", "Teun Bakker", "associate", "omnichannel"),
    (0, "leyla", "Leyla Şahin", "associate", "omnichannel"),
    (0, "kofi", "Kofi Mensah", "associate", "ecommerce"),
    (0, "sunniva", "Sunniva Ødegård", "associate", "omnichannel"),
    (1, "orla", "Órla Ní Bhriain", "manager", "omnichannel"),
    (1, "cormac", "Cormac Walsh", "manager", "ecommerce"),
    (1, "priya", "Priya Nair", "associate", "omnichannel"),
    (1, "dara", "Dara O'Sullivan", "associate", "omnichannel"),
    (1, "hugo", "Hugo Lefèvre", "associate", "ecommerce"),
    (1, "mei", "Mei Tanaka", "associate", "omnichannel"),
)
"""Store, user name, name, role, kind of work."""

OFFICE: tuple[tuple[str, str], ...] = (("hanne", "Hanne Visser"),)
"""The head office's people, who lead all stores: user name, name."""

ANNA = "anna"
"""Who is signed in unless somebody else is asked for."""


def retailer(mode: Mode, today: dt.date) -> Retailer:
    """The retailer itself, whose stock was counted in the evening."""
    counted = dt.datetime.combine(today - dt.timedelta(days=1), dt.time(20), dt.UTC)
    return Retailer(
        id=source_id("retailer", SOURCE, "retailer"),
        name="Alder & Vale",
        mode=mode,
        currency=CURRENCY,
        time_zone=STORES[0].time_zone,
        stores=STORES,
        custom_fields=CUSTOM_FIELDS,
        stock_at=dict.fromkeys((store.id for store in STORES), counted),
    )


def staff() -> tuple[Account, ...]:
    """Those who work in a store."""
    return tuple(
        new_account(user_name=user_name, name=name, role=role, stores=[STORES[store].id], work=work, source=SOURCE)
        for store, user_name, name, role, work in STAFF
    )


def head_office() -> tuple[Account, ...]:
    """Those who lead all stores."""
    everywhere = [store.id for store in STORES]
    return tuple(
        new_account(user_name=user_name, name=name, role="head_office", stores=everywhere, source=SOURCE)
        for user_name, name in OFFICE
    )
