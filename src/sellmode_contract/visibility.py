"""Who sees what: two tags a record, the audiences of an account, and what a role may do.

Each record carries a ``team`` tag and an ``own`` tag; each names one audience or none. The retailer's mode chooses the
column, the account brings the audiences, and a record is visible if its tag in that column is one of them. A tag is one
value, so the scopes of an account are disjoint by construction. Whatever is unknown (a mode, a store, a role) shows
nothing.

The same table decides what the backend sends, what it accepts and what a cache shows. No operation sets a tag.
Source of the rules: the retailer's two modes ("Associate Mode vs Team Mode"). docs/visibility.md is made from this
table.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import msgspec

from sellmode_contract import records
from sellmode_contract.records import Customer, Mode, Record

Column = Literal["team", "own"]
Role = Literal["associate", "manager", "regional", "head_office"]
Work = Literal["omnichannel", "ecommerce"]
"""Kind of work; chooses the figures and screens offered first, never what may be seen."""
Capability = Literal["sell", "reassign", "report", "rules", "announce", "read_profiles"]
"""``rules``: the rules that make tasks, of one's own store; head office's too where ``announce`` comes with it."""

ROLE_CAPABILITIES: dict[Role, frozenset[Capability]] = {
    "associate": frozenset({"sell"}),
    "manager": frozenset({"sell", "reassign", "report", "rules"}),
    "regional": frozenset({"report"}),
    "head_office": frozenset({"report", "rules", "announce"}),
}
"""What a role may do unless the retailer changed it."""


# ------------------------------------------------------------------ audiences

EVERYBODY = "all"
RETAILER_FEED = "retailer"
"""The feed of what everybody sees; every other audience belongs to the feed of its store."""


def store_audience(store: str) -> str:
    """Everybody who works in a store."""
    return f"store:{store}"


def lead_audience(store: str) -> str:
    """The managers of a store."""
    return f"lead:{store}"


def person_audience(store: str, person: str) -> str:
    """One person, while they work in that store."""
    return f"person:{store}:{person}"


def feed_of(scope_or_audience: str) -> str:
    """The feed that orders an audience or scope: its store's id, or the retailer's feed."""
    audience = scope_or_audience.rpartition("/")[2]
    return RETAILER_FEED if audience == EVERYBODY else audience.split(":")[1]


# ------------------------------------------------------------------ the mode table


class Tags(NamedTuple):
    """A record's audience in each column; None is nobody."""

    team: str | None
    own: str | None

    def in_column(self, column: Column) -> str | None:
        """The tag in one column."""
        return self.team if column == "team" else self.own


class Rule(NamedTuple):
    """A rule in words, and the audience it gives for a record and its customer (None if it has none)."""

    words: str
    audience: Callable[[Any, Customer | None], str | None]


def _customer_team(_: Any, customer: Customer | None) -> str | None:
    return store_audience(customer.store) if customer and customer.store else None


def _customer_own(_: Any, customer: Customer | None) -> str | None:
    if not customer or not customer.store:
        return None
    return person_audience(customer.store, customer.owner) if customer.owner else lead_audience(customer.store)


def _customer_owner_only(_: Any, customer: Customer | None) -> str | None:
    return _customer_own(_, customer) if customer and customer.owner else None


def _note_team(note: records.Note, customer: Customer | None) -> str | None:
    if not note.private:
        return _customer_team(note, customer)
    return person_audience(customer.store, note.author) if customer and customer.store and note.author else None


def _note_own(note: records.Note, customer: Customer | None) -> str | None:
    if not note.private:
        return _customer_own(note, customer)
    return _note_team(note, customer) if customer and customer.owner == note.author else None


def _rule_task_team(task: records.RuleTask, customer: Customer | None) -> str | None:
    # An open task goes with its customer to another store; both tags have to name the same one.
    return store_audience(task.store) if task.done_by else _customer_team(task, customer)


def _rule_task_own(task: records.RuleTask, customer: Customer | None) -> str | None:
    return person_audience(task.store, task.done_by) if task.done_by else _customer_own(task, customer)


def _task_rule(rule: records.TaskRule, _: Customer | None) -> str:
    return store_audience(rule.store) if rule.store else EVERYBODY


def _request_own(request: records.Request, _: Customer | None) -> str | None:
    if request.reserved and request.wanted:
        return person_audience(request.store, request.wanted)
    return store_audience(request.store)


