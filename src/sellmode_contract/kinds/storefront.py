"""Storefront pages: links to the picks of an associate (Associate Mode) or of a store (Team Mode)."""

from __future__ import annotations

from sellmode_contract.audiences import STORE, Row, Rule
from sellmode_contract.kinds.fields import Moment, Text
from sellmode_contract.kinds.kind import Kind, text_in
from sellmode_contract.kinds.pick_list import own
from sellmode_contract.records import EditedRecord, Instant
from sellmode_contract.translatable import Translatable


class Storefront(EditedRecord, frozen=True, kw_only=True):
    """A link to a page of picks. There may be several to the same picks, each revoked by removing it."""

    store: str
    owner: str | None = None
    """Staff id of whose picks it shows; None: the store's."""
    title: str = ""
    """The headline of the page."""
    message: str = ""
    photo: str = ""
    """Where a photo of who is there can be fetched; shown if it is on one of the retailer's hosts of pictures."""
    expires_at: Instant | None = None
    token: str = ""
    """What its link ends in: 128 random bits as 26 capitals of base32, made with it; without one nobody can open it."""
    opened_by: str = ""
    """Staff id of who made it."""
    opened_at: Instant | None = None


STOREFRONT = Kind(
    name="storefront",
    record=Storefront,
    row=Row("storefront page", STORE, Rule("its owner; the store's own page, the store's managers", own)),
    fields=(
        Text(name="title", required="A storefront page needs a title."),
        Text(name="message", longest=2_000, lines=True),
        Text(name="photo", longest=500, label="address of a photo"),
        Moment(name="expires_at", label="end"),
        Text(name="token", longest=26, label="link ends in", write="again"),
    ),
    verbs=frozenset({"create", "edit", "remove"}),
    stamps={"store": "store", "opened_by": "author", "opened_at": "now"},
    command="storefronts",
    listed=("title", "expires_at"),
    words=lambda page, _: Translatable('storefront page "{title}"', title=text_in(page, "title")),
)
