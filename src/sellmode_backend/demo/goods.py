"""What the demo's department store sells."""

from __future__ import annotations

import random
from collections.abc import Sequence

from sellmode_backend.demo import pools
from sellmode_backend.demo.retailer import CURRENCY, SOURCE, STORES
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.product import Product, ProductOption
from sellmode_contract.kinds.stock import Stock


def stock(products: Sequence[Product]) -> list[Stock]:
    """What each store has of everything: little of most, none of some, and not everything is sold in both."""
    found: list[Stock] = []
    for product in products:
        chance = random.Random(product.id)  # not a secret
        available = {store.id: max(0, int(chance.gauss(4, 3))) for store in STORES if chance.random() < 0.85}
        found.append(Stock(id=source_id("stock", SOURCE, product.id), product=product.id, available=available))
    return found


def products(chance: random.Random) -> list[Product]:
    """Some 400 variants: every word of every kind of goods from two houses, in all its sizes or shades."""
    products: list[Product] = []
    for goods in pools.GOODS:
        for words in goods.words:
            for house in chance.sample(pools.HOUSES, 2):
                price = chance.randrange(goods.low, goods.high) * 100 - chance.choice((0, 5, 10, 50))
                style = f"{house} {words}"
                # Of its own chance, so that all else in the demo stays as it was.
                reduced = random.Random(style).random() < 0.15  # not a secret
                for variant in goods.variants:
                    number = len(products) + 1
                    products.append(
                        Product(
                            id=source_id("product", SOURCE, str(number)),
                            sku=f"{goods.department[:2].upper()}{number:05d}",
                            title=style,
                            style=source_id("style", SOURCE, style),
                            variant=variant,
                            options=(ProductOption(name=goods.option, value=variant),),
                            vendor=house,
                            type=goods.type,
                            category=f"{goods.department.capitalize()} > {goods.type}",
                            description=f"{words} by {house}. {goods.told}",
                            tags=(goods.department,),
                            price=price,
                            compare_at=price * 5 // 4 // 100 * 100 if reduced else None,
                            currency=CURRENCY,
                            barcode=f"20{number:010d}",
                            active=chance.random() < 0.97,
                        )
                    )
    return products
