"""Requests in a list: what waits longest comes first."""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from sellmode_contract import visibility
from sellmode_contract.kinds.chat_line import CUSTOMER
from sellmode_contract.kinds.request import Request
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import decode
from sellmode_tui.records.changes.pending import Pending
from sellmode_tui.records.context import Context
from sellmode_tui.records.found_rows import FoundRows
from sellmode_tui.records.readings import Readings
from sellmode_tui.records.tasks import products

View = Literal["new", "mine", "store", "closed"]

_MINUTE: Final = dt.timedelta(minutes=1)
_AWAKE: Final = "ifnull(julianday(r.doc ->> '$.snoozed_to') <= julianday(:now), 1)"
_WAITS: Final = "r.doc ->> '$.waiting_since' IS NOT NULL"
_VIEWS: Final[dict[View, str]] = {
    "new": f"r.state = 'open' AND r.claimed_by IS NULL AND {_AWAKE}",
    "mine": f"r.state = 'open' AND r.claimed_by = :me AND {_AWAKE}",
    "store": "r.state = 'open'",
    "closed": "r.state = 'closed'",
}
"""What each view has. Snoozed ones stand in the store's, at its end."""
_WAITING_LONGEST: Final = (
    f"{_AWAKE} DESC, julianday(r.doc ->> '$.waiting_since') NULLS LAST, julianday(r.doc ->> '$.asked_at'), r.id"
)


class RequestQuery(NamedTuple):
    """Which requests."""

    view: View = "new"
    text: str = ""
    """Words that the customer's name, the product, or what they wrote first has to have the beginnings of."""


class RequestCounts(NamedTuple):
    """How many open requests each view has, and how many of the first two wait for an answer."""

    new: int = 0
    mine: int = 0
    store: int = 0
    waiting: int = 0


class RequestLine(NamedTuple):
    """A request, and who or what the ids in it are. Texts are as they came."""

    request: Request
    around: Context
    customer_name: str = ""
    """Of the customer that it turned out to be, if visible."""
    product: str = ""
    """Of the product that it is about, if the catalogue has it."""
    unread: int = 0
    """How much of what the customer wrote has not been on one's screen."""
    unsent: bool = False
    """Whether the server does not know yet who has it: somebody else may have been faster."""

    @property
    def name(self) -> str:
        """What the customer is called."""
        return self.customer_name or self.request.name

    @property
    def about(self) -> str:
        """The product or else the page that it is about; empty if it is about none."""
        return self.product or self.request.sku or self.request.page

    @property
    def is_mine(self) -> bool:
        """Whether one has taken it."""
        me = self.around.account
        return me is not None and self.request.claimed_by == me.id

    @property
    def may_be_taken(self) -> bool:
        """Whether one may take it."""
        me, request = self.around.account, self.request
        return me is not None and request.state == "open" and not request.claimed_by and visibility.may(me, "sell")

    @property
    def may_be_handled(self) -> bool:
        """Whether one may pass it on, put it off, close or reopen it."""
        me = self.around.account
        return me is not None and (self.is_mine or visibility.may(me, "reassign"))

    def is_snoozed(self, now: dt.datetime) -> bool:
        """Whether it is put off."""
        until = self.request.snoozed_to
        return until is not None and until > now

    def is_late(self, now: dt.datetime) -> bool:
        """Whether the first answer is not there by when the retailer wants it; not while it is put off."""
        request = self.request
        waits = request.state == "open" and request.answered_at is None and not self.is_snoozed(now)
        return waits and request.answer_due is not None and request.answer_due < now


