"""What an account may read of customers' requests, and do with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from sellmode_contract import store_hours
from sellmode_contract.kinds.chat_line import Via
from sellmode_contract.kinds.request import Agreed, Outcome, Request, talk_id
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.mutations import Claim, Edit, MarkSeen, Operation, Release, Transfer
from sellmode_contract.mutations.assigning import can_own
from sellmode_contract.mutations.requests import check_room
from sellmode_contract.store_time import Due, day_start
from sellmode_tui.records import of_kinds
from sellmode_tui.records import operations as editing
from sellmode_tui.records.context import Context
from sellmode_tui.records.facet import Facet
from sellmode_tui.records.ids import ids_named
from sellmode_tui.records.readings import clean
from sellmode_tui.records.requests import lists, talks, texts
from sellmode_tui.records.requests.lists import RequestCounts, RequestLine, RequestList, RequestQuery
from sellmode_tui.records.requests.talks import TalkDetails
from sellmode_tui.records.requests.texts import FilledText
from sellmode_tui.records.seen import Seen
from sellmode_tui.records.writing import Written

_ALL = RequestQuery()


class Requests(Facet):
    """What an account may read of customers' requests, and do with them. What it may not see is not there."""

    def find(self, query: RequestQuery = _ALL) -> RequestList:
        """The requests of a query."""
        query = query._replace(text=clean(query.text))
        return RequestList(self._readings, query, self._readings.clock, self._writer.pending)

    def counts(self) -> RequestCounts:
        """How many open requests there are by now; cheap enough to be asked every few seconds."""
        return self._read(lambda reading, around: lists.counts(reading, around, self._readings.clock()))

    def get(self, id: str) -> TalkDetails | None:
        """All that one may know of a request; None for one that is not visible or unknown, alike."""
        pending = self._writer.pending()
        return self._writer.read(lambda seen: talks.read(seen, clean(id), pending))

    def own(self) -> list[RequestLine]:
        """One's open requests, in the order in which they were taken."""
        pending = self._writer.pending()
        return self._read(lambda reading, around: lists.own(reading, around, pending))

    def arrived(self, limit: int) -> list[RequestLine]:
        """What may have come just now: one's own open requests, and of new ones no more than ``limit``."""
        return [*self.own(), *self.find().rows(0, limit)]

    def named(self, text: str, limit: int) -> list[str]:
        """The visible requests, by id and no more than ``limit``, whose id a text is or begins."""
        with self._readings.open() as reading:
            return ids_named(reading, "request", clean(text), limit)

    def texts(self, id: str) -> list[FilledText]:
        """Texts to answer a request with, those that fit best first."""
        pending = self._writer.pending()

        def offered(seen: Seen) -> list[FilledText]:
            details = talks.read(seen, clean(id), pending)
            return texts.offered(seen, details) if details else []

        return self._writer.read(offered)

    # --- who answers

    def claim(self, id: str) -> Written:
        """Take a request. If a colleague was faster, that comes up in *Needs attention*.

        Raises Rejected for a chat where one has as many as the retailer wants.
        """

        def claim(seen: Seen) -> Operation:
            request = _request(seen, id)
            check_room(request, lists.open_chats(seen.reading, seen.around), seen.around.retailer)
            return Claim(kind="request", id=id)

        return self._writer.write(claim)

    def release(self, id: str) -> Written:
        """Give back what one has taken."""
        return self._about(id, lambda _: Release(kind="request", id=id))

    def pass_on(self, id: str, person: str) -> Written:
        """Give a request to a colleague (staff id): one's own, or as a manager anybody's."""
        return self._about(id, lambda request: Transfer(id=id, to=person, was=request.claimed_by))

    def takers(self, id: str) -> list[Staff]:
        """The colleagues to whom a request may be passed on, by name. Raises NotVisible."""

        def able(seen: Seen) -> list[Staff]:
            request = _request(seen, id)
            people = seen.around.colleagues
            return [each for each in people if _may_have(each, request)]

        return self._writer.read(able)

    # --- what becomes of it

    def snooze(self, id: str, to: Due | None) -> Written:
        """Put a request off: until a minute, or until the store opens on a day; with None it is there again."""
        context = self._read(lambda _, around: around)
        return self._about(
            id, lambda request: _edit(request, {"snoozed_to": editing.moment(_wakes(to, request, context))})
        )

    def close(self, id: str, outcome: Outcome) -> Written:
        """Close a request with what came of it."""
        return self._about(id, lambda request: _edit(request, {"state": "closed", "outcome": outcome}))

    def reopen(self, id: str) -> Written:
        """Open a closed request again."""
        return self._about(id, lambda request: _edit(request, {"state": "open", "outcome": ""}))

    def link(self, id: str, customer: str | None) -> Written:
        """Note which visible customer a request is of; None: that is not known."""
        return self._about(id, lambda request: _edit(request, {"customer": customer}))

    def make_customer(self, id: str, fields: Mapping[str, Any], agreed: Sequence[Agreed]) -> Written:
        """Add a customer (as ``Customers.create``) whose request it is, with what they agreed to in their words."""
        new_id = self._writer.new_id()
        written = self._writer.write(lambda seen: editing.create_customer(seen, new_id, fields))
        self.link(id, written.id)
        for each in agreed:
            evidence = f"{each.words} ({each.at:%Y-%m-%d %H:%M} UTC)"
            allow = partial(
                editing.set_consent, id=written.id, channel=each.channel, state="one_to_one", evidence=evidence
            )
            self._writer.write(allow)
        return written

    # --- what is written

    def say(self, id: str, text: str = "", *, sku: str = "", lookbook: str = "", via: Via = "chat") -> Written:
        """Write a line to the customer, or log what was written or said to them by another way."""
        fields = {"request": id, "text": text, "sku": sku, "lookbook": lookbook, "via": via}
        return of_kinds.make(self._writer, "chat_line", fields)

    def mark_seen(self, id: str, n: int) -> Written:
        """Note that the lines of a request were on one's screen, up to a number."""
        return self._writer.write(lambda _: MarkSeen(id=talk_id(id), n=n))

    def _about(self, id: str, change: Callable[[Request], Operation]) -> Written:
        """Write a change of a visible request. Raises NotVisible."""
        return self._writer.write(lambda seen: change(_request(seen, id)))


def _request(seen: Seen, id: str) -> Request:
    request = of_kinds.visible(seen, "request", id)
    assert isinstance(request, Request)  # noqa: S101 -- for the type checker
    return request


def _edit(request: Request, set: Mapping[str, Any]) -> Edit:
    return of_kinds.edit(request, set)


def _may_have(staff: Staff, request: Request) -> bool:
    return can_own(staff, request.store) and staff.id != request.claimed_by


def _wakes(to: Due | None, request: Request, around: Context) -> dt.datetime | None:
    """When a request that is put off is there again."""
    if to is None:
        return None
    zone = around.zone_of(request.store)
    if to.time is not None:
        return to.instant(zone)
    stores = around.retailer.stores if around.retailer else ()
    hours = next((store.hours for store in stores if store.id == request.store), None)
    begins = day_start(to.day, zone)
    return store_hours.opens(hours, zone, begins) or begins
