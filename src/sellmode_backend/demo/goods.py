"""What the demo's department store sells."""

from __future__ import annotations

import random

from sellmode_backend.demo import pools
from sellmode_backend.demo.retailer import CURRENCY, SOURCE
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.product import Product


def products(chance: random.Random) -> list[Product]:
    """Some 400 variants: every word of every kind of goods from two houses, in all its sizes or shades."""
    products: list[Product] = []
    for goods in pools.GOODS:
        for words in goods.words:
            for house in chance.sample(pools.HOUSES, 2):
                price = chance.randrange(goods.low, goods.high) * 100 - chance.choice((0, 5, 10, 50))
                for variant in goods.variants:
                    number = len(products) + 1
                    products.append(
                        Product(
                            id=source_id("product", SOURCE, str(number)),
                            sku=f"{goods.department[:2].upper()}{number:05d}",
                            title=f"{house} {words}",
                            variant=variant,
                            vendor=house,
                            type=goods.type,
                            tags=(goods.department,),
                            price=price,
                            currency=CURRENCY,
                            barcode=f"20{number:010d}",
                            active=chance.random() < 0.97,
                        )
                    )
    return products
