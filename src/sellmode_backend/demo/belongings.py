"""What belongs to the demo's customers: consents, dates, notes, contacts."""

from __future__ import annotations

import datetime as dt
import random
from zoneinfo import ZoneInfo

from sellmode_backend.demo import pools
from sellmode_backend.demo.retailer import SOURCE, STORES
from sellmode_backend.demo.shoppers import Shopper
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.consent import Consent, ConsentState
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.note import Note
from sellmode_contract.records import Record
from sellmode_contract.visibility import Account


def belongings_of(
    chance: random.Random, shopper: Shopper, accounts: tuple[Account, ...], today: dt.date
) -> list[Record]:
    customer = shopper.customer
    return [
        *_consents(chance, customer),
        *_dates(chance, customer, today),
        *_notes(chance, shopper, accounts, today),
        *_contacts(chance, shopper, accounts, today),
    ]


def _consents(chance: random.Random, customer: Customer) -> list[Record]:
    states: tuple[ConsentState, ...] = ("subscribed", "one_to_one", "unsubscribed")
    addresses = {"email": customer.email, "sms": customer.phone_e164, "phone": customer.phone_e164}
    consents: list[Record] = []
    for channel in ("email", "sms", "phone"):
        if addresses[channel]:
            state = chance.choices(states, (5, 4, 1))[0]
            consents.append(
                Consent(
                    id=source_id("consent", SOURCE, f"{customer.id}/{channel}"),
                    customer=customer.id,
                    channel=channel,
                    state=state,
                    changed_at=customer.created_at,
                    actor="customer" if state == "unsubscribed" else customer.owner or "web shop",
                    evidence="signed on the till" if state == "subscribed" else "",
                )
            )
    return consents


def _dates(chance: random.Random, customer: Customer, today: dt.date) -> list[Record]:
    """The customer's own birthday; their pets' are fields, which have a rule of their own."""
    dates: list[Record] = []
    if chance.random() < 0.6:
        born = today - dt.timedelta(days=chance.randrange(18 * 365, 82 * 365))
        dates.append(
            ImportantDate(
                id=source_id("date", SOURCE, f"{customer.id}/birthday"),
                customer=customer.id,
                label="birthday",
                month=born.month,
                day=born.day,
                year=born.year if chance.random() < 0.6 else None,
            )
        )
    return dates


def _moment(chance: random.Random, store: int, today: dt.date, days: int) -> dt.datetime:
    """An instant within the store's opening hours, one to ``days`` days ago."""
    day = today - dt.timedelta(days=chance.randrange(1, days))
    local = dt.datetime.combine(
        day, dt.time(chance.randrange(10, 19), chance.randrange(60)), ZoneInfo(STORES[store].time_zone)
    )
    return local.astimezone(dt.UTC)


def _notes(chance: random.Random, shopper: Shopper, accounts: tuple[Account, ...], today: dt.date) -> list[Record]:
    notes: list[Record] = []
    for number in range(chance.choice((0, 0, 0, 1, 1, 2)) if shopper.orders else 0):
        author = (
            shopper.customer.owner or chance.choice([a for a in accounts if a.stores == (shopper.customer.store,)]).id
        )
        notes.append(
            Note(
                id=source_id("note", SOURCE, f"{shopper.customer.id}/{number}"),
                customer=shopper.customer.id,
                author=author,
                written_at=_moment(chance, shopper.store, today, 300),
                text=chance.choice(pools.NOTES),
                private=chance.random() < 0.2,
            )
        )
    return notes


def _contacts(chance: random.Random, shopper: Shopper, accounts: tuple[Account, ...], today: dt.date) -> list[Record]:
    contacts: list[Record] = []
    for number in range(min(shopper.orders, chance.choice((0, 0, 1, 1, 2, 3)))):
        author = (
            shopper.customer.owner or chance.choice([a for a in accounts if a.stores == (shopper.customer.store,)]).id
        )
        contacts.append(
            Contact(
                id=source_id("contact", SOURCE, f"{shopper.customer.id}/{number}"),
                customer=shopper.customer.id,
                author=author,
                store=shopper.customer.store or "",
                at=_moment(chance, shopper.store, today, 240),
                channel=chance.choice(("call", "visit", "email", "sms")),
                inbound=chance.random() < 0.3,
                summary=chance.choice(pools.CALLS),
            )
        )
    return contacts
