"""What an account may know and say of who is available for chat."""

from __future__ import annotations

from sellmode_contract.kinds.presence import Presence, presence_id
from sellmode_contract.mutations import Available
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import OTHER, decode
from sellmode_tui.records.context import Context
from sellmode_tui.records.facet import Facet
from sellmode_tui.records.seen import Seen
from sellmode_tui.records.writing import Written


class ChatPresence(Facet):
    """Who is available for chat: oneself, as one has said, and colleagues."""

    def offered(self) -> bool:
        """Whether the retailer offers chat, and this account is of one store."""
        return self._read(lambda _, around: _offered(around))

    def mine(self) -> Presence | None:
        """One's own; None where no chat is offered, or before one has said anything."""
        return self._read(_mine)

    def available(self) -> list[Presence]:
        """Those of the store who are available, by name."""
        return self._read(_available)

    def say(self, *, available: bool, good_at: str | None = None) -> Written:
        """Be available, or away; ``good_at`` is what customers may ask one about, None leaves it."""
        return self._writer.write(lambda seen: _said(seen, available=available, good_at=good_at))


def _offered(around: Context) -> bool:
    retailer, account = around.retailer, around.account
    return bool(retailer and retailer.service.has_chat and account and len(account.stores) == 1)


def _mine(reading: Reading, around: Context) -> Presence | None:
    me = around.account.id if around.account else ""
    return next((each for each in _all(reading) if each.person == me), None) if _offered(around) else None


def _available(reading: Reading, around: Context) -> list[Presence]:
    found = [each for each in _all(reading) if each.available] if _offered(around) else []
    return sorted(found, key=lambda each: around.name_of(each.person).casefold())


def _all(reading: Reading) -> list[Presence]:
    rows = reading.connection.execute(
        f"SELECT p.doc FROM {OTHER} p WHERE {reading.only_visible('p')} AND p.kind = 'presence' ORDER BY p.id"
    )
    return [decode("presence", doc) for (doc,) in rows]


def _said(seen: Seen, *, available: bool, good_at: str | None) -> Available:
    me = seen.account.id if seen.account else ""
    return Available(id=presence_id(me), available=available, good_at=good_at)
