"""Requests of customers to a store, and what only who answers one knows of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

import msgspec

from sellmode_contract.audiences import STORE, Owned, Row, Rule, person_audience, store_audience
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.consent import Channel
from sellmode_contract.kinds.fields import Moment, OneOf, Ref
from sellmode_contract.kinds.kind import Kind, text_in
from sellmode_contract.records import EditedRecord, Instant, Record
from sellmode_contract.service_rules import Way
from sellmode_contract.translatable import Translatable, marked

WAYS: Final[dict[Way, str]] = {
    "chat": marked("chat"),
    "email": marked("e-mail"),
    "sms": marked("SMS"),
    "appointment": marked("appointment"),
    "personal_shopper": marked("personal shopper"),
}
"""What each way to be answered is called inside a sentence."""
Outcome = Literal["", "helped", "sold", "appointment", "passed_on", "no_answer", "spam"]
OUTCOMES: Final[dict[Outcome, str]] = {
    "": marked("none yet"),
    "helped": marked("helped"),
    "sold": marked("sold"),
    "appointment": marked("appointment made"),
    "passed_on": marked("passed on"),
    "no_answer": marked("customer did not answer"),
    "spam": marked("spam"),
}
PREVIEW: Final = 120
"""Characters of what the customer wrote that everybody of the store may read before somebody takes the request."""


class Request(EditedRecord, frozen=True, kw_only=True):
    """A customer's request to a store: what everybody of the store knows of it.

    In Associate Mode it is reserved at first for the associate whom the customer chose. What else the customer said of
    themselves is the ``Talk``, and what was written are its ``ChatLine``.
    """

    store: str
    way: Way = "chat"
    wanted: str | None = None
    """Staff id of whom the customer chose; in Team Mode nobody."""
    reserved: bool = False
    reserved_until: Instant | None = None
    asked_at: Instant | None = None
    name: str = ""
    """What the customer calls themselves."""
    preview: str = ""
    """The beginning of what they wrote."""
    language: str = ""
    sku: str = ""
    """Of the product that it is about."""
    page: str = ""
    """Address of the page that the customer wrote from, without its query."""
    answer_due: Instant | None = None
    """By when the retailer wants the first answer to be given."""
    answered_at: Instant | None = None
    """The first answer."""
    answered_by: str = ""
    """Staff id of who gave it."""
    answered_after: int | None = None
    """Minutes of the store's opening hours that it took."""
    waiting_since: Instant | None = None
    """Since when something of the customer's is unanswered; None while nothing is."""
    lines: int = 0
    """How many lines were written: the last one has this number."""
    claimed_by: str | None = None
    claimed_at: Instant | None = None
    snoozed_to: Instant | None = None
    state: Literal["open", "closed"] = "open"
    outcome: Outcome = ""
    closed_at: Instant | None = None
    closed_by: str = ""
    customer: str | None = None
    """The customer that it turned out to be."""
    rating: int | None = None
    """The customer's, from 1 to 5."""
    comment: str = ""
    """What the customer said beside it."""


class Agreed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """That a customer agreed to be written to."""

    channel: Channel
    at: Instant
    words: str
    """What they agreed to, as they read it."""


class Talk(Record, frozen=True, kw_only=True):
    """What only who answers a request knows of it: how the customer can be reached, and what they have read."""

    store: str
    request: str
    holder: str | None = None
    """Who has claimed the request."""
    customer: str | None = None
    email: str = ""
    phone: str = ""
    wish: str = ""
    """When or where the customer would like to come."""
    agreed: tuple[Agreed, ...] = ()
    delivered: int = 0
    """The last line that reached the customer's page."""
    read: int = 0
    """The last line that the customer has seen."""
    seen: int = 0
    """The last line that whoever answers has seen."""
    transcript_to: str = ""
    """The e-mail address to which the customer would like to have what was written."""


def talk_id(request: str) -> str:
    """The id of a request's talk."""
    return source_id("talk", "sellmode", request)


def _wanted(request: Request, _: Owned | None) -> str | None:
    if request.reserved and request.wanted:
        return person_audience(request.store, request.wanted)
    return store_audience(request.store)


def _holder(part: Any, _: Owned | None) -> str | None:
    return person_audience(part.store, part.holder) if part.holder else None


HOLDER: Final = Rule("who has taken the request", _holder)
"""In Associate Mode: what customers wrote is for who answers them."""


def _words(request: Mapping[str, Any], _: str) -> str:
    name = text_in(request, "name")
    return Translatable("request of {name}", name=name) if name else Translatable.said(marked("request"))


REQUEST = Kind(
    name="request",
    record=Request,
    row=Row("request", STORE, Rule("everyone in the store; while reserved, only the person requested", _wanted)),
    fields=(
        OneOf(name="state", choices={"open": marked("open"), "closed": marked("closed")}, write="later"),
        OneOf(name="outcome", choices=OUTCOMES, write="later"),
        Moment(name="snoozed_to", label="snoozed until", write="later"),
        Ref(name="customer", to="customer", write="later"),
    ),
    verbs=frozenset({"edit"}),
    columns=("state", "claimed_by", "customer"),
    words=_words,
)
TALK = Kind(
    name="talk",
    record=Talk,
    row=Row("what a customer says of themselves in a request", STORE, HOLDER),
    columns=("request",),
    words=lambda talk, _: Translatable.said(marked("talk with a customer")),
)
