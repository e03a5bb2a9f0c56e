"""Texts to answer with: the retailer's, a store's, one's own. Names in braces stand for what is known by then."""

from __future__ import annotations

from typing import Any, Final, Literal

from sellmode_contract.audiences import EVERYBODY, Owned, Row, Rule, person_audience, store_audience
from sellmode_contract.kinds.fields import OneOf, Text
from sellmode_contract.kinds.kind import Kind, text_in
from sellmode_contract.records import EditedRecord, Instant
from sellmode_contract.translatable import Translatable, marked

Reach = Literal["own", "store", "retailer"]
REACHES: Final[dict[Reach, str]] = {
    "own": marked("only me"),
    "store": marked("the store"),
    "retailer": marked("all stores"),
}


class MessageTemplate(EditedRecord, frozen=True, kw_only=True):
    """A text to answer with. ``{given_name}`` and the like are filled in when it is used (``rules.templates``)."""

    store: str = ""
    """Empty for the retailer's."""
    author: str = ""
    reach: Reach = "own"
    """Who may use it."""
    title: str = ""
    text: str = ""
    language: str = ""
    """Of the text, such as ``de``; empty: it serves in any."""
    created_at: Instant | None = None


def _reach(template: Any, _: Owned | None) -> str | None:
    if template.reach == "retailer":
        return EVERYBODY
    if template.reach == "store":
        return store_audience(template.store)
    return person_audience(template.store, template.author)


_REACHED: Final = Rule("its author, everyone in the store, or everyone at the retailer, as it says", _reach)

MESSAGE_TEMPLATE = Kind(
    name="message_template",
    record=MessageTemplate,
    row=Row("text to answer with", _REACHED, _REACHED),
    noun="text",
    fields=(
        Text(name="title", required="A text needs a title."),
        Text(name="text", longest=4_000, lines=True, required="It has to say something."),
        OneOf(name="reach", choices=REACHES, write="once", label="for"),
        Text(name="language", longest=35),
    ),
    verbs=frozenset({"create", "edit", "remove"}),
    stamps={"store": "store", "author": "author", "created_at": "now"},
    page="Texts",
    tab=False,
    command="texts",
    listed=("title", "reach", "language"),
    words=lambda template, _: Translatable('text "{title}"', title=text_in(template, "title")),
)
