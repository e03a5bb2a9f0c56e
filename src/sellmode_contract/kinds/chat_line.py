"""Lines of a talk between a customer and a store: chat, and what was answered by e-mail, text message or phone."""

from __future__ import annotations

from typing import Final, Literal

from sellmode_contract.audiences import STORE, Row
from sellmode_contract.kinds.fields import OneOf, Text
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.kinds.request import HOLDER
from sellmode_contract.records import Instant, Record
from sellmode_contract.translatable import Translatable, marked

CUSTOMER: Final = "customer"
"""Stands for the customer in ``by``."""
LONGEST: Final = 4_000
"""Characters of a line."""
MOST: Final = 2_000
"""Lines of a talk: who has more to say closes it, and the customer asks anew."""
Via = Literal["chat", "email", "sms", "phone"]


class ChatLine(Record, frozen=True, kw_only=True):
    """A line of a talk. Both sides have the lines in the order of their numbers."""

    store: str
    request: str
    holder: str | None = None
    """Who has claimed the request."""
    customer: str | None = None
    """The request's, once it is known who that is."""
    n: int = 0
    """Its number in the talk, from 1: given by the backend, foreseen by the terminal of who writes it."""
    at: Instant
    by: str
    """Staff id, or ``customer``."""
    via: Via = "chat"
    text: str = ""
    sku: str = ""
    """Of a product that is shown with it."""
    lookbook: str = ""
    """Id of a lookbook that is shown with it."""


CHAT_LINE = Kind(
    name="chat_line",
    record=ChatLine,
    row=Row("line of a talk with a customer", STORE, HOLDER),
    noun="line",
    fields=(
        Text(name="request", longest=36, required="A line belongs to a request.", write="once"),
        Text(name="text", longest=LONGEST, lines=True, write="once"),
        Text(name="sku", longest=200, label="product", write="once"),
        Text(name="lookbook", longest=36, write="once"),
        OneOf(
            name="via",
            choices={
                "chat": marked("chat"),
                "email": marked("e-mail"),
                "sms": marked("SMS"),
                "phone": marked("phone"),
            },
            write="once",
        ),
    ),
    verbs=frozenset({"create"}),
    stamps={"by": "author", "store": "store", "at": "now"},
    columns=("request", "n", "customer"),
    words=lambda line, _: Translatable.said(marked("line to a customer")),
)
