"""Random retailers and what happens to them, and who may see what in them, said plainly.

Every proof of visibility draws its worlds here and compares what it looks at (what the backend sends, what a cache
shows) with ``sees``, which knows nothing of tags, audiences or scopes.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import msgspec
from hypothesis import strategies as st

from sellmode_contract import visibility
from sellmode_contract.ids import source_id
from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.chat_line import ChatLine
from sellmode_contract.kinds.consent import Consent
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.corporate_brief import BriefCard, CorporateBrief
from sellmode_contract.kinds.corporate_task import CorporateTask
from sellmode_contract.kinds.customer import Customer, CustomerCard
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.dispute import Dispute, DisputeCard
from sellmode_contract.kinds.duplicate_pair import DuplicatePair
from sellmode_contract.kinds.fact import Fact, FactCard
from sellmode_contract.kinds.history import HistoryEntry
from sellmode_contract.kinds.lookbook import CorporateLook, Lookbook, LookbookResult
from sellmode_contract.kinds.manual_task import ManualTask, TaskCard
from sellmode_contract.kinds.message_template import MessageTemplate
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.order import Order
from sellmode_contract.kinds.parked_edit import ParkedEdit
from sellmode_contract.kinds.person_setting import PersonSetting
from sellmode_contract.kinds.pick_list import PickList
from sellmode_contract.kinds.presence import Presence
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.request import Request, Talk
from sellmode_contract.kinds.retailer import Retailer, StoreEntry
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.kinds.sale import CreditedSale
from sellmode_contract.kinds.sale_notice import SaleNotice
from sellmode_contract.kinds.sent_lookbook import SentLookbook
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.kinds.stock import Stock
from sellmode_contract.kinds.storefront import Storefront
from sellmode_contract.kinds.target import Target, TargetCard
from sellmode_contract.kinds.task import Task
from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_contract.kinds.wish import Wish
from sellmode_contract.records import Record, parent_of
from sellmode_contract.roles import ROLE_CAPABILITIES
from sellmode_contract.visibility import Account

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
RETAILER = source_id("retailer", "sellmode", "retailer")
"""The id of the one retailer record, as in a backend's database."""


def world_id(kind: str, number: int) -> str:
    """The id of the ``number``-th thing of a kind."""
    return source_id(kind, "world", str(number))


@dataclasses.dataclass(frozen=True)
class World:
    """A retailer at one moment."""

    mode: str
    """May be one that nobody knows."""
    stores: tuple[str, ...]
    accounts: tuple[Account, ...]
    records: tuple[Record, ...]
    """Customers come before what belongs to them. Cards of customers are not among them: see ``with_cards``."""

    @cached_property
    def customers(self) -> tuple[Customer, ...]:
        return tuple(record for record in self.records if isinstance(record, Customer))

    def customer_of(self, record: Record) -> Customer | None:
        """The customer that a record belongs to."""
        wanted = parent_of(record)
        return next((customer for customer in self.customers if customer.id == wanted), None)

    @cached_property
    def with_cards(self) -> tuple[Record, ...]:
        """All records, those included that the contract makes of others."""
        return (*self.records, *(card for record in self.records for card in visibility.cards(record)))


# ------------------------------------------------------------------ who may see what


