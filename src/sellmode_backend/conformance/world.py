"""The world that a backend is given before it is checked: a retailer, its people with passwords, and records.

It is one JSON document (docs/conformance.md). ``standard`` makes the one that the checks are written for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

import msgspec

from sellmode_contract import visibility
from sellmode_contract.documents import as_json
from sellmode_contract.ids import source_id
from sellmode_contract.kinds import KINDS, kind_of
from sellmode_contract.kinds.consent import Consent
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.corporate_brief import CorporateBrief
from sellmode_contract.kinds.corporate_task import CorporateTask
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.dispute import Dispute
from sellmode_contract.kinds.duplicate_pair import DuplicatePair
from sellmode_contract.kinds.fact import Fact
from sellmode_contract.kinds.history import HistoryEntry
from sellmode_contract.kinds.lookbook import CorporateLook, Lookbook, LookbookResult
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.order import Order, OrderLine
from sellmode_contract.kinds.parked_edit import ParkedEdit
from sellmode_contract.kinds.person_setting import PersonSetting
from sellmode_contract.kinds.pick_list import PickList
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.request import Request
from sellmode_contract.kinds.retailer import Mode, Retailer, StoreEntry
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.kinds.sale import CreditedSale
from sellmode_contract.kinds.sale_notice import SaleNotice
from sellmode_contract.kinds.sent_lookbook import SentLookbook
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.kinds.storefront import Storefront
from sellmode_contract.kinds.target import Target, target_id
from sellmode_contract.kinds.task_rule import TaskRule, task_rule_id
from sellmode_contract.kinds.wish import Wish
from sellmode_contract.records import Record, parent_of
from sellmode_contract.roles import ROLE_CAPABILITIES, Role
from sellmode_contract.visibility import Account

FORMAT = 1
PASSWORD = "quiet harbour counts 41 gulls"  # noqa: S105 # of people who do not exist, in a world made for checks
CUSTOMERS = 700
"""Of Ada, whose first sync does not fit into one page."""
NORTH, SOUTH = "north", "south"
NOON = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)

DERIVED: dict[str, frozenset[str]] = {
    "customer": frozenset({"figures", "phone_e164"}),
    "customer_card": frozenset({"last_contact", "waiting"}),
    "request": frozenset({"claimed_by"}),
}
"""Fields that a backend works out by itself or that checks change, by kind: what a world says of them is not compared.
"""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody with an account, and the password that opens it."""

    account: Account
    password: str

    def __repr__(self) -> str:
        return f"Person({self.account.user_name!r})"


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A record: its kind, and its document."""

    k: str
    d: dict[str, Any]


class World(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A retailer at one moment. Whoever is disabled has ``active`` false in their account."""

    format: int = FORMAT
    retailer: Retailer
    people: tuple[Person, ...]
    records: tuple[Kept, ...]
    """Customers stand before what belongs to them. Staff, cards and the retailer follow from the rest."""

    def person(self, user_name: str) -> Person:
        """Somebody by their user name."""
        return next(person for person in self.people if person.account.user_name == user_name)

    @cached_property
    def given(self) -> tuple[Record, ...]:
        """The records, read."""
        return tuple(msgspec.convert(kept.d, KINDS[kept.k].record) for kept in self.records)

    @cached_property
    def all(self) -> tuple[Record, ...]:
        """The records with all that follows from them and from the accounts."""
        staff = (_staff(person.account) for person in self.people)
        cards = (card for record in self.given for card in visibility.cards(record))
        return (self.retailer, *staff, *self.given, *cards)

    def seen_by(self, account: Account) -> Iterator[tuple[Record, bool]]:
        """Every record, and whether an account may see it."""
        customers = {record.id: record for record in self.given if isinstance(record, Customer)}
        for record in self.all:
            tags = visibility.tags(record, customers.get(parent_of(record) or ""))
            yield record, visibility.visible(self.retailer.mode, account, tags)


def read(text: bytes) -> World:
    """A world of a file. Raises ValueError with what is wrong with it."""
    try:
        world = msgspec.json.decode(text, type=World)
        _ = world.given
    except (msgspec.MsgspecError, UnicodeDecodeError, KeyError) as error:
        raise ValueError(f"this is no world: {error}") from None
    if world.format != FORMAT:
        raise ValueError(f"this world has the format {world.format}, not {FORMAT}")
    names = {person.account.user_name for person in world.people}
    if missing := sorted(NEEDED - names):
        raise ValueError(f"in this world these people are missing: {', '.join(missing)}")
    return world


