"""Who sees what: what of the world comes to whom, and that nothing else is given away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from sellmode_backend.conformance.checking import check
from sellmode_backend.conformance.expecting import expect, expect_equal
from sellmode_backend.conformance.kit import Kit
from sellmode_backend.conformance.terminal import Terminal, changes, uuid7
from sellmode_backend.conformance.world import DERIVED
from sellmode_contract.documents import as_document, as_json
from sellmode_contract.kinds import KINDS, kind_of
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.mutations import Create, Edit
from sellmode_contract.records import Record
from sellmode_contract.visibility import Account

_PROMISES = "what-the-backend-promises"
_WRITING = "writing"
_WHO = ("ada", "ben", "mia", "cleo", "hanna")


@check(_PROMISES, "everything that an account may see comes to it, as it is")
def all_there(kit: Kit) -> None:
    """Of the world that was given."""
    for terminal, account in _everybody(kit):
        for record, seen in kit.world.seen_by(account):
            if seen:
                kind = kind_of(record)
                held = _comparable(kind, terminal.document(kind, record.id))
                expect_equal(held, _comparable(kind, as_json(record)), f"the {kind} {record.id} of {account.name}")


@check(_PROMISES, "nothing invisible is sent")
def nothing_else(kit: Kit) -> None:
    """Of the world that was given."""
    for terminal, account in _everybody(kit):
        hidden = {(kind_of(record), record.id) for record, seen in kit.world.seen_by(account) if not seen}
        found = sorted(hidden & terminal.held.keys())
        expect(not found, f"{account.name} gets {len(found)} records that are not theirs, such as {found[:1]}")


@check("scopes-feeds-and-cursors", "a cursor is not trusted: another's brings nothing that is not one's own")
def foreign_cursor(kit: Kit) -> None:
    """Ada's, given by Cleo."""
    hidden = {record.id for record, seen in kit.world.seen_by(kit.world.person("cleo").account) if not seen}
    lines = kit.terminal("cleo").lines(cursor=kit.terminal("ada").cursor)
    found = [line for line in changes(lines) if line.id in hidden and hasattr(line, "d")]
    expect(not found, f"{len(found)} records come that are not theirs")


@check(_WRITING, "what is not visible and what does not exist are refused alike, as `not_found`")
def unseen(kit: Kit) -> None:
    """A customer of another store, who is there, and one who is nowhere."""
    cleo = kit.terminal("cleo")
    theirs = _of_ada(kit)
    for make in (_edit, _note):
        there, nowhere = cleo.do(make(theirs.id), make(uuid7()))
        for result in (there, nowhere):
            expect_equal((result.st, result.code), ("rejected", "not_found"), "the result")
        expect_equal(
            (there.detail, there.field, there.revs), (nowhere.detail, nowhere.field, nowhere.revs), "what is said"
        )
    ada = kit.terminal("ada")
    expect_equal(ada.document("customer", theirs.id).get("language", ""), theirs.language, "the customer's language")


def _everybody(kit: Kit) -> Iterator[tuple[Terminal, Account]]:
    """Each with a terminal that had nothing before."""
    for user_name in _WHO:
        terminal = kit.new_terminal(user_name, "new")
        terminal.pull()
        yield terminal, kit.world.person(user_name).account


def _of_ada(kit: Kit) -> Customer:
    ada = kit.world.person("ada").account
    return next(record for record in kit.world.given if isinstance(record, Customer) and record.owner == ada.id)


def _edit(id: str) -> Edit:
    return Edit(kind="customer", id=id, set={"language": "kl"}, was={"language": None})


def _note(customer: str) -> Create:
    return Create(kind="note", id=uuid7(), doc={"customer": customer, "text": "Seen?"})


def _comparable(kind: str, document: dict[str, Any]) -> dict[str, Any]:
    """A document with its defaults, without what a backend works out."""
    record: Record = msgspec.convert(document, KINDS[kind].record)
    return {name: value for name, value in as_document(record).items() if name not in DERIVED.get(kind, ())}
