"""Picks: the lists of products that a storefront page shows, and to whom a manager has delegated them."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from sellmode_contract.audiences import STORE, Owned, Row, Rule, lead_audience, person_audience
from sellmode_contract.kinds.fields import OneOf, Text
from sellmode_contract.kinds.kind import Kind, text_in
from sellmode_contract.kinds.look import LookItem, items
from sellmode_contract.records import EditedRecord, Instant
from sellmode_contract.translatable import marked

SORTS: Final = {"new_arrivals": marked("new arrivals"), "top_picks": marked("top picks"), "own": marked("own list")}
"""What each sort of list is called inside a sentence."""


class Delegation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """That somebody of the store may change a list of the store from a day to a day, both of them included.

    It counts while they work in the store. It stays on record when it is over or revoked.
    """

    taker: str
    giver: str
    from_day: str
    """Of the store: ``2026-12-24``."""
    to_day: str
    given_at: Instant
    revoked_at: Instant | None = None
    revoked_by: str = ""

    def counts_on(self, day: str) -> bool:
        """Whether it counts on a day of the store (``2026-12-24``), for somebody who works there."""
        return self.revoked_at is None and self.from_day <= day <= self.to_day


class PickList(EditedRecord, frozen=True, kw_only=True):
    """Products that a storefront page shows, in this order: an associate's own (Associate Mode) or the store's."""

    store: str
    owner: str | None = None
    """Staff id of whose page shows it; None: the store's page."""
    sort: Literal["new_arrivals", "top_picks", "own"] = "own"
    title: str = ""
    items: tuple[LookItem, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    changed_by: str = ""
    """Staff id of who changed it last, though the page shows the store."""
    changed_at: Instant | None = None


def own(picks: Any, _: Owned | None) -> str:
    """Who sees picks in Associate Mode, and a page of them."""
    return person_audience(picks.store, picks.owner) if picks.owner else lead_audience(picks.store)


PICK_LIST = Kind(
    name="pick_list",
    record=PickList,
    row=Row("storefront picks", STORE, Rule("its owner, or of the store's list its managers", own)),
    noun="list of picks",
    fields=(
        OneOf(name="sort", choices=SORTS, write="once", label="kind", heading="Kind"),
        Text(name="title", required="A list of picks needs a title."),
        items("a list of picks"),
    ),
    verbs=frozenset({"create", "edit", "remove"}),
    stamps={"store": "store"},
    command="picks",
    listed=("title", "sort"),
    words=lambda picks, _: f'picks "{text_in(picks, "title")}"',
)