# ------------------------------------------------------------------ the standard world


def _account(user_name: str, role: Role, *stores: str, active: bool = True) -> Account:
    return Account(
        id=_id("staff", user_name),
        user_name=user_name,
        name=user_name.capitalize(),
        role=role,
        stores=stores,
        capabilities=ROLE_CAPABILITIES[role],
        active=active,
    )


def _id(kind: str, name: str) -> str:
    return source_id(kind, "conformance", name)


_ADA, _BEN, _MIA = (
    _account("ada", "associate", NORTH),
    _account("ben", "associate", NORTH),
    _account("mia", "manager", NORTH),
)
_CLEO, _HANNA = _account("cleo", "associate", SOUTH), _account("hanna", "head_office", NORTH, SOUTH)
_DORA = _account("dora", "associate", NORTH, active=False)
_PEOPLE = (_ADA, _BEN, _MIA, _CLEO, _HANNA, _DORA)
NEEDED = frozenset(account.user_name for account in _PEOPLE)
"""User names that the checks go by."""


def standard(mode: Mode = "associate", customers: int = CUSTOMERS) -> World:
    """The world that the checks are written for, always the same: records of every kind, of which each sees some."""
    zones = {NORTH: "Europe/London", SOUTH: "UTC"}
    retailer = Retailer(
        id=source_id("retailer", "sellmode", "retailer"),
        name="Conformance",
        mode=mode,
        currency="EUR",
        time_zone="UTC",
        stores=tuple(StoreEntry(id=id, name=id.capitalize(), time_zone=zone) for id, zone in zones.items()),
    )
    people = tuple(Person(account=account, password=PASSWORD) for account in _PEOPLE)
    records = tuple(Kept(k=kind_of(record), d=as_json(record)) for record in _records(customers))
    return World(retailer=retailer, people=people, records=records)


def _records(customers: int) -> Iterator[Record]:
    for number in range(3):
        sku = f"SKU-{number}"
        yield Product(id=_id("product", sku), sku=sku, title=f"Scarf {number}", price=1990, currency="EUR")
    yield from _customers_of(_ADA, NORTH, customers)
    yield from _customers_of(_BEN, NORTH, 4)
    yield from _customers_of(None, NORTH, 3)
    yield from _customers_of(_CLEO, SOUTH, 3)
    for account in (_ADA, _BEN, _MIA, _CLEO):
        yield from _work_of(account, account.stores[0])
    yield from _of_stores()


def _customers_of(owner: Account | None, store: str, count: int) -> Iterator[Record]:
    name = owner.user_name if owner else f"nobody-{store}"
    for number in range(count):
        key = f"{name}-{number:04}"
        customer = Customer(
            id=_id("customer", key),
            store=store,
            owner=owner.id if owner else None,
            number=key,
            given_name="Zoë",
            family_name=f"Line \u2028 {key}",
            email=f"{key}@example.com",
            tags=("vip",) if number % 3 == 0 else (),
        )
        yield customer
        yield Note(id=_id("note", key), customer=customer.id, written_at=NOON, text=f"About {key}.")
        if number == 0:
            yield from _belongings(customer, owner, key)


def _belongings(customer: Customer, owner: Account | None, key: str) -> Iterable[Record]:
    """One of each kind that belongs to a customer, and a private note of a colleague."""
    line = OrderLine(title="Scarf", amount=1990, quantity=1, price=1990)
    yield Order(
        id=_id("order", key), customer=customer.id, number=key, placed_at=NOON, currency="EUR", total=1990,
        channel="store", store=customer.store, lines=(line,),
    )  # fmt: skip
    yield Consent(
        id=source_id("consent", "sellmode", f"{customer.id}/email"), customer=customer.id, channel="email",
        state="unsubscribed", changed_at=NOON,
    )  # fmt: skip
    yield ImportantDate(id=_id("date", key), customer=customer.id, label="birthday", month=3, day=14)
    yield Contact(id=_id("contact", key), customer=customer.id, at=NOON, channel="call", summary="Asked for blue.")
    yield HistoryEntry(id=_id("history", key), customer=customer.id, at=NOON, event="assigned", subject=customer.owner)
    yield Wish(id=_id("wish", key), customer=customer.id, sku="SC-1", wished_at=NOON, note="In blue.")
    yield SentLookbook(id=_id("sent_lookbook", key), customer=customer.id, at=NOON, title="For you")
    for author in filter(None, (owner, _BEN)):
        text, id = f"Only for {author.name}.", _id("note", f"{key}-private-{author.user_name}")
        yield Note(id=id, customer=customer.id, author=author.id, written_at=NOON, text=text, private=True)
    yield ParkedEdit(
        id=_id("parked_edit", key), customer=customer.id, author=_MIA.id, at=NOON,
        operation={"op": "edit", "kind": "customer", "id": customer.id, "set": {"language": "fr"}},
    )  # fmt: skip
    yield RuleTask(
        id=_id("rule_task", key), customer=customer.id, store=customer.store or "", title="Say thanks", state="done",
        done_by=_BEN.id, done_at=NOON,
    )  # fmt: skip


