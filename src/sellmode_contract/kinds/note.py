"""Notes: what somebody wrote about a customer, for the store or for themselves."""

from __future__ import annotations

from sellmode_contract.audiences import Owned, Row, Rule, customer_own, customer_team, person_audience
from sellmode_contract.kinds.fields import Flag, Text
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.records import EditedRecord, Instant
from sellmode_contract.translatable import Translatable


class Note(EditedRecord, frozen=True, kw_only=True):
    """What somebody wrote about a customer, for the store or for themselves."""

    customer: str
    author: str | None = None
    """Staff id; None if it came with an import."""
    written_at: Instant
    text: str
    private: bool = False


def _team(note: Note, customer: Owned | None) -> str | None:
    if not note.private:
        return customer_team(note, customer)
    return person_audience(customer.store, note.author) if customer and customer.store and note.author else None


def _own(note: Note, customer: Owned | None) -> str | None:
    if not note.private:
        return customer_own(note, customer)
    return _team(note, customer) if customer and customer.owner == note.author else None


NOTE = Kind(
    name="note",
    record=Note,
    row=Row(
        "note",
        Rule("everyone in the customer's store; if private, only its author", _team),
        Rule("whoever can see the customer; if private, only its author, while they own the customer", _own),
    ),
    fields=(
        Text(name="text", longest=10_000, lines=True, verbatim=True, required="The text is empty."),
        Flag(name="private", yes="only me", no="everyone who sees the customer"),
    ),
    verbs=frozenset({"create", "edit", "remove"}),
    of_customer=True,
    stamps={"author": "author", "written_at": "now"},
    author="author",
    fact=True,
    handed_over=frozenset({"create", "edit", "remove"}),
    columns=("customer", "written_at"),
    words=lambda note, whom: (
        Translatable("private note about {customer}", customer=whom)
        if note.get("private") is True
        else Translatable("note about {customer}", customer=whom)
    ),
)
