"""Lookbooks: pages for one customer, and My Looks, which are templates; corporate looks; what became of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

import msgspec

from sellmode_contract.audiences import ALL, AUTHOR, STORE, Row
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.fields import OneOf, Ref, Text
from sellmode_contract.kinds.kind import Kind, text_in
from sellmode_contract.kinds.look import LookItem, items
from sellmode_contract.records import EditedRecord, Instant, Record
from sellmode_contract.translatable import Translatable, marked

LookbookState = Literal["draft", "shared", "archived"]
Verdict = Literal["", "liked", "refused"]

FORMS: Final = {"one_to_one": marked("lookbook"), "my_look": marked("My Look")}
"""What each form is called inside a sentence."""
STATES: Final[dict[LookbookState, str]] = {"draft": "draft", "shared": "shared", "archived": "archived"}
_TITLE = Text(name="title", required="A lookbook needs a title.")
_MESSAGE = Text(name="message", longest=5_000, lines=True)


class Lookbook(EditedRecord, frozen=True, kw_only=True):
    """A page of products for one customer (1:1), or a template of such pages (My Look)."""

    store: str
    author: str
    form: Literal["one_to_one", "my_look"] = "one_to_one"
    customer: str | None = None
    """A template has none."""
    title: str = ""
    """The headline of the page."""
    message: str = ""
    items: tuple[LookItem, ...] = ()
    state: LookbookState = "draft"
    """``archived`` only puts it aside: a link that was given goes on working."""
    token: str = ""
    """What its link ends in: 128 random bits as 26 capitals of base32, set once, when it is first shared."""
    shared_at: Instant | None = None
    """When it was first shared."""
    expires_at: Instant | None = None
    revoked_at: Instant | None = None
    copied_from: str = ""
    """Id of the look that it was copied from; a change of that one changes nothing here."""
    created_at: Instant | None = None


class CorporateLook(EditedRecord, frozen=True, kw_only=True):
    """A look of the head office, for everybody to copy from."""

    title: str = ""
    message: str = ""
    items: tuple[LookItem, ...] = ()
    created_by: str = ""
    created_at: Instant | None = None


class ProductResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a customer did with one product of a lookbook."""

    sku: str
    clicks: int = 0
    verdict: Verdict = ""
    """The customer's last word."""


class Reply(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a customer wrote on the page."""

    at: Instant
    text: str


class LookbookResult(Record, frozen=True, kw_only=True):
    """What became of a shared lookbook, counted by the backend; seen by whoever sees the lookbook."""

    store: str
    author: str
    lookbook: str
    opened: int = 0
    """Openings by people; those by programs stand in ``not_counted``."""
    first_opened_at: Instant | None = None
    last_opened_at: Instant | None = None
    products: tuple[ProductResult, ...] = ()
    replies: tuple[Reply, ...] = ()
    deleted_at: Instant | None = None
    """When the customer deleted the page; since then nobody can open it."""
    not_counted: dict[str, int] = msgspec.field(default_factory=dict)
    """Openings and clicks that were not a person's, by the reason."""


def result_id(lookbook: str) -> str:
    """Id of a lookbook's result."""
    return source_id("lookbook_result", "sellmode", lookbook)


def _words(lookbook: Mapping[str, Any], whom: str) -> str:
    form, title = FORMS.get(str(lookbook.get("form", "one_to_one")), marked("lookbook")), text_in(lookbook, "title")
    form = Translatable.said(form)
    if not lookbook.get("customer"):
        return Translatable('{form} "{title}"', form=form, title=title) if title else form
    if title:
        return Translatable('{form} "{title}" for {customer}', form=form, title=title, customer=whom)
    return Translatable("{form} for {customer}", form=form, customer=whom)


LOOKBOOK = Kind(
    name="lookbook",
    record=Lookbook,
    row=Row("lookbook, My Look", STORE, AUTHOR),
    fields=(
        OneOf(name="form", choices=FORMS, write="once", label="kind", heading="Kind"),
        Ref(name="customer", to="customer", write="once"),
        _TITLE,
        _MESSAGE,
        items("a lookbook"),
        OneOf(name="state", choices=STATES, write="later"),
        Text(name="copied_from", longest=36, write="once"),
    ),
    verbs=frozenset({"create", "edit", "remove"}),
    stamps={"store": "store", "author": "author", "created_at": "now"},
    command="lookbooks",
    listed=("title", "form", "customer", "state"),
    words=_words,
)


CORPORATE_LOOK = Kind(
    name="corporate_look",
    record=CorporateLook,
    row=Row("corporate look, to copy from", ALL, ALL),
    noun="corporate look",
    fields=(_TITLE, _MESSAGE, items("a corporate look")),
    verbs=frozenset({"create", "edit", "remove"}),
    capability="announce",
    stamps={"created_by": "author", "created_at": "now"},
    command="corporate-looks",
    listed=("title",),
    words=lambda look, _: Translatable('corporate look "{title}"', title=text_in(look, "title")),
)


LOOKBOOK_RESULT = Kind(
    name="lookbook_result",
    record=LookbookResult,
    row=Row("what became of a lookbook", STORE, AUTHOR),
)