def _work_of(account: Account, store: str) -> Iterable[Record]:
    """One of each kind that belongs to somebody."""
    key, me = account.user_name, account.id
    yield ManualTask(
        id=_id("manual_task", key), store=store, creator=me, title=f"{account.name}'s own", created_at=NOON
    )
    yield ManualTask(
        id=_id("manual_task", f"{key}-given"), store=store, creator=_MIA.id, assignee=me, title="Given", created_at=NOON
    )
    yield CorporateTask(
        id=_id("corporate_task", key), store=store, person=me, title="Window", state="done", done_by=me, done_at=NOON
    )
    yield Lookbook(id=_id("lookbook", key), store=store, author=me, form="my_look", title=f"{account.name}'s look")
    yield LookbookResult(id=_id("lookbook_result", key), store=store, author=me, lookbook=_id("lookbook", key))
    yield PickList(id=_id("pick_list", key), store=store, owner=me, title=f"{account.name}'s picks")
    yield Storefront(id=_id("storefront", key), store=store, owner=me, title=f"{account.name}'s page")
    yield Fact(id=_id("fact", key), store=store, person=me)
    yield SaleNotice(id=_id("sale_notice", key), store=store, person=me)
    yield Dispute(id=_id("dispute", key), store=store, author=me, reason="The customer asked for me.")
    yield _target(store, me)
    yield PersonSetting(id=_id("person_setting", key), store=store, person=me)


def _of_stores() -> Iterable[Record]:
    """One of each kind that belongs to a store, or to the retailer."""
    for store, person in ((NORTH, _ADA), (SOUTH, _CLEO)):
        yield Request(id=_id("request", store), store=store)
        # By e-mail: who is away keeps a chat for some seconds only.
        yield Request(id=_id("request", f"{store}-reserved"), store=store, way="email", wanted=person.id, reserved=True)
        yield Fact(id=_id("fact", store), store=store)
        yield _target(store, None)
        yield CreditedSale(id=_id("sale", store), store=store)
        yield PickList(id=_id("pick_list", store), store=store, title="New in")
        yield Storefront(id=_id("storefront", store), store=store, title="Our page")
        yield _rule(store)
        pair = (_id("customer", f"nobody-{store}-0000"), _id("customer", f"nobody-{store}-0001"))
        yield DuplicatePair(
            id=source_id("duplicate_pair", "sellmode", "|".join(sorted(pair))),
            store=store,
            customers=pair,
            dismissed=True,
        )
    yield _rule(None)
    yield CorporateLook(id=_id("corporate_look", "window"), title="Window", created_at=NOON)
    yield CorporateBrief(id=_id("corporate_brief", "window"), title="Window", created_at=NOON, withdrawn=True)


def _target(store: str, person: str | None) -> Target:
    id = target_id(store, person, "outreach", "2026-11")
    return Target(id=id, store=store, person=person, kpi="outreach", month="2026-11", value=40)


def _rule(store: str | None) -> TaskRule:
    return TaskRule(
        id=task_rule_id(store, "kit"), slug="kit", store=store, name="Kit", enabled=False, trigger="new_customer",
        title="Welcome",
    )  # fmt: skip


def _staff(account: Account) -> Staff:
    return Staff(
        id=account.id,
        store=min(account.stores),
        user_name=account.user_name,
        name=account.name,
        role=account.role,
        active=account.active,
    )
