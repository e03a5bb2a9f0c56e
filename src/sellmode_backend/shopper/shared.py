"""What a link opens: the record that was shared, and what belongs on its page."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy.engine import Connection
from starlette.requests import Request

from sellmode_backend.shopper import brand as brands
from sellmode_backend.shopper import guards, pages, results, storefronts, tracking
from sellmode_backend.shopper.brand import Brand
from sellmode_backend.shopper.goods import Goods, goods_of, key_of, store_name
from sellmode_backend.shopper.languages import Words, words_for
from sellmode_backend.shopper.touches import Shared
from sellmode_backend.store import lookup, records, settings
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.lookbook import Lookbook, LookbookResult
from sellmode_contract.kinds.retailer import Retailer, zone_of
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.kinds.storefront import Storefront
from sellmode_contract.records import Record

LOGO: Final = "logo"
"""What names the retailer's logo among a page's pictures."""
_TOKEN: Final = re.compile(r"[A-Z2-7]{26}")


@dataclass(frozen=True)
class Seen:
    """What any page is made with."""

    words: Words
    brand: Brand
    retailer: str


@dataclass(frozen=True)
class Found(Seen):
    """What an open link opens."""

    token: str
    shared: Shared
    page: pages.Lookbook | pages.Storefront
    goods: Goods
    secret: bytes
    pages_at: str
    """Where customers reach their pages; empty: where terminals sign in."""

    @property
    def is_tracked(self) -> bool:
        """Whether it is noted what is done with it."""
        return self.page.is_tracked

    @property
    def logo(self) -> str:
        """Path of the retailer's logo on this page; empty if there is none."""
        is_shown = brands.is_allowed(self.brand.logo, self.brand.picture_hosts)
        return f"/p/{self.token}/{LOGO}" if is_shown else ""


def token_of(request: Request) -> str:
    """The token of a link in capitals; empty for what is none."""
    token = str(request.path_params["token"]).upper()
    return token if _TOKEN.fullmatch(token) else ""


def find(connection: Connection, token: str, accepted: str, now: dt.datetime) -> Found | Seen:
    """What a token opens; an unknown one, and one that is not open (any more), bring the same after the same work."""
    brand, retailer = brands.read(connection), settings.retailer(connection)
    name = retailer.name if retailer else ""
    opened = _opened(connection, token, retailer, now)
    if retailer is None or opened is None:
        return Seen(words_for("", accepted, brand.language), brand, name)
    page: pages.Lookbook | pages.Storefront
    if isinstance(opened.record, Lookbook):
        book = opened.record
        page, goods, language = _lookbook(connection, retailer, brand, book, opened.result)
        shared = Shared("lookbook", book.id, book.store, book.author, book.customer)
    else:
        front = opened.record
        page, goods, language = storefronts.page_of(connection, retailer, brand, front, opened.owner)
        shared = Shared("storefront", front.id, front.store, front.owner, None)
    return Found(
        words=words_for(language, accepted, brand.language),
        brand=brand,
        retailer=name,
        token=token,
        shared=shared,
        page=page,
        goods=goods,
        secret=guards.secret_of(connection),
        pages_at=retailer.pages_at,
    )


def find_picture(connection: Connection, token: str, key: str, now: dt.datetime) -> tuple[Brand, str]:
    """How pages look, and where a picture of the page that a token opens is to be had; empty if there is no such."""
    brand = brands.read(connection)
    opened = _opened(connection, token, settings.retailer(connection), now)
    if opened is None:
        return brand, ""
    record, url = opened.record, ""
    if key == LOGO:
        url = brand.logo
    elif isinstance(record, Storefront) and key == storefronts.PHOTO:
        url = record.photo
    else:
        items = record.items if isinstance(record, Lookbook) else storefronts.items_of(connection, record)
        named = next((item for item in items if key_of(item.sku) == key), None)
        return brand, goods_of(connection, brand, token, [named]).pictures.get(key, "") if named else ""
    return brand, url if brands.is_allowed(url, brand.picture_hosts) else ""


class _Opened(NamedTuple):
    """The record of an open link."""

    record: Lookbook | Storefront
    result: LookbookResult | None = None
    """What became of it so far, if it is a lookbook."""
    owner: Record | None = None
    """Of a storefront page, if it is an associate's."""


def _opened(connection: Connection, token: str, retailer: Retailer | None, now: dt.datetime) -> _Opened | None:
    ids = {kind: lookup.ids(connection, kind, [token]).get(token, "") for kind in ("lookbook", "storefront")}
    book = records.read(connection, "lookbook", ids["lookbook"])
    result = results.read(connection, ids["lookbook"])
    front = records.read(connection, "storefront", ids["storefront"])
    owner = records.read(connection, "staff", front.owner or "" if isinstance(front, Storefront) else "")
    if retailer is not None and isinstance(book, Lookbook) and is_open(book, result, now):
        return _Opened(book, result=result)
    if retailer is not None and isinstance(front, Storefront) and storefronts.is_open(front, owner, retailer, now):
        return _Opened(front, owner=owner)
    return None


def _lookbook(
    connection: Connection, retailer: Retailer, brand: Brand, book: Lookbook, result: LookbookResult | None
) -> tuple[pages.Lookbook, Goods, str]:
    """The page of a lookbook, its products, and its customer's language."""
    customer = records.read(connection, "customer", book.customer) if book.customer else None
    given, language = (customer.given_name, customer.language) if isinstance(customer, Customer) else ("", "")
    verdicts = {product.sku: product.verdict for product in result.products} if result else {}
    goods = goods_of(connection, brand, book.token, book.items)
    refused = book.customer is not None and tracking.is_refused(connection, book.customer)
    store = store_name(retailer, book.store)
    page = pages.Lookbook(
        token=book.token,
        headline=book.title,
        sender=_sender(connection, retailer, book, store),
        store=store,
        customer=given,
        message=book.message,
        items=tuple(goods.shown(item, verdicts.get(item.sku, "")) for item in book.items),
        expires=book.expires_at.astimezone(zone_of(retailer, book.store)).date() if book.expires_at else None,
        is_tracked=brand.tracking and not refused,
        may_track=brand.tracking and book.customer is not None,
        may_ask=bool(retailer.service.ways),
    )
    return page, goods, language


def is_open(book: Lookbook, result: LookbookResult | None, now: dt.datetime) -> bool:
    """Whether whoever has a lookbook's link may see it."""
    is_over = book.expires_at is not None and now >= book.expires_at
    is_deleted = result is not None and result.deleted_at is not None
    return book.shared_at is not None and book.revoked_at is None and not is_over and not is_deleted


def _sender(connection: Connection, retailer: Retailer, book: Lookbook, store: str) -> str:
    """In Associate Mode who made it, in Team Mode the store."""
    if retailer.mode == "associate":
        author = records.read(connection, "staff", book.author)
        if isinstance(author, Staff):
            return author.name
    return store or retailer.name
