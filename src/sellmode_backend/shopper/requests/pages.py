"""The pages on which customers ask, and of their talks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from sqlalchemy.engine import Connection

from sellmode_backend.shopper import pages
from sellmode_backend.shopper.brand import Brand
from sellmode_backend.shopper.goods import goods_of
from sellmode_backend.shopper.languages import Words
from sellmode_backend.shopper.pages import Item, Page
from sellmode_backend.shopper.requests.asking import LONGEST_FIELDS
from sellmode_backend.shopper.requests.talking import LONGEST_COMMENT
from sellmode_backend.shopper.shared import Seen
from sellmode_backend.store import records
from sellmode_contract import text
from sellmode_contract.kinds.chat_line import CUSTOMER, LONGEST, ChatLine
from sellmode_contract.kinds.look import LookItem
from sellmode_contract.kinds.lookbook import Lookbook
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.service_rules import Way

_NO_VALUES: Final = dict.fromkeys((*LONGEST_FIELDS, "way", "agreed"), "")


@dataclass(frozen=True)
class Asking:
    """What stands on a page on which somebody asks."""

    token: str
    sender: str
    """Who is asked: an associate, or the store."""
    store: str
    ways: tuple[Way, ...]
    consent: str
    """What they agree to, in words."""
    opens: dt.datetime | None = None
    """When the store opens, by its own clock; None if it is open, or never will be."""
    product: str = ""
    """The title of what it is about."""
    key: str = ""
    """What names that on the page where it stood."""
    values: Mapping[str, str] = field(default_factory=lambda: _NO_VALUES)
    """What has been written so far."""
    problem: str = ""
    wrong: str = ""
    """The field with the problem."""
    longest: Mapping[str, int] = field(default_factory=lambda: LONGEST_FIELDS)

    @property
    def most(self) -> int:
        """Characters of the field with the problem."""
        return LONGEST_FIELDS.get(self.wrong, 0)


@dataclass(frozen=True)
class Line:
    """A line of a talk as its customer sees it."""

    n: int
    at: dt.datetime
    """By the store's clock."""
    is_mine: bool
    author: str
    text: str
    product: Item | None = None
    link: str = ""
    """Where the shop has the product."""
    lookbook: str = ""
    """Path of the lookbook's page."""
    lookbook_title: str = ""


@dataclass(frozen=True)
class Talk:
    """What stands on the page of a talk."""

    token: str
    sender: str
    store: str
    lines: tuple[Line, ...]
    seen: int
    """The last line that whoever answers has seen."""
    is_closed: bool
    rating: int | None
    comment: str
    email: str
    expires: dt.date
    done: str = ""
    problem: str = ""
    text: str = ""
    """What has been written and was not sent."""
    longest: int = LONGEST
    longest_comment: int = LONGEST_COMMENT

    @property
    def most(self) -> int:
        """Characters of the field with a problem."""
        return LONGEST


def consent(words: Words, store: str) -> str:
    """What a customer agrees to so that they can be answered."""
    return words.say(
        "I agree that {store} answers me by e-mail, text message or phone with what I give here.",
        store=text.visible(store),
    )


def asking(page: Asking, seen: Seen, guard: str, *, logo: str = "") -> Page:
    """The page on which somebody asks."""
    return pages.rendered("ask.html", seen.words, seen.brand, seen.retailer, logo=logo, page=page, guard=guard)


def talk(page: Talk, seen: Seen, guard: str) -> Page:
    """The page of a talk."""
    return pages.rendered("talk.html", seen.words, seen.brand, seen.retailer, page=page, guard=guard)


def lines_of(
    connection: Connection, brand: Brand, lines: list[ChatLine], zone: dt.tzinfo, store: str, *, names: bool
) -> Iterator[Line]:
    """Lines as their customer sees them: with who has written them, if they have ``names`` besides the store's."""
    items = [LookItem(sku=line.sku) for line in lines if line.sku]
    goods = goods_of(connection, brand, "", items)
    people = {each.id: each for each in records.read_many(connection, "staff", {line.by for line in lines})}
    books = {
        each.id: each
        for each in cast("list[Lookbook]", records.read_many(connection, "lookbook", {line.lookbook for line in lines}))
    }
    for line in lines:
        author, book = people.get(line.by), books.get(line.lookbook)
        product = goods.shown(LookItem(sku=line.sku)) if line.sku else None
        yield Line(
            n=line.n,
            at=line.at.astimezone(zone),
            is_mine=line.by == CUSTOMER,
            author=author.name if names and isinstance(author, Staff) else store,
            text=line.text,
            product=product,
            link=brand.link_to(line.sku) if product and product.is_linked and not product.is_gone else "",
            lookbook=f"/l/{book.token}" if book and book.token else "",
            lookbook_title=book.title if book else "",
        )


def as_text(page: Talk, words: Words) -> str:
    """A talk as plain text."""
    parts = []
    for line in page.lines:
        author = words.say("You") if line.is_mine else text.visible(line.author)
        shown = [line.product.title] if line.product else []
        shown += [line.lookbook_title] if line.lookbook_title else []
        body = [*(text.visible_lines(line.text) if line.text else ()), *map(text.visible, shown)]
        parts.append("\n".join([f"{words.day(line.at.date())}, {words.time(line.at)}, {author}", *body]))
    return "\n\n".join(parts) + "\n"
