"""Disputes: somebody who had a part in an online sale asks the store's manager to look at its credit again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from sellmode_contract.audiences import AUTHOR, LEAD, NOBODY, STORE, Row
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.fields import OneOf, Text
from sellmode_contract.kinds.kind import Card, Kind, text_in
from sellmode_contract.records import EditedRecord, Instant
from sellmode_contract.translatable import Translatable, marked

Outcome = Literal["", "upheld", "declined"]
OUTCOMES: Final[dict[Outcome, str]] = {"": marked("open"), "upheld": marked("upheld"), "declined": marked("declined")}


class _Disputed(EditedRecord, frozen=True, kw_only=True):
    store: str
    author: str
    order_id: str = ""
    number: str = ""
    """The sale's, as its notice has it."""
    reason: str = ""
    opened_at: Instant | None = None
    outcome: Outcome = ""
    """``upheld``: what the store's people are credited with of the sale is its author's."""
    answer: str = ""
    answered_by: str = ""
    answered_at: Instant | None = None


class Dispute(_Disputed, frozen=True, kw_only=True):
    """What the store's manager is asked, and has answered. It stays on record."""


class DisputeCard(_Disputed, frozen=True, kw_only=True):
    """The same for its author, where the mode does not show them the dispute itself."""


def dispute_id(order: str, store: str, author: str) -> str:
    """The id of somebody's dispute about a sale: there is one."""
    return source_id("dispute", "sellmode", f"{order}\x1f{store}\x1f{author}")


def _card(dispute: Dispute, id: str) -> DisputeCard:
    fields = {name: getattr(dispute, name) for name in _Disputed.__struct_fields__}
    return DisputeCard(**{**fields, "id": id})


def _words(dispute: Mapping[str, Any], _: str) -> str:
    number = text_in(dispute, "number")
    if not number:
        return Translatable.said(marked("dispute about a sale"))
    return Translatable("dispute about sale {number}", number=number)


DISPUTE = Kind(
    name="dispute",
    record=Dispute,
    row=Row("dispute about a sale's credit", STORE, LEAD),
    noun="dispute",
    fields=(
        Text(name="order_id", longest=100, label="order", required="A dispute is about a sale.", write="once"),
        Text(name="number", longest=100, label="sale", write="once"),
        Text(name="reason", longest=2_000, lines=True, required="A dispute needs a reason.", write="once"),
        OneOf(name="outcome", choices=OUTCOMES, write="later"),
        Text(name="answer", longest=2_000, lines=True, write="later"),
    ),
    verbs=frozenset({"create", "edit"}),
    stamps={"store": "store", "author": "author", "opened_at": "now"},
    columns=("order_id",),
    card=Card(DisputeCard, _card),
    id_of=lambda dispute: dispute_id(*(text_in(dispute, name) for name in ("order_id", "store", "author"))),
    words=_words,
)
DISPUTE_CARD = Kind(
    name="dispute_card",
    record=DisputeCard,
    row=Row("one's own dispute about a sale's credit", NOBODY, AUTHOR),
    noun="dispute",
    columns=("order_id",),
    words=_words,
)
