"""What an account does with lookbooks and picks besides making, editing and removing them."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from sellmode_contract.filters import parse
from sellmode_contract.kinds.lookbook import CorporateLook, Lookbook
from sellmode_contract.kinds.sent_lookbook import Way
from sellmode_contract.mutations import Create, Delegate, Renew, Revoke, Share, Undelegate
from sellmode_contract.mutations.looks import items_of
from sellmode_contract.product_search import PRODUCT_FIELDS
from sellmode_contract.refusals import Rejected
from sellmode_tui.records import of_kinds
from sellmode_tui.records.facet import Facet
from sellmode_tui.records.looks import details, lines, picks, products
from sellmode_tui.records.looks.details import LookDetails
from sellmode_tui.records.looks.lines import LookLine, LooksQuery, unsent_links
from sellmode_tui.records.looks.picks import PicksDetails, PicksLine
from sellmode_tui.records.looks.products import Offered, Source
from sellmode_tui.records.products.filters import ProductCompiler, named
from sellmode_tui.records.products.lists import skus
from sellmode_tui.records.readings import clean
from sellmode_tui.records.seen import Seen
from sellmode_tui.records.writing import Written


class Looks(Facet):
    """Lookbooks and picks with their products, and what is done with them besides making, editing and removing them."""

    def lines(self, query: LooksQuery) -> list[LookLine]:
        """Looks, newest first."""
        unsent, now = unsent_links(self._writer.pending()), self._readings.clock()
        query = query._replace(text=clean(query.text))
        return self._writer.read(lambda seen: lines.lines(seen, query, unsent, now))

    def get(self, kind: str, id: str) -> LookDetails | None:
        """A look with its products as they are now; None for one that is not visible or unknown, alike."""
        pending, now = self._writer.pending(), self._readings.clock()
        return self._writer.read(lambda seen: details.read(seen, kind, clean(id), pending, unsent_links(pending), now))

    def picks_lines(self) -> list[PicksLine]:
        """The lists of picks."""
        return self._writer.read(picks.lines)

    def picks(self, id: str) -> PicksDetails | None:
        """A list of picks with its products as they are now; None for one that is not visible or unknown, alike."""
        pending, now = self._writer.pending(), self._readings.clock()
        return self._writer.read(lambda seen: picks.read(seen, clean(id), pending, now))

    def offered(self, source: Source, text: str = "", customer: str | None = None) -> list[Offered]:
        """What can be picked from somewhere, of what has these words, or is found by this filter.

        One more than ``MAX_OFFERED`` says: and more. Raises FilterError for a filter that cannot be read.
        """
        words, among = clean(text), None
        tree = parse(words, PRODUCT_FIELDS)
        if any(named(tree)):
            with self._readings.open() as reading:
                words, among = "", skus(reading, self._readings.compiler(reading, ProductCompiler), tree)
        return self._writer.read(lambda seen: products.offered(seen, source, words, customer, among))

    def check(self, kind: Literal["lookbook", "pick_list"], id: str) -> Written:
        """Note titles and prices of its products as they are now: what was pointed out is not pointed out again."""

        def checked(seen: Seen) -> Any:
            look = of_kinds.visible(seen, kind, id)
            now = products.of_items(seen, getattr(look, "items", ()), getattr(look, "store", ""))
            return of_kinds.edit(look, {"items": products.checked(now)})

        return self._writer.write(checked)

    def share(self, id: str, how: Way = "link", expires_at: dt.datetime | None = None) -> Written:
        """Share a lookbook; its link is there at once, and works when the backend has it. Raises NotVisible."""
        token = of_kinds.new_token()

        def shared(seen: Seen) -> Share:
            look = of_kinds.visible(seen, "lookbook", id)
            held = look.token if isinstance(look, Lookbook) else ""
            return Share(id=id, token=held or token, how=how, expires_at=expires_at)

        return self._writer.write(shared)

    def renew(self, id: str, expires_at: dt.datetime | None = None) -> Written:
        """Let the link of a lookbook work until another time."""
        return self._writer.write(lambda _: Renew(id=id, expires_at=expires_at))

    def revoke(self, id: str) -> Written:
        """Let the link of a lookbook work no more."""
        return self._writer.write(lambda _: Revoke(id=id))

    def use(self, id: str, customer: str | None, kind: Literal["lookbook", "corporate_look"] = "lookbook") -> Written:
        """Copy a look for a customer, or as a My Look of one's own. Raises NotVisible."""
        new_id = self._writer.new_id()

        def copied(seen: Seen) -> Create:
            look = of_kinds.visible(seen, kind, id)
            if customer is not None:
                of_kinds.visible(seen, "customer", customer)
            if not isinstance(look, Lookbook | CorporateLook):
                raise Rejected("invalid", "Only a lookbook can be copied.")
            fields = {"title": look.title, "message": look.message, "items": items_of(look), "copied_from": look.id}
            form = {"form": "one_to_one", "customer": customer} if customer else {"form": "my_look"}
            return of_kinds.create("lookbook", new_id, {**fields, **form})

        return self._writer.write(copied)

    def delegate(self, picks: str, taker: str, from_day: dt.date, to_day: dt.date) -> Written:
        """Let somebody of the store change one of its lists, from a day to a day."""
        days = (from_day.isoformat(), to_day.isoformat())
        return self._writer.write(lambda _: Delegate(id=picks, taker=taker, from_day=days[0], to_day=days[1]))

    def undelegate(self, picks: str, taker: str) -> Written:
        """Take that back from them."""
        return self._writer.write(lambda _: Undelegate(id=picks, taker=taker))