def sees(world: World, account: Account, record: Record) -> bool:  # noqa: C901, PLR0911, PLR0912 -- one rule a kind
    """Whether an account may see a record: the retailer's rules as a person would tell them, kind by kind."""
    if world.mode not in ("associate", "team"):
        return False
    if not account.active or account.role not in ("associate", "manager", "regional", "head_office"):
        return False
    in_one_store = account.role in ("associate", "manager")
    if len(account.stores) == 0 or (in_one_store and len(account.stores) != 1):
        return False

    # Reading like the team is a matter of the mode, or of a permission that few have.
    as_team = world.mode == "team" or "read_profiles" in account.capabilities
    customer = record if isinstance(record, Customer) else world.customer_of(record)

    def works_in(store: str | None) -> bool:
        return in_one_store and store in account.stores

    def leads(store: str | None) -> bool:
        return account.role != "associate" and store in account.stores

    def i_am(person: str | None, store: str | None) -> bool:
        return person == account.id and works_in(store)

    def sees_customer() -> bool:
        if customer is None or customer.store is None:
            return False
        if as_team:
            return works_in(customer.store)
        if customer.owner is None:
            return leads(customer.store)
        return i_am(customer.owner, customer.store)

    match record:
        case Retailer() | Product() | Stock() | CorporateBrief() | CorporateLook():
            return True
        case TaskRule():
            return record.store is None or works_in(record.store)
        case Staff() | Presence():
            return works_in(record.store)
        case Note(private=True):
            # Mine alone; when my customer is given to somebody else, Associate Mode takes the note from me too.
            mine = customer is not None and i_am(record.author, customer.store)
            return mine and (as_team or (customer is not None and customer.owner == account.id))
        case (
            Customer()
            | Order()
            | Consent()
            | ImportantDate()
            | Note()
            | Contact()
            | HistoryEntry()
            | SentLookbook()
            | Wish()
        ):
            return sees_customer()
        case ManualTask():
            if as_team:
                return works_in(record.store)
            return i_am(record.creator if record.assignee is None else record.assignee, record.store)
        case RuleTask():
            if record.done_by is None:
                return sees_customer()
            return works_in(record.store) if as_team else i_am(record.done_by, record.store)
        case CorporateTask():
            return works_in(record.store) if as_team else i_am(record.person, record.store)
        case Request():
            if not as_team and record.reserved and record.wanted is not None:
                return i_am(record.wanted, record.store)
            return works_in(record.store)
        case Talk() | ChatLine():
            return works_in(record.store) if as_team else i_am(record.holder, record.store)
        case MessageTemplate(reach="retailer"):
            return True
        case MessageTemplate(reach="store"):
            return works_in(record.store)
        case MessageTemplate():
            return i_am(record.author, record.store)
        case Lookbook() | LookbookResult():
            return works_in(record.store) if as_team else i_am(record.author, record.store)
        case PickList(owner=None) | Storefront(owner=None) if not as_team:
            return leads(record.store)
        case PickList() | Storefront():
            return works_in(record.store) if as_team else i_am(record.owner, record.store)
        case Fact(person=None) | CreditedSale() | Dispute():
            return works_in(record.store) if as_team else leads(record.store)
        case FactCard():
            return leads(record.store) and as_team == (record.person is None)
        case Fact():
            return leads(record.store) if as_team else i_am(record.person, record.store)
        case SaleNotice():
            return not as_team and i_am(record.person, record.store)
        case DisputeCard():
            return not as_team and i_am(record.author, record.store)
        case ParkedEdit():
            return sees_customer() and (as_team or (customer is not None and customer.owner is not None))
        case PersonSetting():
            return i_am(record.person, record.store)
        case CustomerCard():
            return not as_team and customer is not None and leads(customer.store)
        case TaskCard():
            return not as_team and leads(record.store)
        case TargetCard(person=None):
            return as_team and works_in(record.store)
        case TargetCard():
            return not as_team and i_am(record.person, record.store)
        case BriefCard() | DuplicatePair() | Target():
            return leads(record.store)
    raise AssertionError(f"no rule for {record!r}")


# ------------------------------------------------------------------ worlds


# Sizes and the mode are drawn by Hypothesis; the rest is chance from a drawn seed, which is far quicker, so that each
# world can hold every kind.


def _account(chance: random.Random, number: int, stores: tuple[str, ...]) -> Account:
    role = chance.choice(["associate"] * 4 + ["manager"] * 2 + ["regional", "head_office", "janitor"])
    some = tuple(sorted(chance.sample(stores, chance.randint(0, len(stores)))))
    usual = ROLE_CAPABILITIES.get(role, frozenset())  # type: ignore[call-overload]  # any role
    return Account(
        id=world_id("staff", number),
        user_name=f"user-{number}",
        name=f"User {number}",
        role=role,
        stores=some if role in ("regional", "head_office") or chance.random() < 0.1 else (chance.choice(stores),),
        capabilities=usual | {"read_profiles"} if chance.random() < 0.2 else usual,
        active=chance.random() < 0.85,
    )


