"""Storefront pages: the picks of an associate in Associate Mode, of a store in Team Mode."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Final, cast

from sqlalchemy.engine import Connection

from sellmode_backend.shopper import brand as brands
from sellmode_backend.shopper import pages
from sellmode_backend.shopper.brand import Brand
from sellmode_backend.shopper.goods import Goods, goods_of, store_name
from sellmode_backend.store import lookup, records
from sellmode_contract.kinds.look import LookItem
from sellmode_contract.kinds.pick_list import SORTS, PickList
from sellmode_contract.kinds.retailer import Retailer, zone_of
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.kinds.storefront import Storefront
from sellmode_contract.mutations.storefronts import is_closed_by_mode
from sellmode_contract.records import Record

PHOTO: Final = "photo"
"""What names the picture of who is there among a page's pictures."""
_ORDER: Final = [*SORTS]


def is_open(page: Storefront, owner: Record | None, retailer: Retailer, now: dt.datetime) -> bool:
    """Whether whoever has a page's link may see it: not in the other mode, nor once its owner has left the store."""
    if is_closed_by_mode(page, team=retailer.mode == "team") or (page.expires_at and now >= page.expires_at):
        return False
    return page.owner is None or (isinstance(owner, Staff) and owner.active and owner.store == page.store)


def page_of(
    connection: Connection, retailer: Retailer, brand: Brand, front: Storefront, owner: Record | None
) -> tuple[pages.Storefront, Goods, str]:
    """A page, its products, and the language that it is in by itself: nobody's."""
    lists = _lists(connection, front)
    goods = goods_of(connection, brand, front.token, (item for picks in lists for item in picks.items))
    has_photo = brands.is_allowed(front.photo, brand.picture_hosts)
    if has_photo:
        goods = replace(goods, pictures={**goods.pictures, PHOTO: front.photo})
    store = store_name(retailer, front.store)
    page = pages.Storefront(
        token=front.token,
        headline=front.title,
        sender=owner.name if isinstance(owner, Staff) else store or retailer.name,
        store=store,
        message=front.message,
        photo=f"/p/{front.token}/{PHOTO}" if has_photo else "",
        lists=tuple(
            pages.Picks(picks.sort, picks.title, tuple(goods.shown(item) for item in picks.items))
            for picks in lists
            if picks.items
        ),
        expires=front.expires_at.astimezone(zone_of(retailer, front.store)).date() if front.expires_at else None,
        is_tracked=brand.tracking,
        may_ask=bool(retailer.service.ways),
    )
    return page, goods, ""


def items_of(connection: Connection, front: Storefront) -> list[LookItem]:
    """All that stands on a page."""
    return [item for picks in _lists(connection, front) for item in picks.items]


def _lists(connection: Connection, front: Storefront) -> list[PickList]:
    """The lists that a page shows, in their order."""
    ids = lookup.all_ids(connection, "pick_list", lookup.picks_key(front.store, front.owner))
    lists = cast("list[PickList]", records.read_many(connection, "pick_list", ids))
    return sorted(lists, key=lambda picks: (_ORDER.index(picks.sort), picks.title, picks.id))
