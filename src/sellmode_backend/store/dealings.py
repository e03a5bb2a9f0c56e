"""What a store's people have done for customers, each customer once a day: the cause of such facts is a whole customer.

What they add is worked out of all that belongs to a customer and tells of it. Whoever writes any of it holds the
customer's row, so that nobody else does meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, Final, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store.changes import Change
from sellmode_backend.store.database import in_parts
from sellmode_backend.store.facts import Adds, Place, Zones, both
from sellmode_backend.store.prepared import Engine, Prepared, one_of
from sellmode_backend.store.schema import record
from sellmode_contract.kinds.consent import Consent
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.history import HistoryEntry
from sellmode_contract.kinds.sent_lookbook import SentLookbook
from sellmode_contract.records import Record

TELLING: Final = ("consent", "contact", "history", "sent_lookbook")
"""The kinds that tell of it."""
Decode: TypeAlias = Callable[[str, str], Record | None]
"""A record of a kind by its document; None for an empty one."""
_Telling: TypeAlias = dict[tuple[str, str], Record]
"""What belongs to a customer, by kind and id."""


def _of_customers(engine: Engine) -> sa.Select[Any]:
    return sa.select(record.c.parent, record.c.kind, record.c.id, record.c.doc).where(
        one_of(engine, record.c.parent, "customers"), one_of(engine, record.c.kind, "kinds")
    )


_BELONGINGS = Prepared(_of_customers)


def places(items: Iterable[Record], zones: Zones) -> set[Place]:
    """Where a customer adds one, by what belongs to them."""
    found, added, consents = set[Place](), set[Place](), False
    for item in items:
        match item:
            case Contact(store=store) if store:
                measures = ("activity",) if item.inbound else ("activity", "customers_reached")
                for measure in measures:
                    found.update(both(store, item.author, zones.day(item.at, store), "", measure))
            case SentLookbook(store=store) if store:
                for measure in ("activity", "customers_reached"):
                    found.update(both(store, item.author, zones.day(item.at, store), "", measure))
            case HistoryEntry(event="created", subject=store) if store:
                added.update(both(store, item.actor, zones.day(item.at, store), "", "activity"))
            case Consent(state="subscribed"):
                consents = True
    if consents:
        found.update(place._replace(measure="contacts_consented") for place in added)
    return found | added


def add_changed(connection: Connection, changes: Iterable[Change], decode: Decode, zones: Zones, adds: Adds) -> None:
    """Add what customers add after some changes that are not written yet, and take away what they added before."""
    told = [
        (change, decode(change.kind, change.old.doc if change.old else ""), decode(change.kind, change.doc))
        for change in changes
        if change.kind in TELLING
    ]
    moved = {
        parent
        for change, old, new in told
        if (change.old and change.old.parent, _tells(old, zones)) != (change.parent, _tells(new, zones))
        for parent in (change.old.parent if change.old else None, change.parent)
        if parent
    }
    if not moved:
        return
    before = dict(of_customers(connection, moved, decode))
    after = {parent: {**before.get(parent, {})} for parent in moved}
    for change, old, new in told:
        if old and change.old and (mine := after.get(change.old.parent or "")):
            mine.pop((change.kind, change.id), None)
        if new and change.parent in after:
            after[change.parent][change.kind, change.id] = new
    for parent in moved:
        for items, sign in ((before.get(parent, {}), -1), (after[parent], 1)):
            for place in places(items.values(), zones):
                adds[place] += sign


def of_customers(connection: Connection, customers: Collection[str], decode: Decode) -> Iterator[tuple[str, _Telling]]:
    """What belongs to some customers and tells of it, by customer."""
    for some in in_parts(sorted(customers)):
        found: dict[str, _Telling] = {}
        for parent, kind, id, doc in _BELONGINGS.rows(connection, customers=some, kinds=TELLING):
            if item := decode(kind, doc):
                found.setdefault(parent, {})[kind, id] = item
        yield from found.items()


def _tells(item: Record | None, zones: Zones) -> object:
    """What a record tells by itself: if that stays, so does what its customer adds."""
    if isinstance(item, Consent):
        return item.state == "subscribed"
    return places([item], zones) if item else set()