def _staff(account: Account) -> list[Record]:
    return [
        Staff(
            id=account.id,
            store=store,
            user_name=account.user_name,
            name=account.name,
            role=account.role,
            active=account.active,
        )
        for store in account.stores[:1]
    ]


def _customer(chance: random.Random, number: int, stores: tuple[str, ...], people: list[str]) -> Customer:
    return Customer(
        id=world_id("customer", number),
        store=chance.choice([*stores, *stores, None]),
        owner=chance.choice([*people, None]),
        given_name=f"Customer {number}",
        email=f"c{number}@example.com",
    )


_OF_ANYBODY = ("manual_task", "lookbook", "request", "talk", "chat_line")
"""Kinds whose records may belong to no customer."""
_MADE_OF_OTHERS = ("retailer", "staff", "customer", "customer_card")


@dataclasses.dataclass(frozen=True)
class _Names:
    """What the records of a world may name."""

    stores: tuple[str, ...]
    people: list[str]
    """Accounts, and somebody who is none."""
    customers: list[str]


def _record(chance: random.Random, kind: str, number: int, names: _Names) -> Record | None:
    """A record of a kind; None for what needs a customer where there is none."""
    anybody = [*names.people, None, None]
    authors = [*names.people, None] if kind in ("note", "contact", "sent_lookbook", "wish") else names.people
    customers = [*names.customers, None] if kind in _OF_ANYBODY else names.customers
    stores: Sequence[str | None] = [*names.stores, None] if kind == "task_rule" else names.stores
    decides: dict[str, Sequence[Any]] = {
        # What was done for customers is added up in their store's facts, which are records that no world knows of.
        "store": [""] if kind in ("contact", "sent_lookbook") else stores,
        "customer": customers,
        "author": authors,
        "creator": names.people,
        "owner": anybody,
        "person": anybody if kind in ("fact", "fact_card", "target", "target_card") else names.people,
        "assignee": names.people if kind == "task_card" else anybody,
        "done_by": anybody,
        "wanted": anybody,
        "claimed_by": anybody,
        "holder": anybody,
        "by": names.people,
        "reach": ("own", "store", "retailer"),
        "meant_for": anybody,
        "due_at": [None, *(NOON + dt.timedelta(hours=hours) for hours in (-30, -1, 0, 1, 12, 13, 24 * 3, 24 * 30))],
        "expires_at": [None, None, *(NOON + dt.timedelta(hours=hours) for hours in (-1, 0, 1))],
        "done_at": [None, NOON],
        "private": (True, False),
        "reserved": (True, False),
        "channel": {"order": ("store", "online"), "contact": ("call", "visit")}.get(kind, ("email", "sms")),
    }
    if kind in ("target", "target_card"):
        decides |= {"month": ("2026-11", "2026-12"), "kpi": ("outreach", "atv"), "value": (1, 1_000)}
    if kind.endswith("_task") or kind == "task_card":
        decides["state"] = ("open", "open", "open", "done", "dismissed", "expired")
    values: dict[str, Any] = {"id": world_id(kind, number)}
    for field in msgspec.structs.fields(KINDS[kind].record):
        if field.name in decides:
            if not decides[field.name]:
                return None
            values[field.name] = chance.choice(decides[field.name])
        elif field.required and field.name != "id":
            values[field.name] = _PLAIN[field.name]
    made: Record = KINDS[kind].record(**values)
    return made


