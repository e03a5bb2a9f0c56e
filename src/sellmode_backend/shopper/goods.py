"""The products of a page: as they are sold now, where the shop has them, and their pictures."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from sellmode_backend.shopper import pages
from sellmode_backend.shopper.brand import Brand
from sellmode_backend.store import catalogue
from sellmode_contract.kinds.look import LookItem
from sellmode_contract.kinds.lookbook import Verdict
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.retailer import Retailer


@dataclass(frozen=True)
class Goods:
    """The products of a page, by what names them there."""

    token: str
    skus: Mapping[str, str]
    links: Mapping[str, str]
    """Where the shop has them, of those that it has."""
    pictures: Mapping[str, str]
    """Where the shop has pictures of them, of those that have one on a host that may be asked."""
    products: Mapping[str, Product]
    """By SKU, those that are known."""

    def shown(self, item: LookItem, verdict: Verdict = "") -> pages.Item:
        """A product as it is sold now; what is not sold any more as it was when it was put there."""
        key, product = key_of(item.sku), self.products.get(item.sku)
        return pages.Item(
            key=key,
            title=product.title if product else item.title or item.sku,
            variant=product.variant if product else "",
            price=(product.price, product.currency) if product and product.price is not None else None,
            note=item.note,
            picture=f"/p/{self.token}/{key}" if key in self.pictures else "",
            is_linked=key in self.links,
            is_gone=product is None or not product.active,
            verdict=verdict,
        )


def goods_of(connection: Connection, brand: Brand, token: str, items: Iterable[LookItem]) -> Goods:
    """The products of a page as they are known now."""
    skus = {key_of(item.sku): item.sku for item in items}
    products = catalogue.products(connection, skus.values())
    links, pictures = dict[str, str](), dict[str, str]()
    for key, sku in skus.items():
        if (product := products.get(sku)) is None:
            continue
        if product.active and (link := brand.link_to(sku)):
            links[key] = link
        if url := brand.picture_of(product):
            pictures[key] = url
    return Goods(token, skus, links, pictures, products)


def key_of(sku: str) -> str:
    """What names a product on a page: SKUs may have any characters."""
    return hashlib.sha256(sku.encode()).hexdigest()[:12]


def store_name(retailer: Retailer, store: str) -> str:
    """What a store is called; empty for one that is not known."""
    return next((entry.name for entry in retailer.stores if entry.id == store), "")
