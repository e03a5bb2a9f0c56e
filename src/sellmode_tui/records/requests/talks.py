"""A request with all that was written of it, as far as one may know that."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sellmode_contract.kinds.chat_line import CUSTOMER, ChatLine
from sellmode_contract.kinds.lookbook import Lookbook
from sellmode_contract.kinds.request import Request, Talk, talk_id
from sellmode_tui.cache.tables import decode
from sellmode_tui.records.changes.pending import Pending
from sellmode_tui.records.requests import lists
from sellmode_tui.records.requests.lists import RequestLine
from sellmode_tui.records.seen import Seen
from sellmode_tui.records.tasks import products
from sellmode_tui.records.tasks.products import ProductLine


class Said(NamedTuple):
    """A line of a talk. Texts are as they came."""

    line: ChatLine
    who: str
    """The colleague who wrote it; empty for the customer."""
    product: ProductLine | None = None
    look: str = ""
    """Title of the lookbook that is shown with it."""
    unsent: bool = False
    """Whether it is still on its way."""

    @property
    def is_customers(self) -> bool:
        """Whether the customer wrote it."""
        return self.line.by == CUSTOMER


class TalkDetails(NamedTuple):
    """All that one may know of a request."""

    line: RequestLine
    talk: Talk | None
    """How the customer can be reached, and what they have read: of one's own, once the server has the claim."""
    lines: tuple[Said, ...] = ()
    """In order; what is on its way comes last."""

    @property
    def may_be_answered(self) -> bool:
        """Whether one may write to the customer."""
        return self.line.is_mine and self.line.request.state == "open"

    @property
    def email(self) -> str:
        """The customer's address, if it is known."""
        return self.talk.email if self.talk else ""

    @property
    def phone(self) -> str:
        """The customer's number, if it is known."""
        return self.talk.phone if self.talk else ""


def read(seen: Seen, id: str, pending: Pending) -> TalkDetails | None:
    """A visible request; None for one that is not visible or unknown, alike."""
    request = seen.get("request", id)
    if not isinstance(request, Request):
        return None
    talk = seen.get("talk", talk_id(id))
    line = lists.line(seen.reading, seen.around, request, pending)
    return TalkDetails(line, talk if isinstance(talk, Talk) else None, _lines(seen, id, pending.unsent_records))


def _lines(seen: Seen, request: str, unsent: Collection[str]) -> tuple[Said, ...]:
    rows = seen.reading.connection.execute(
        f"SELECT l.doc FROM chat_line l WHERE l.request = ? AND {seen.reading.only_visible('l')}", (request,)
    )
    found: list[ChatLine] = [decode("chat_line", doc) for (doc,) in rows]
    found.sort(key=lambda each: (each.id in unsent, each.n, each.at))
    shown = products.by_sku(seen.reading, list(dict.fromkeys(each.sku for each in found if each.sku)))
    by_sku = {each.sku: each for each in shown}
    return tuple(
        Said(
            each,
            "" if each.by == CUSTOMER else seen.around.name_of(each.by),
            by_sku.get(each.sku),
            _title(seen, each.lookbook),
            each.id in unsent,
        )
        for each in found
    )


def _title(seen: Seen, lookbook: str) -> str:
    look = seen.get("lookbook", lookbook) if lookbook else None
    return look.title if isinstance(look, Lookbook) else ""
