"""What a customer is shown of their talk: its lines with who has written them, products, and what was read of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import cast

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend.shopper import brand as brands
from sellmode_backend.shopper.brand import Brand
from sellmode_backend.shopper.goods import goods_of, store_name
from sellmode_backend.shopper.languages import Words, words_for
from sellmode_backend.shopper.requests import talking
from sellmode_backend.shopper.requests.talking import Session
from sellmode_backend.shopper.shared import Seen
from sellmode_backend.store import records, settings
from sellmode_contract import text
from sellmode_contract.kinds.chat_line import CUSTOMER, ChatLine
from sellmode_contract.kinds.look import LookItem
from sellmode_contract.kinds.lookbook import Lookbook
from sellmode_contract.kinds.retailer import Retailer, zone_of
from sellmode_contract.kinds.staff import Staff


class Card(msgspec.Struct, frozen=True, omit_defaults=True):
    """A product or a lookbook that is shown with a line."""

    title: str
    more: str = ""
    """Variant, price, or that it is gone."""
    link: str = ""
    """Where it can be seen: in the shop, or a path of ours."""


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of a talk as its customer sees it; what stands in it can be shown as it is."""

    n: int
    time: str
    """By the store's clock."""
    author: str
    day: str
    text: tuple[str, ...] = ()
    """Its lines."""
    mine: bool = False
    cards: tuple[Card, ...] = ()


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a talk stands."""

    sender: str
    """Who answers: an associate, or the store."""
    seen: int = 0
    """The last line that whoever answers has seen."""
    closed: bool = False


class News(msgspec.Struct, frozen=True):
    """What there is of a talk behind a line."""

    request: str
    store: str
    lines: tuple[Line, ...]
    state: State


@dataclass(frozen=True)
class Shown(Seen):
    """A talk as its customer sees it, and what its page is made with."""

    session: Session
    news: News
    store: str
    """Its name."""
    zone: dt.tzinfo


def news(connection: Connection, token: str, after: int, now: dt.datetime) -> News | None:
    """What there is behind a line; None for a token that is for no talk."""
    found = show(connection, token, "", now, after)
    return found.news if found else None


def show(connection: Connection, token: str, accepted: str, now: dt.datetime, after: int = 0) -> Shown | None:
    """The talk that a token is for, with its lines behind a number; None for a token that is for none."""
    session = talking.find(connection, token, now)
    retailer = settings.retailer(connection)
    if session is None or retailer is None:
        return None
    request, brand = session.request, brands.read(connection)
    zone = zone_of(retailer, request.store)
    words = words_for(request.language, accepted, brand.language)
    store = store_name(retailer, request.store) or retailer.name
    lines = talking.lines(connection, request.id, after) if request.lines > after else []
    shown = tuple(_shown(connection, brand, words, lines, zone, _Names(retailer, store)))
    state = State(_sender(connection, session, retailer, store), session.talk.seen, request.state == "closed")
    return Shown(words, brand, retailer.name, session, News(request.id, request.store, shown, state), store, zone)


@dataclass(frozen=True)
class _Names:
    retailer: Retailer
    store: str

    def of(self, author: object) -> str:
        """Who has written: in Associate Mode by name, in Team Mode the store."""
        return author.name if self.retailer.mode == "associate" and isinstance(author, Staff) else self.store


def _sender(connection: Connection, session: Session, retailer: Retailer, store: str) -> str:
    request = session.request
    person = records.read(connection, "staff", request.claimed_by or request.wanted or "")
    return text.visible(_Names(retailer, store).of(person))


def _shown(
    connection: Connection, brand: Brand, words: Words, lines: list[ChatLine], zone: dt.tzinfo, names: _Names
) -> Iterator[Line]:
    people = {each.id: each for each in records.read_many(connection, "staff", {line.by for line in lines})}
    books = {
        each.id: each
        for each in cast(
            "list[Lookbook]", records.read_many(connection, "lookbook", {line.lookbook for line in lines} - {""})
        )
    }
    products = _products(connection, brand, words, {line.sku for line in lines} - {""})
    for line in lines:
        at, is_mine = line.at.astimezone(zone), line.by == CUSTOMER
        cards = [products[line.sku]] if line.sku else []
        if (book := books.get(line.lookbook)) and book.token:
            cards.append(Card(text.visible(book.title), link=f"/l/{book.token}"))
        yield Line(
            n=line.n,
            time=words.time(at),
            day=words.day(at.date()),
            author=words.say("You") if is_mine else text.visible(names.of(people.get(line.by))),
            text=tuple(text.visible_lines(line.text)) if line.text else (),
            mine=is_mine,
            cards=tuple(cards),
        )


def _products(connection: Connection, brand: Brand, words: Words, skus: Iterable[str]) -> dict[str, Card]:
    items = [LookItem(sku=sku) for sku in sorted(skus)]
    goods = goods_of(connection, brand, "", items)
    cards = {}
    for item in items:
        shown = goods.shown(item)
        price = words.amount(*shown.price) if shown.price else ""
        more = [text.visible(shown.variant)] if shown.variant else []
        more += [words.say("No longer available")] if shown.is_gone else [price] if price else []
        link = brand.link_to(item.sku) if shown.is_linked else ""
        cards[item.sku] = Card(text.visible(shown.title), ", ".join(more), link)
    return cards
