"""What products are found by: the words of a search, and the fields of a filter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Protocol

from sellmode_contract.filters.fields import Field
from sellmode_contract.kinds.product import Product, ProductOption
from sellmode_contract.money import exponent
from sellmode_contract.search import SearchKeys, name_words, words

PRODUCT_FIELDS = (
    Field("title", "text", "Title"),
    Field("vendor", "text", "Brand"),
    Field("type", "text", "Type of goods"),
    Field("category", "text", "Where the shop's order of goods has it"),
    Field("tag", "tag", "One of the product's tags", repeated=True),
    Field("option", "text", "One of its options, such as a size or colour", repeated=True),
    Field("sku", "text", "SKU"),
    Field("barcode", "text", "Barcode"),
    Field("price", "money", "Price, in the retailer's currency"),
    Field("reduced", "boolean", "Whether it cost more before"),
    Field("stock", "number", "Pieces in your stores"),
    Field("elsewhere", "number", "Pieces in other stores"),
    Field("active", "boolean", "Whether it is still sold; without this, only what is"),
)
"""What a filter of products may name. It is asked of each variant by itself."""


class FindableProduct(Protocol):
    """What of a product is searched."""

    @property
    def sku(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def variant(self) -> str: ...
    @property
    def options(self) -> Sequence[ProductOption]: ...
    @property
    def vendor(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def tags(self) -> Sequence[str]: ...
    @property
    def barcode(self) -> str: ...


def product_keys(product: FindableProduct) -> SearchKeys:
    """The words a product is found by. A SKU is found without its dashes, too."""
    sku = words(product.sku)
    named = (product.title, product.variant, product.vendor, product.type, product.category, *product.tags)
    options = (option.value for option in product.options)
    return SearchKeys(
        frozenset(
            (
                *sku,
                "".join(sku),
                *words(product.barcode),
                *(word for text in (*named, *options) for word in _name_words(text)),
            )
        )
        - {""}
    )


@lru_cache(maxsize=4096)
def _name_words(text: str) -> tuple[str, ...]:
    """Variants of a style, and styles of a brand, share most of their texts."""
    return tuple(name_words(text))


def pieces(available: Mapping[str, int], stores: Sequence[str]) -> tuple[int, int]:
    """How many pieces there are in some stores, and in all others, where less than none counts as none."""
    here = sum(available.get(store, 0) for store in stores)
    return here, sum(max(number, 0) for store, number in available.items() if store not in stores)


def product_values(
    product: Product, available: Mapping[str, int] | None, stores: Sequence[str], currency: str
) -> dict[str, object]:
    """A product's value of each field of a filter, for ``filters.matches``; ``available`` is None where no stock is
    known.
    """
    here, elsewhere = (None, None) if available is None else pieces(available, stores)
    price = product.price if product.currency == currency else None
    return {
        "title": product.title,
        "vendor": product.vendor,
        "type": product.type,
        "category": product.category,
        "tag": product.tags,
        "option": tuple(option.value for option in product.options),
        "sku": product.sku,
        "barcode": product.barcode,
        "price": None if price is None else Decimal(price).scaleb(-exponent(currency)),
        "reduced": product.price is not None and product.compare_at is not None and product.compare_at > product.price,
        "stock": here,
        "elsewhere": elsewhere,
        "active": product.active,
    }
