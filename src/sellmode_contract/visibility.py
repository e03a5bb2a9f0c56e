"""Who sees what: the tags of a record, the audiences of an account, and what each may do.

Each record carries a ``team`` tag and an ``own`` tag; each names one audience or none. The retailer's mode chooses the
column, the account brings the audiences, and a record is visible if its tag in that column is one of them. A tag is one
value, so the scopes of an account are disjoint by construction. Whatever is unknown (a mode, a store, a role) shows
nothing.

The same table decides what the backend sends, what it accepts and what a cache shows: each kind declares its row
(``kinds``). No operation sets a tag. Source of the rules: the retailer's two modes ("Associate Mode vs Team Mode").
docs/visibility.md is made from these rows.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from sellmode_contract.audiences import EVERYBODY, Column, Tags, lead_audience, person_audience, store_audience
from sellmode_contract.ids import source_id
from sellmode_contract.kinds import BY_RECORD, KINDS
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.kind import Card
from sellmode_contract.kinds.retailer import Mode
from sellmode_contract.records import Record
from sellmode_contract.roles import Capability


def tags(record: Record, customer: Customer | None = None) -> Tags:
    """Both tags of a record, always computed, in either mode. ``customer`` is the record's parent, if it has one."""
    row = BY_RECORD[type(record)].row
    parent = record if isinstance(record, Customer) else customer
    return Tags(row.team.audience(record, parent), row.own.audience(record, parent))


def card_key(kind: str, id: str) -> tuple[str, str] | None:
    """Kind and id of the one card that a record of this kind may bring."""
    declared = KINDS.get(kind)
    return _card_key(declared.card, id) if declared and declared.card else None


def _card_key(card: Card, id: str) -> tuple[str, str]:
    name = BY_RECORD[card.kind].name
    return name, source_id(name, "sellmode", id)


def cards(record: Record) -> list[Record]:
    """The records that a record's second audience gets, written in the transaction that writes the record."""
    card = BY_RECORD[type(record)].card
    made = card.make(record, _card_key(card, record.id)[1]) if card else None
    return [made] if made else []


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


def fits(record: Record, scope: str) -> bool:
    """Whether a record can be in a scope, by what stands in it. What its customer decides does not, and may be."""
    column, _, audience = scope.partition("/")
    given = tags(record)
    own = given.own if column == "own" else given.team
    return own in (None, audience)


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
    row, given = BY_RECORD[type(record)].row, tags(record, customer)
    rule = row.team if chosen == "team" else row.own
    return Reason(visible(mode, account, given), mode, chosen, row.label, rule.words, given.in_column(chosen))