_ALL = Rule("everybody of the retailer", lambda record, customer: EVERYBODY)
_NOBODY = Rule("nobody", lambda record, customer: None)
_STORE = Rule("the store", lambda record, customer: store_audience(record.store))
_LEAD = Rule("the store's managers", lambda record, customer: lead_audience(record.store))
_PERSON = Rule("that person", lambda record, customer: person_audience(record.store, record.person))
_AUTHOR = Rule("its author", lambda record, customer: person_audience(record.store, record.author))
_CUSTOMER_TEAM = Rule("the customer's store", _customer_team)
_CUSTOMER_OWN = Rule("the customer's owner; the store's managers while nobody owns it", _customer_own)


class Row(NamedTuple):
    """One kind's line of the mode table."""

    label: str
    team: Rule
    own: Rule


TABLE: dict[type[Record], Row] = {
    records.Retailer: Row("retailer", _ALL, _ALL),
    records.Product: Row("product", _ALL, _ALL),
    records.Staff: Row("staff directory (name, role, active)", _STORE, _STORE),
    records.Customer: Row("customer", _CUSTOMER_TEAM, _CUSTOMER_OWN),
    records.Order: Row("order", _CUSTOMER_TEAM, _CUSTOMER_OWN),
    records.Consent: Row("consent", _CUSTOMER_TEAM, _CUSTOMER_OWN),
    records.ImportantDate: Row("important date", _CUSTOMER_TEAM, _CUSTOMER_OWN),
    records.Note: Row(
        "note",
        Rule("the customer's store; a private note: its author", _note_team),
        Rule("as the customer; a private note: its author while they own the customer", _note_own),
    ),
    records.Contact: Row("contact", _CUSTOMER_TEAM, _CUSTOMER_OWN),
    records.HistoryEntry: Row("history", _CUSTOMER_TEAM, _CUSTOMER_OWN),
    records.SentLookbook: Row("sent lookbook", _CUSTOMER_TEAM, _CUSTOMER_OWN),
    records.ManualTask: Row(
        "manual task",
        _STORE,
        Rule(
            "its assignee; its creator if there is none", lambda t, _: person_audience(t.store, t.assignee or t.creator)
        ),
    ),
    records.RuleTask: Row(
        "rule task",
        Rule("the customer's store; done: the store where it was done", _rule_task_team),
        Rule("open: as its customer; done: the person who did it", _rule_task_own),
    ),
    records.CorporateTask: Row("corporate task, one record a person", _STORE, _PERSON),
    records.CorporateBrief: Row("corporate brief, what its tasks are made from", _ALL, _ALL),
    records.TaskRule: Row(
        "rule that makes tasks; of one store",
        Rule("everybody of the retailer; of one store: the store", _task_rule),
        Rule("everybody of the retailer; of one store: the store", _task_rule),
    ),
    records.Request: Row("request", _STORE, Rule("the store; the person wanted while it is reserved", _request_own)),
    records.Lookbook: Row("lookbook, My Look, storefront picks", _STORE, _AUTHOR),
    records.Fact: Row(
        "facts of the store; of one associate",
        Rule(
            "the store; of one associate: the store's managers",
            lambda f, c: (_LEAD if f.person else _STORE).audience(f, c),
        ),
        Rule(
            "the store's managers; of one associate: that person",
            lambda f, c: (_PERSON if f.person else _LEAD).audience(f, c),
        ),
    ),
    records.SaleNotice: Row("sale notice", _NOBODY, Rule("the person credited", _PERSON.audience)),
    records.ParkedEdit: Row(
        "parked edit", _CUSTOMER_TEAM, Rule("the customer's owner; nobody while nobody owns it", _customer_owner_only)
    ),
    records.PersonSetting: Row("saved filter, settings", _PERSON, _PERSON),
    records.CustomerCard: Row(
        "card of a customer (name, owner, tier, last contact)",
        _NOBODY,
        Rule("the managers of the customer's store", lambda _, c: lead_audience(c.store) if c and c.store else None),
    ),
    records.TaskCard: Row("card of a task that a manager gave", _NOBODY, _LEAD),
    records.BriefCard: Row("card of how far a store is with a corporate brief (counts)", _LEAD, _LEAD),
    records.DuplicatePair: Row("card of a duplicate pair", _LEAD, _LEAD),
}


def tags(record: Record, customer: Customer | None = None) -> Tags:
    """Both tags of a record, always computed, in either mode. ``customer`` is the record's parent, if it has one."""
    row = TABLE[type(record)]
    parent = record if isinstance(record, Customer) else customer
    return Tags(row.team.audience(record, parent), row.own.audience(record, parent))