_PLAIN = {
    "at": NOON,
    "written_at": NOON,
    "wished_at": NOON,
    "placed_at": NOON,
    "text": "some text",
    "title": "A title",
    "sku": "1",
    "number": "1",
    "currency": "USD",
    "total": 100,
    "event": "assigned",
    "label": "birthday",
    "month": 2,
    "day": 29,
    "task": world_id("manual_task", 0),
    # A talk and its lines have the holder of their request: of one that no world knows of they keep theirs.
    "request": world_id("request", 98),
    "brief": world_id("corporate_brief", 0),
    "product": world_id("product", 0),
    "lookbook": world_id("lookbook", 0),
    "name": "A name",
    "slug": "a-slug",
    "trigger": "purchase",
    "operation": {"op": "edit", "kind": "customer", "id": world_id("customer", 0), "set": {"language": "fr"}},
    "customers": (world_id("customer", 0), world_id("customer", 1)),
}


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Retailers with one to three stores, accounts of all sorts, and up to two records of every kind.

    Cards of customers are not among the records: the contract makes them (``World.with_cards``).
    """
    stores = tuple(world_id("store", number) for number in range(draw(st.integers(1, 3))))
    mode = draw(st.sampled_from(["associate", "team", "associate", "team", "Team", ""]))
    account_count, customer_count, of_each = (draw(st.integers(1, 6)), draw(st.integers(0, 4)), draw(st.integers(0, 2)))
    chance = random.Random(draw(st.integers(0, 2**32)))

    accounts = tuple(_account(chance, number, stores) for number in range(account_count))
    people = [*(account.id for account in accounts), world_id("staff", 99)]
    customers = [_customer(chance, number, stores, people) for number in range(customer_count)]
    ids = [customer.id for customer in customers]
    others = [
        _record(chance, kind, number, _Names(stores, people, ids))
        for kind in KINDS
        if kind not in _MADE_OF_OTHERS
        for number in range(of_each)
    ]
    return World(
        mode=mode,
        stores=stores,
        accounts=accounts,
        records=(
            _retailer(mode, stores),
            *(record for account in accounts for record in _staff(account)),
            *customers,
            *(record for record in others if record is not None),
        ),
    )


def _retailer(mode: str, stores: tuple[str, ...]) -> Retailer:
    return Retailer(
        id=RETAILER,
        name="World",
        mode="team" if mode == "team" else "associate",
        currency="USD",
        time_zone="UTC",
        stores=tuple(
            StoreEntry(id=store, name=f"Store {number}", time_zone="UTC") for number, store in enumerate(stores)
        ),
    )


# ------------------------------------------------------------------ what happens


@dataclasses.dataclass(frozen=True)
class Move:
    """Something that happens; what it happens to is counted off in the world it happens in."""

    what: str
    which: int
    to: int

    def __call__(self, world: World) -> World:
        """The world afterwards."""
        return _MOVES[self.what](world, self)


def moves() -> st.SearchStrategy[Move]:
    """One thing that happens to a world: somebody is moved, something is changed, added to or removed."""
    return st.builds(Move, st.sampled_from(sorted(_MOVES)), st.integers(0, 30), st.integers(0, 30))


def _picked(options: tuple[Any, ...] | list[Any], number: int) -> Any:
    return options[number % len(options)]


def _with_record(world: World, changed: Record) -> World:
    kept = tuple(changed if record.id == changed.id else record for record in world.records)
    return dataclasses.replace(world, records=kept)


def _reassign(world: World, move: Move) -> World:
    if not world.customers:
        return world
    customer = _picked(world.customers, move.which)
    owner = _picked([None, *(account.id for account in world.accounts)], move.to)
    if owner != customer.owner:
        world = _with_new_owner(world, customer, owner, lambda task: task.meant_for == customer.owner)
    return _with_record(world, msgspec.structs.replace(customer, owner=owner))


def _move_customer(world: World, move: Move) -> World:
    if not world.customers:
        return world
    customer = _picked(world.customers, move.which)
    store = _picked([None, *world.stores], move.to)
    if store != customer.store:
        world = _with_new_owner(world, customer, customer.owner, lambda _: True)
    return _with_record(world, msgspec.structs.replace(customer, store=store))


def _with_new_owner(world: World, customer: Customer, owner: str | None, theirs: Callable[[RuleTask], bool]) -> World:
    """Give those of a customer's open tasks of rules that are ``theirs`` to somebody else."""
    for task in world.records:
        if isinstance(task, RuleTask) and task.customer == customer.id and task.state == "open" and theirs(task):
            world = _with_record(world, msgspec.structs.replace(task, meant_for=owner, claimed_by=None))
    return world