class RequestList(FoundRows):
    """The requests of a query by now: after a change in the cache, or a minute later, those of then.

    Any thread may ask. Everything but ``cancel`` reads, and raises Interrupted if cancelled meanwhile.
    """

    def __init__(
        self, readings: Readings, query: RequestQuery, clock: Callable[[], dt.datetime], pending: Callable[[], Pending]
    ) -> None:
        """``pending`` tells what of one's own is not with the server yet."""
        super().__init__(readings)
        self.query = query
        self._clock = clock
        self._pending = pending
        self._until: dt.datetime | None = None

    def rows(self, start: int, stop: int) -> list[RequestLine]:
        """The requests from one position to before another."""
        with self._reading() as reading:
            around, some, pending = self._readings.context(reading), self._between(start, stop), self._pending()
            found = (
                reading.connection.execute("SELECT doc FROM request WHERE pk = ?", (pk,)).fetchone() for pk in some
            )
            return [line(reading, around, decode("request", doc), pending) for (doc,) in found]

    def find(self, id: str) -> int | None:
        """The position of a request; None if the list has no such one."""
        with self._reading() as reading:
            row = reading.connection.execute("SELECT pk FROM request WHERE id = ?", (id,)).fetchone()
            return self._found.index(row[0]) if row and row[0] in self._found else None

    def _holds(self, reading: Reading) -> bool:
        return super()._holds(reading) and (self._until is None or self._clock() < self._until)

    def _find(self, reading: Reading) -> array[int]:
        around, now, view = self._readings.context(reading), self._clock(), self.query.view
        self._until = None if view == "closed" else now.replace(second=0, microsecond=0) + _MINUTE
        order = "julianday(r.doc ->> '$.closed_at') DESC, r.id" if view == "closed" else _WAITING_LONGEST
        customer = f"(SELECT c.name FROM customer c WHERE c.id = r.customer AND {reading.only_visible('c')})"
        product = (
            "(SELECT p.doc ->> '$.title' FROM product p"
            f" WHERE p.sku = r.doc ->> '$.sku' AND {reading.only_visible('p')} LIMIT 1)"
        )
        said = " || ' ' || ".join(
            f"ifnull({part}, '')" for part in ("r.doc ->> '$.name'", "r.doc ->> '$.preview'", customer, product)
        )
        rows = reading.connection.execute(
            f"SELECT r.pk FROM request r WHERE {reading.only_visible('r')} AND {_VIEWS[view]}"
            f" AND (:text = '' OR sellmode_begins({said}, :text)) ORDER BY {order}",
            {**_at(around, now), "text": self.query.text.strip()},
        )
        return array("q", [pk for (pk,) in rows])


def counts(reading: Reading, around: Context, now: dt.datetime) -> RequestCounts:
    """How many open requests there are by now."""
    waiting = f"{_WAITS} AND (({_VIEWS['new']}) OR ({_VIEWS['mine']}))"
    numbers = ", ".join(
        f"count(*) FILTER (WHERE {condition})" for condition in (*(_VIEWS[view] for view in _OPEN), waiting)
    )
    row = reading.connection.execute(
        f"SELECT {numbers} FROM request r WHERE r.state = 'open' AND {reading.only_visible('r')}", _at(around, now)
    ).fetchone()
    return RequestCounts(*row)


_OPEN: Final[tuple[View, ...]] = ("new", "mine", "store")


def own(reading: Reading, around: Context, pending: Pending) -> list[RequestLine]:
    """One's open requests, in the order in which they were taken."""
    me = around.account.id if around.account else ""
    rows = reading.connection.execute(
        f"SELECT r.doc FROM request r WHERE r.state = 'open' AND r.claimed_by = ? AND {reading.only_visible('r')}"
        " ORDER BY julianday(r.doc ->> '$.claimed_at'), r.id",
        (me,),
    )
    return [line(reading, around, decode("request", doc), pending) for (doc,) in rows]


def open_chats(reading: Reading, around: Context) -> int:
    """How many open chats one has."""
    (number,) = reading.connection.execute(
        "SELECT count(*) FROM request r WHERE r.state = 'open' AND r.claimed_by = ? AND r.doc ->> '$.way' = 'chat'"
        f" AND {reading.only_visible('r')}",
        (around.account.id if around.account else "",),
    ).fetchone()
    return int(number)


def line(reading: Reading, around: Context, request: Request, pending: Pending) -> RequestLine:
    """A request with what there is to know of it."""
    name = reading.connection.execute(
        f"SELECT c.name FROM customer c WHERE c.id = ? AND {reading.only_visible('c')}", (request.customer,)
    ).fetchone()
    (product,) = products.by_sku(reading, [request.sku]) if request.sku else (None,)
    made = RequestLine(
        request,
        around,
        name[0] if name else "",
        product.name if product else "",
        unsent=request.id in pending.unsent_claims,
    )
    return made._replace(unread=_unread(reading, request.id)) if made.is_mine else made


def _unread(reading: Reading, request: str) -> int:
    seen = f"(SELECT t.doc ->> '$.seen' FROM talk t WHERE t.request = ?1 AND {reading.only_visible('t')})"
    (number,) = reading.connection.execute(
        f"SELECT count(*) FROM chat_line l WHERE l.request = ?1 AND {reading.only_visible('l')}"
        f" AND l.doc ->> '$.by' = ?2 AND l.n > ifnull({seen}, 0)",
        (request, CUSTOMER),
    ).fetchone()
    return int(number)


def _at(around: Context, now: dt.datetime) -> dict[str, str]:
    return {"me": around.account.id if around.account else "", "now": now.isoformat()}
