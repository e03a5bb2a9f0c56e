"""The pages as HTML, of what is to stand on them."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from sellmode_backend.shopper.brand import Brand
from sellmode_backend.shopper.languages import Words
from sellmode_contract import text
from sellmode_contract.kinds.lookbook import Verdict

LONGEST_REPLY: Final = 2000
"""Characters of a customer's reply."""
Done = Literal["", "reply", "saved", "again", "too_many", "empty", "too_long"]
"""What the customer has just done on a page, or why it was not done."""
DONE: Final[tuple[Done, ...]] = ("reply", "saved", "again", "too_many", "empty", "too_long")


@dataclass(frozen=True)
class Item:
    """A product on a page."""

    key: str
    """What names it in links and forms of this page."""
    title: str
    variant: str = ""
    price: tuple[int, str] | None = None
    """Minor units and currency."""
    note: str = ""
    picture: str = ""
    """Path of its picture; empty if there is none."""
    is_linked: bool = False
    """Whether there is a page of the shop to go to."""
    is_gone: bool = False
    """Whether it is not sold any more."""
    verdict: Verdict = ""


@dataclass(frozen=True)
class Lookbook:
    """What stands on the page of a lookbook."""

    token: str
    headline: str
    sender: str
    """Who sends it: an associate, or the store."""
    store: str
    customer: str
    """The customer's given name; empty where nobody is addressed."""
    message: str
    items: tuple[Item, ...]
    expires: dt.date | None
    is_tracked: bool
    """Whether it is noted what this customer opens and clicks."""
    may_track: bool
    """Whether the customer is asked at all."""
    may_ask: bool
    """Whether the retailer offers that customers ask from it."""


@dataclass(frozen=True)
class Picks:
    """A list of picks on a storefront page."""

    sort: str
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Storefront:
    """What stands on a storefront page."""

    token: str
    headline: str
    sender: str
    """Who is there: an associate, or the store."""
    store: str
    message: str
    photo: str
    """Path of the picture of who is there; empty if there is none."""
    lists: tuple[Picks, ...]
    expires: dt.date | None
    is_tracked: bool
    """Whether it is noted what is opened and clicked."""
    may_ask: bool
    """Whether the retailer offers that customers ask from it."""


class Guards(NamedTuple):
    """What a page carries to prove that an answer comes from it."""

    form: str
    """For its forms."""
    visit: str
    """For the word that it was looked at; empty if nobody waits for it."""


class Page(NamedTuple):
    """HTML, and what its Content-Security-Policy lets run."""

    html: str
    nonce: str


def shared(
    page: Lookbook | Storefront,
    words: Words,
    brand: Brand,
    retailer: str,
    guards: Guards,
    *,
    logo: str = "",
    done: Done = "",
) -> Page:
    """The page of a lookbook, or of a storefront. ``logo`` is the path of the retailer's, empty for none."""
    template = "lookbook.html" if isinstance(page, Lookbook) else "storefront.html"
    return rendered(template, words, brand, retailer, logo=logo, page=page, guards=guards, done=done)


def deleted(words: Words, brand: Brand, retailer: str) -> Page:
    """What whoever has asked for a page to be deleted is told."""
    return rendered("deleted.html", words, brand, retailer)


def nothing(words: Words, brand: Brand, retailer: str) -> Page:
    """What stands where there is no page, or none any more."""
    return rendered("nothing.html", words, brand, retailer)


def later(words: Words, brand: Brand) -> Page:
    """What stands where nothing can be looked up just now, not even whose page it is."""
    return rendered("later.html", words, brand, "")


def rendered(template: str, words: Words, brand: Brand, retailer: str, *, logo: str = "", **more: object) -> Page:
    """A page of a template, in the retailer's look; ``logo`` is the path of its logo, empty for none."""
    nonce = secrets.token_urlsafe(16)
    common = {"words": words, "brand": brand, "retailer": retailer, "logo": logo, "nonce": nonce}
    common["longest_reply"] = LONGEST_REPLY
    return Page(_environment().get_template(template).render(common, **more), nonce)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("sellmode_backend.shopper"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["visible"] = text.visible
    environment.filters["lines"] = text.visible_lines
    return environment