def _rename_customer(world: World, move: Move) -> World:
    if not world.customers:
        return world
    # One word, so that no other customer is found by the number in a name.
    name = f"Renamed{move.to}"
    return _with_record(world, msgspec.structs.replace(_picked(world.customers, move.which), family_name=name))


def _change_account(world: World, before: Account, **fields: Any) -> World:
    after = msgspec.structs.replace(before, **fields)
    accounts = tuple(after if account.id == after.id else account for account in world.accounts)
    kept = [record for record in world.records if record.id != after.id]
    # The directory's entry comes and goes with the account's store.
    return dataclasses.replace(world, accounts=accounts, records=(kept[0], *_staff(after), *kept[1:]))


def _move_account(world: World, move: Move) -> World:
    return _change_account(world, _picked(world.accounts, move.which), stores=(_picked(world.stores, move.to),))


def _change_role(world: World, move: Move) -> World:
    role = _picked(["associate", "manager", "regional", "janitor"], move.to)
    return _change_account(world, _picked(world.accounts, move.which), role=role)


def _disable(world: World, move: Move) -> World:
    return _change_account(world, _picked(world.accounts, move.which), active=move.to % 2 == 0)


def _permit(world: World, move: Move) -> World:
    account = _picked(world.accounts, move.which)
    return _change_account(world, account, capabilities=account.capabilities ^ {"read_profiles"})


def _switch_mode(world: World, move: Move) -> World:
    mode = _picked(["associate", "team", "associate", "team", "nonsense"], move.to)
    return _with_record(dataclasses.replace(world, mode=mode), _retailer(mode, world.stores))


def _remove(world: World, move: Move) -> World:
    removable = [record for record in world.records if not isinstance(record, Retailer | Staff)]
    if not removable:
        return world
    gone = _picked(removable, move.which)
    # What belongs to a customer goes with the customer.
    kept = tuple(record for record in world.records if record.id != gone.id and parent_of(record) != gone.id)
    return dataclasses.replace(world, records=kept)


def _change_fields(world: World, move: Move) -> World:
    """Change whatever of a record decides who sees it: its customer, its people, its store, its state."""
    fixed = Retailer | Staff | Customer
    changeable = [record for record in world.records if not isinstance(record, fixed)]
    if not changeable:
        return world
    record = _picked(changeable, move.which)
    people = [None, *(account.id for account in world.accounts)]
    changes: dict[str, Any] = {}
    for field in msgspec.structs.fields(record):
        if field.name == "customer" and parent_of(record) is not None:
            changes["customer"] = _picked(world.customers, move.to).id
        elif field.name in ("private", "reserved"):
            changes[field.name] = not getattr(record, field.name)
        elif field.name in ("owner", "assignee", "done_by", "wanted", "claimed_by", "meant_for", "holder"):
            some = people[1:] if isinstance(record, TaskCard) else people
            changes[field.name] = _picked(some, move.to)
        elif field.name == "state" and isinstance(record, Task):
            changes["state"] = _picked(["open", "done", "dismissed", "expired"], move.to)
        elif field.name in ("person", "author", "creator"):
            changes[field.name] = _picked(people[1:], move.to)
        elif field.name == "store" and field.required:
            changes["store"] = _picked(world.stores, move.to)
    return _with_record(world, msgspec.structs.replace(record, **changes))


_MOVES: dict[str, Callable[[World, Move], World]] = {
    "reassign": _reassign,
    "move customer": _move_customer,
    "rename customer": _rename_customer,
    "move account": _move_account,
    "change role": _change_role,
    "disable": _disable,
    "permit": _permit,
    "switch mode": _switch_mode,
    "remove": _remove,
    "change fields": _change_fields,
}
