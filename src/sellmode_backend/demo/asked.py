"""What customers have asked of a store of the demo: new requests, some that are being answered, and closed ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend.demo.retailer import SOURCE
from sellmode_backend.shopper.requests import asking
from sellmode_backend.shopper.requests.asking import Asked, Origin
from sellmode_backend.store import records
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.chat_line import CUSTOMER, ChatLine
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.request import Outcome, Request
from sellmode_contract.mutations.requests import with_line
from sellmode_contract.service_rules import Way
from sellmode_contract.visibility import Account

_CONSENT = "I agree that Alder & Vale answers me by e-mail, text message or phone with what I give here."


class _Asked(NamedTuple):
    """A request, with what was said since."""

    minutes: int
    """How long ago it was made."""
    way: Way
    name: str
    text: str
    product: str = ""
    """The type of the product that it is about."""
    email: str = ""
    phone: str = ""
    wish: str = ""
    wanted: str = ""
    """User name of whom the customer has picked."""
    taken_by: str = ""
    """User name of who answers."""
    said: tuple[tuple[str, str], ...] = ()
    """Who said what then, a minute apart; empty: the customer."""
    outcome: Outcome = ""
    rating: int | None = None
    comment: str = ""


_ALL = (
    _Asked(3, "chat", "Noor", "Hello! Is the camel coat warm enough for January?", product="Coats"),
    _Asked(9, "chat", "", "Do you have this in size 38?", product="Knitwear", wanted="anna"),
    _Asked(6, "chat", "Iris", "I am looking for a present, about 80 euros.", taken_by="anna", said=(
        ("anna", "Good day, Iris! Who is it for?"),
        ("", "My sister. She likes green."),
        ("anna", "Lovely. Scarf or jumper?"),
        ("", "A scarf, I think. Can you show me one?"),
    )),
    _Asked(95, "email", "Tomas", "Can the sleeves of the jacket be shortened?", email="tomas@example.com"),
    _Asked(130, "appointment", "Yusra", "I would like to try some dresses for a wedding.", email="yusra@example.org",
           wish="Saturday, in the morning"),
    _Asked(200, "personal_shopper", "Ben", "A new wardrobe for work, please.", phone="+447700900123", wanted="teun",
           taken_by="teun"),
    _Asked(260, "sms", "Mila", "Are my shoes ready?", phone="+33639980012", taken_by="leyla",
           said=(("leyla", "They are. We are open until late."),)),
    _Asked(1500, "chat", "Lars", "Which of the two is softer?", product="Knitwear", taken_by="anna", said=(
        ("anna", "The cashmere, by far."), ("", "Then I take that one. Thank you!"),
    ), outcome="sold", rating=5, comment="Quick and kind."),
    _Asked(3000, "email", "Ada", "Do you gift-wrap?", email="ada@example.net", taken_by="teun",
           said=(("teun", "We do, in every store."),), outcome="helped", rating=4),
    _Asked(4400, "chat", "", "BUY CHEAP FOLLOWERS", taken_by="kofi", outcome="spam"),
)  # fmt: skip


def write(
    connection: Connection, store: str, accounts: Sequence[Account], products: Sequence[Product], now: dt.datetime
) -> None:
    """Let customers have asked all this of a store, as their pages do, and its people have answered."""
    people = {account.user_name: account.id for account in accounts}
    skus = {product.type: product.sku for product in reversed(products) if product.active}
    for number, asked in enumerate(sorted(_ALL, key=lambda each: -each.minutes)):
        at, key = now - dt.timedelta(minutes=asked.minutes), source_id("request", SOURCE, str(number))
        origin = Origin(store, person=people.get(asked.wanted), sku=skus.get(asked.product, ""))
        said = Asked(
            asked.way, asked.text, asked.name, asked.email, asked.phone, asked.wish,
            agreed=_CONSENT if asked.email or asked.phone else "", language="en",
        )  # fmt: skip
        id = asking.ask(connection, guard=key, token=key, origin=origin, asked=said, now=at)
        if asked.taken_by:
            _take(connection, id, asked, people, at)


def _take(connection: Connection, id: str, asked: _Asked, people: Mapping[str, str], at: dt.datetime) -> None:
    """Somebody takes a request, and says all that was said."""
    minute = dt.timedelta(minutes=1)
    taken_by = people[asked.taken_by]
    request = records.read(connection, "request", id)
    assert isinstance(request, Request)  # noqa: S101 -- for the type checker: it was made just now
    request = msgspec.structs.replace(request, claimed_by=taken_by, claimed_at=at + minute, reserved=False)
    records.write(connection, [request], now=at + minute)
    for number, (who, text) in enumerate(asked.said, 2):
        at += minute
        line = ChatLine(
            id=asking.line_id(id, str(number)), store=request.store, request=id, holder=taken_by, n=number, at=at,
            by=people[who] if who else CUSTOMER, via="chat" if asked.way in ("chat", "sms") else "email", text=text,
        )  # fmt: skip
        request = with_line(request, line)
        records.write(connection, [request, line], now=at)
    if asked.outcome:
        closed = msgspec.structs.replace(
            request, state="closed", outcome=asked.outcome, closed_at=at + minute, closed_by=taken_by,
            waiting_since=None, rating=asked.rating, comment=asked.comment,
        )  # fmt: skip
        records.write(connection, [closed], now=at + minute)
