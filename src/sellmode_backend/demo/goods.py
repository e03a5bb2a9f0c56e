"""What the demo's department store sells."""

from __future__ import annotations

import random

from sellmode_backend.demo import pools
from sellmode_backend.demo.retailer import CURRENCY, SOURCE
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.product import Product, ProductOption


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
