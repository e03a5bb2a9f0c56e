"""A kind of record that nobody has: all of it stands here, as it would in a module of ``sellmode_contract/kinds``.

As a plugin of pytest it is there before anything that is made from the kinds is loaded (`test_new_kind`).
"""

from __future__ import annotations

from sellmode_contract.audiences import CUSTOMER_OWN, CUSTOMER_TEAM, Row
from sellmode_contract.kinds import BY_RECORD, KINDS
from sellmode_contract.kinds.fields import Flag, Text
from sellmode_contract.kinds.kind import Kind, text_in
from sellmode_contract.records import EditedRecord, Instant


class Idea(EditedRecord, frozen=True, kw_only=True):
    """What might please a customer."""

    customer: str
    title: str
    text: str = ""
    urgent: bool = False
    author: str | None = None
    made_at: Instant


IDEA = Kind(
    name="idea",
    record=Idea,
    row=Row("idea", CUSTOMER_TEAM, CUSTOMER_OWN),
    fields=(
        Text(name="title", required="An idea needs a title."),
        Text(name="text", longest=2_000, lines=True),
        Flag(name="urgent"),
    ),
    verbs=frozenset({"create", "edit", "remove"}),
    of_customer=True,
    stamps={"author": "author", "made_at": "now"},
    handed_over=frozenset({"create", "edit", "remove"}),
    words=lambda idea, whom: f'idea "{text_in(idea, "title")}" for {whom}',
)


class Plan(Idea, frozen=True, kw_only=True):
    """An idea that is found and sorted by its title."""


PLAN = Kind(
    name="plan",
    record=Plan,
    row=Row("plan", CUSTOMER_TEAM, CUSTOMER_OWN),
    fields=IDEA.fields,
    of_customer=True,
    columns=("customer", "title"),
)

for _kind in (IDEA, PLAN):
    KINDS[_kind.name] = _kind
    BY_RECORD[_kind.record] = _kind
