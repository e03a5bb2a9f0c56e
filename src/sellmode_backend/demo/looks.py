"""Lookbooks, picks and wish lists of the demo's people, and what became of what they shared."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Iterator, Sequence
from string import ascii_uppercase

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend.demo.retailer import SOURCE
from sellmode_backend.shopper import results, touches
from sellmode_backend.shopper.touches import Shared
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.look import LookItem
from sellmode_contract.kinds.lookbook import Lookbook
from sellmode_contract.kinds.pick_list import PickList
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.sent_lookbook import SentLookbook
from sellmode_contract.kinds.storefront import Storefront
from sellmode_contract.kinds.wish import Wish
from sellmode_contract.records import Record
from sellmode_contract.visibility import Account

_DAY = dt.timedelta(days=1)
_WISH_LISTS = 0.12
"""How many of the customers who belong to somebody have one."""
_NOTES = ("", "", "For Christmas", "Once it is reduced", "In navy if there is one", "Told me in the fitting room")
_BASE32 = f"{ascii_uppercase}234567"


def looks(
    chance: random.Random,
    people: Sequence[Account],
    customers: Iterable[Customer],
    products: Sequence[Product],
    today: dt.date,
) -> list[Record]:
    """What everybody has who owns customers: a draft, a lookbook that works, one that has expired, a My Look, picks and
    their page; and each store its picks.
    """
    sold = [product for product in products if product.active and not product.gift_card]
    mine: dict[str, list[Customer]] = {}
    for customer in customers:
        if customer.owner:
            mine.setdefault(customer.owner, []).append(customer)
    at = dt.datetime.combine(today, dt.time(9, 40), dt.UTC) - _DAY
    found: list[Record] = []
    for account in people:
        if own := mine.get(account.id, []):
            found += _of_a_person(chance, account, own, sold, at)
    for store in sorted({account.stores[0] for account in people}):
        found += _picks(chance, store, None, sold, at)
    found += (wish for own in mine.values() for each in own for wish in _wishes(chance, each, sold, at))
    return found


def look_at(connection: Connection, made: Iterable[Record]) -> None:
    """Let customers open what was shared with them and works, click, and like a product."""
    for look in made:
        if not isinstance(look, Lookbook) or look.shared_at is None:
            continue
        shared = Shared("lookbook", look.id, look.store, look.author, look.customer)
        first, last = look.items[0].sku, look.items[-1].sku
        touches.note(connection, shared, "open", look.shared_at + dt.timedelta(hours=3))
        touches.note(connection, shared, "click", look.shared_at + dt.timedelta(hours=3, minutes=2), sku=first)
        touches.note(connection, shared, "open", look.shared_at + dt.timedelta(hours=26))
        results.count(connection, shared, look.shared_at + dt.timedelta(hours=26))
        results.judged(connection, shared, first, "liked", look.shared_at + dt.timedelta(hours=26))
        results.judged(connection, shared, last, "refused", look.shared_at + dt.timedelta(hours=26))


def _of_a_person(
    chance: random.Random, account: Account, own: Sequence[Customer], sold: Sequence[Product], at: dt.datetime
) -> Iterator[Record]:
    (store,) = account.stores
    draft, running, over = (chance.choice(own) for _ in range(3))

    def look(name: str, title: str, days: int, **fields: object) -> Lookbook:
        made = Lookbook(
            id=source_id("lookbook", SOURCE, f"{account.user_name}/{name}"),
            store=store,
            author=account.id,
            title=title,
            items=_items(chance, sold, 4),
            created_at=at - days * _DAY,
        )
        return msgspec.structs.replace(made, **fields)

    yield look(
        "draft", "For the holidays", 1, customer=draft.id,
        message=f"Dear {draft.given_name or 'customer'},\nthese made me think of you. Which one shall I put aside?",
    )  # fmt: skip
    yield look("my-look", "Evening looks", 20, form="my_look")
    for name, title, whom, days in (("running", "New for you", running, 6), ("over", "Late summer", over, 110)):
        shared_at = at - days * _DAY
        shared = look(
            name, title, days + 1, customer=whom.id, state="shared", token=_token(chance), shared_at=shared_at,
            expires_at=shared_at + 90 * _DAY,
        )  # fmt: skip
        yield shared
        yield SentLookbook(
            id=source_id("sent_lookbook", SOURCE, shared.id), customer=whom.id, author=account.id, store=store,
            lookbook=shared.id, at=shared_at, how="email", title=title, items=shared.items,
        )  # fmt: skip
    yield from _picks(chance, store, account, sold, at)


def _picks(
    chance: random.Random, store: str, owner: Account | None, sold: Sequence[Product], at: dt.datetime
) -> Iterator[Record]:
    """A list of new arrivals, of which one product has another price by now, and the page that shows it."""
    whose = owner.id if owner else None
    key = owner.user_name if owner else store
    first, *others = _items(chance, sold, 6)
    dearer = msgspec.structs.replace(first, price=(first.price or 0) + 1_000)
    yield PickList(
        id=source_id("pick_list", SOURCE, key), store=store, owner=whose, sort="new_arrivals", title="New this week",
        items=(dearer, *others), changed_by=whose or "", changed_at=at - 5 * _DAY,
    )  # fmt: skip
    yield Storefront(
        id=source_id("storefront", SOURCE, key), store=store, owner=whose, token=_token(chance),
        title=f"{owner.name} recommends" if owner else "New in the store", opened_by=whose or "",
        opened_at=at - 30 * _DAY,
    )  # fmt: skip


def _wishes(chance: random.Random, customer: Customer, sold: Sequence[Product], at: dt.datetime) -> Iterator[Wish]:
    if chance.random() > _WISH_LISTS:
        return
    for product in chance.sample(sold, chance.randint(1, 3)):
        yield Wish(
            id=source_id("wish", SOURCE, f"{customer.id}/{product.sku}"),
            customer=customer.id,
            sku=product.sku,
            title=_name(product),
            note=chance.choice(_NOTES),
            author=customer.owner,
            wished_at=at - chance.randrange(120) * _DAY,
        )


def _items(chance: random.Random, sold: Sequence[Product], count: int) -> tuple[LookItem, ...]:
    """Products of different styles."""
    styles = {product.style: product for product in chance.sample(sold, len(sold))}
    return tuple(
        LookItem(sku=product.sku, title=_name(product), price=product.price, currency=product.currency)
        for product in list(styles.values())[:count]
    )


def _name(product: Product) -> str:
    return " ".join(filter(None, (product.title, product.variant)))


def _token(chance: random.Random) -> str:
    return "".join(chance.choices(_BASE32, k=26))