def card_key(kind: str, id: str) -> tuple[str, str] | None:
    """Kind and id of the one card that a record of this kind may bring."""
    card = _CARD_OF.get(kind)
    return (card, _card_id(card, id)) if card else None


_CARD_OF = {"customer": "customer_card", "manual_task": "task_card"}


def _card_id(card: str, id: str) -> str:
    return records.source_id(card, "sellmode", id)


def cards(record: Record) -> list[Record]:
    """The records that a record's second audience gets, written in the transaction that writes the record."""
    if isinstance(record, records.ManualTask) and record.assignee not in (None, record.creator):
        return [
            records.TaskCard(
                id=_card_id("task_card", record.id),
                store=record.store,
                task=record.id,
                title=record.title,
                creator=record.creator,
                assignee=record.assignee or "",
                about=record.customer,
                due=record.due,
                due_at=record.due_at,
                state=record.state,
                done_at=record.done_at,
                reason=record.reason,
            )
        ]
    if not isinstance(record, Customer):
        return []
    return [
        records.CustomerCard(
            id=_card_id("customer_card", record.id),
            customer=record.id,
            name=record.name,
            owner=record.owner,
            tier=record.tier,
            last_contact=record.figures.last_contact,
            waiting=record.figures.waiting,
        )
    ]


# ------------------------------------------------------------------ accounts


class Account(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody who can sign in: who they are and what they may do."""

    id: str
    """Also the id of their staff record."""
    user_name: str
    name: str
    role: str
    """A ``Role``; any other shows nothing."""
    stores: tuple[str, ...] = ()
    """Exactly one for associates and managers."""
    work: str = "omnichannel"
    capabilities: frozenset[str] = frozenset()
    active: bool = True


def audiences(account: Account) -> frozenset[str]:
    """The audiences an account belongs to; none if it is disabled, has no store or an unknown role."""
    if not account.active or not account.stores:
        return frozenset()
    if account.role in ("regional", "head_office"):
        return frozenset({EVERYBODY, *map(lead_audience, account.stores)})
    if len(account.stores) != 1 or account.role not in ("associate", "manager"):
        return frozenset()
    (store,) = account.stores
    own = {EVERYBODY, store_audience(store), person_audience(store, account.id)}
    return frozenset(own | {lead_audience(store)} if account.role == "manager" else own)


def column(mode: str, account: Account) -> Column | None:
    """The column an account reads: its mode's, the team's with ``read_profiles``, None for an unknown mode."""
    if mode not in ("associate", "team"):
        return None
    return "team" if mode == "team" or "read_profiles" in account.capabilities else "own"


def scope_name(column: Column, audience: str) -> str:
    """A column and an audience: what a sync cursor counts in (``own/person:12:77``)."""
    return f"{column}/{audience}"


def scopes(mode: str, account: Account) -> frozenset[str]:
    """Everything an account may be sent, as disjoint scopes."""
    chosen = column(mode, account)
    return frozenset(scope_name(chosen, audience) for audience in audiences(account)) if chosen else frozenset()


def visible(mode: str, account: Account, tags: Tags) -> bool:
    """Whether an account sees a record with these tags."""
    chosen = column(mode, account)
    return chosen is not None and tags.in_column(chosen) in audiences(account)


def sees_store(mode: str, account: Account, store: str) -> bool:
    """Whether an account may see all customers of a store, whoever owns them."""
    return visible(mode, account, tags(Customer(id="", store=store, owner="anybody")))


def may(account: Account, capability: Capability) -> bool:
    """Whether an account has a capability."""
    return account.active and capability in account.capabilities


class Reason(NamedTuple):
    """Why a record is visible or not to an account: the rule that decides, and what it gave."""

    visible: bool
    mode: Mode
    column: Column
    kind: str
    rule: str
    audience: str | None


def why(mode: Mode, account: Account, record: Record, customer: Customer | None = None) -> Reason:
    """The rule of the table that decides about a record, with what it gave. For a known mode only."""
    chosen = column(mode, account)
    if chosen is None:
        raise ValueError(f"unknown mode {mode!r}: nothing is visible")
    row, given = TABLE[type(record)], tags(record, customer)
    rule = row.team if chosen == "team" else row.own
    return Reason(visible(mode, account, given), mode, chosen, row.label, rule.words, given.in_column(chosen))
