"""What a link opens: the record that was shared, and what belongs on its page."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from sqlalchemy.engine import Connection

from sellmode_backend.shopper import brand as brands
from sellmode_backend.shopper import guards, pages, results, tracking
from sellmode_backend.shopper.brand import Brand
from sellmode_backend.shopper.languages import Words, words_for
from sellmode_backend.shopper.touches import Shared
from sellmode_backend.store import lookup, records, settings
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.look import LookItem
from sellmode_contract.kinds.lookbook import Lookbook, LookbookResult, Verdict
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.retailer import Retailer, zone_of
from sellmode_contract.kinds.staff import Staff


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
    page: pages.Lookbook
    skus: Mapping[str, str]
    """The SKUs of its products by what names them on the page."""
    links: Mapping[str, str]
    """Where the shop has them, of those that it has."""
    pictures: Mapping[str, str]
    """Where the shop has pictures of them, of those that have one on a host that may be asked."""
    secret: bytes

    @property
    def is_tracked(self) -> bool:
        """Whether it is noted what is done with it."""
        return self.page.is_tracked


def find(connection: Connection, token: str, accepted: str, now: dt.datetime) -> Found | Seen:
    """What a token opens; an unknown one, and one that is not open (any more), bring the same after the same work."""
    brand, retailer = brands.read(connection), settings.retailer(connection)
    name = retailer.name if retailer else ""
    id = lookup.ids(connection, "lookbook", [token]).get(token, "")
    book, result = records.read(connection, "lookbook", id), results.read(connection, id)
    if retailer is None or not isinstance(book, Lookbook) or not is_open(book, result, now):
        return Seen(words_for("", accepted, brand.language), brand, name)
    customer = records.read(connection, "customer", book.customer) if book.customer else None
    given, language = (customer.given_name, customer.language) if isinstance(customer, Customer) else ("", "")
    verdicts = {product.sku: product.verdict for product in result.products} if result else {}
    products = _products(connection, [item.sku for item in book.items])
    keyed = {key_of(item.sku): item for item in book.items}
    skus = {key: item.sku for key, item in keyed.items()}
    links = {
        key: link
        for key, sku in skus.items()
        if (product := products.get(sku)) and product.active and (link := brand.link_to(sku))
    }
    pictures = {
        key: url
        for key, sku in skus.items()
        if (product := products.get(sku))
        and (url := next((each.url for each in product.images if brands.is_allowed(each.url, brand.picture_hosts)), ""))
    }
    items = tuple(
        _item(
            key,
            item,
            products.get(item.sku),
            verdicts.get(item.sku, ""),
            picture=f"/p/{token}/{key}" if key in pictures else "",
            is_linked=key in links,
        )
        for key, item in keyed.items()
    )
    refused = book.customer is not None and tracking.is_refused(connection, book.customer)
    store = next((entry.name for entry in retailer.stores if entry.id == book.store), "")
    page = pages.Lookbook(
        token=token,
        headline=book.title,
        sender=_sender(connection, retailer, book, store),
        store=store,
        customer=given,
        message=book.message,
        items=items,
        expires=book.expires_at.astimezone(zone_of(retailer, book.store)).date() if book.expires_at else None,
        is_tracked=brand.tracking and not refused,
        may_track=brand.tracking and book.customer is not None,
    )
    return Found(
        words=words_for(language, accepted, brand.language),
        brand=brand,
        retailer=name,
        token=token,
        shared=Shared("lookbook", book.id, book.store, book.author, book.customer),
        page=page,
        skus=skus,
        links=links,
        pictures=pictures,
        secret=guards.secret_of(connection),
    )


def is_open(book: Lookbook, result: LookbookResult | None, now: dt.datetime) -> bool:
    """Whether whoever has a lookbook's link may see it."""
    is_over = book.expires_at is not None and now >= book.expires_at
    is_deleted = result is not None and result.deleted_at is not None
    return book.shared_at is not None and book.revoked_at is None and not is_over and not is_deleted


def key_of(sku: str) -> str:
    """What names a product on a page: SKUs may have any characters."""
    return hashlib.sha256(sku.encode()).hexdigest()[:12]


def _products(connection: Connection, skus: list[str]) -> dict[str, Product]:
    ids = lookup.ids(connection, "product", skus)
    found = cast("list[Product]", records.read_many(connection, "product", ids.values()))
    return {product.sku: product for product in found}


def _item(
    key: str, item: LookItem, product: Product | None, verdict: Verdict, *, picture: str, is_linked: bool
) -> pages.Item:
    """A product as it is sold now; what is not sold any more as it was when it was put there."""
    return pages.Item(
        key=key,
        title=product.title if product else item.title or item.sku,
        variant=product.variant if product else "",
        price=(product.price, product.currency) if product and product.price is not None else None,
        note=item.note,
        picture=picture,
        is_linked=is_linked,
        is_gone=product is None or not product.active,
        verdict=verdict,
    )


def _sender(connection: Connection, retailer: Retailer, book: Lookbook, store: str) -> str:
    """In Associate Mode who made it, in Team Mode the store."""
    if retailer.mode == "associate":
        author = records.read(connection, "staff", book.author)
        if isinstance(author, Staff):
            return author.name
    return store or retailer.name
