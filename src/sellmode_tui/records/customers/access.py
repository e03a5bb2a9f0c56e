"""What an account may read and write of customers."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Literal

from sellmode_contract.filters import Completion, FilterError, Words, unparse
from sellmode_contract.kinds.consent import Channel, ConsentState
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.date import ImportantDate
from sellmode_tui.records import naming, of_kinds, wishes
from sellmode_tui.records import operations as editing
from sellmode_tui.records.changes import resolving
from sellmode_tui.records.customers import completion, duplicates, profile
from sellmode_tui.records.customers import lists as customers
from sellmode_tui.records.customers.duplicates import Match
from sellmode_tui.records.customers.lists import CustomerList, CustomerQuery
from sellmode_tui.records.customers.profile import Profile
from sellmode_tui.records.facet import Facet
from sellmode_tui.records.naming import Named
from sellmode_tui.records.readings import clean
from sellmode_tui.records.tasks import lines as tasks
from sellmode_tui.records.writing import Written

_EVERYBODY = CustomerQuery()
_LOOKED_AT = 20
"""So many are looked at for the one who is called exactly so."""


class Customers(Facet):
    """What an account may read and write of customers."""

    def find(self, query: CustomerQuery = _EVERYBODY) -> CustomerList:
        """The list of a query. Raises FilterError if its text cannot be read as a filter."""
        return customers.find(self._readings, query._replace(text=clean(query.text)))

    def profile(self, id: str) -> Profile | None:
        """Everything about a customer; None for one who is not visible or unknown, alike."""
        clock, pending = self._readings.clock, self._writer.pending()
        return self._read(lambda reading, around: profile.read(reading, around, clean(id), clock(), pending))

    def named(self, text: str, limit: int) -> list[str]:
        """The ids of the visible customers, in order and no more than ``limit``, whom a text names.

        By id or at least eight of its first characters, by customer number, or by e-mail.
        """
        with self._readings.open() as reading:
            return customers.named(reading, clean(text), limit)

    def meant(self, text: str, limit: int) -> list[Named]:
        """The visible customers, no more than ``limit``, whom a text means.

        As ``named`` says, or else by the beginnings of words as search finds them; only who is called exactly so, if
        it is one.
        """
        typed = clean(text).strip()
        ids = self.named(typed, limit)
        if typed in ids:
            ids = [typed]
        if not ids:
            with contextlib.suppress(FilterError):  # nothing to search for
                query = CustomerQuery(text=unparse(Words(" ".join(typed.split()))))
                ids = [row.id for row in self.find(query).rows(0, max(limit, _LOOKED_AT))] if typed else []
        found = self._writer.read(lambda seen: [seen.get("customer", id) for id in ids])
        people = [naming.customer(each) for each in found if isinstance(each, Customer)]
        return naming.the_one(typed, people)[:limit]

    def complete(self, text: str, cursor: int) -> list[Completion]:
        """What may be typed next in a query, from what is visible."""
        return self._read(lambda reading, around: completion.complete(reading, around, clean(text), cursor))

    def matches(self, email: str = "", phone: str = "", limit: int = 10) -> list[Match]:
        """The visible customers with this e-mail address or phone number, to be offered before one is added."""
        email, phone = clean(email), clean(phone)
        return self._writer.read(lambda seen: duplicates.matches(seen, email, phone, limit))

    def create(self, fields: Mapping[str, Any]) -> Written:
        """Add a customer of one's own: the fields of ``mutations.EDITABLE_FIELDS``, ``EDITABLE_SETS`` (lists),
        ``sizes`` and ``custom`` (by entry), as JSON has them.
        """
        id = self._writer.new_id()
        return self._writer.write(lambda seen: editing.create_customer(seen, id, fields))

    def edit(
        self,
        id: str,
        *,
        set: Mapping[str, Any] | None = None,
        add: Mapping[str, Iterable[str]] | None = None,
        remove: Mapping[str, Iterable[str]] | None = None,
        saw: Mapping[str, Any] | None = None,
    ) -> Written:
        """Change fields of a customer. ``set`` goes by field (``phone``, ``sizes.shoes``, ``custom.pet``), None takes a
        value away; ``add`` and ``remove`` name elements of ``tags`` and ``preferences``. ``saw`` holds what the author
        saw of those fields, if that was some time ago: without it, what stands there now.
        """
        return self._writer.write(
            lambda seen: editing.edit_customer(seen, id, set or {}, add or {}, remove or {}, saw or {})
        )

    def write_note(self, customer: str, text: str, *, private: bool = False) -> Written:
        """Write a note about a customer, for the store or for oneself."""
        return of_kinds.make(self._writer, "note", {"customer": customer, "text": text, "private": private})

    def edit_note(self, id: str, *, text: str | None = None, private: bool | None = None) -> Written:
        """Change a note of one's own; None leaves as it is."""
        given = {"text": text, "private": private}
        wanted = {name: value for name, value in given.items() if value is not None}
        return of_kinds.change(self._writer, "note", id, wanted)

    def log_contact(
        self,
        customer: str,
        channel: Literal["call", "visit", "email", "sms", "chat"],
        *,
        inbound: bool = False,
        summary: str = "",
        at: dt.datetime | None = None,
    ) -> Written:
        """Log a call, visit or message, of now or of an earlier moment (with its zone)."""
        said = {"channel": channel, "inbound": inbound, "summary": summary, "at": editing.moment(at)}
        return of_kinds.make(self._writer, "contact", {"customer": customer, **said})

    def add_date(
        self, customer: str, label: str, month: int, day: int, year: int | None = None, about: str = ""
    ) -> Written:
        """Add a day to remember; ``about`` says whose it is, if not the customer's."""
        fields = {"customer": customer, "label": label, "month": month, "day": day, "year": year, "about": about}
        return of_kinds.make(self._writer, "date", fields)

    def edit_date(
        self,
        id: str,
        *,
        label: str,
        month: int,
        day: int,
        year: int | None,
        about: str = "",
        saw: ImportantDate | None = None,
    ) -> Written:
        """Make a date be this. ``saw`` is the date as the author saw it, if that was some time ago."""
        wanted = {"label": label, "month": month, "day": day, "year": year, "about": about}
        known = of_kinds.content(saw) if saw else None
        return of_kinds.change(self._writer, "date", id, wanted, known)

    def wish(self, customer: str, skus: Iterable[str]) -> list[Written]:
        """Put products on a customer's wish list, but those that are there. Raises NotVisible, Rejected."""
        there = self._writer.read(lambda seen: wishes.listed(seen, customer))
        wanted = [{"customer": customer, "sku": sku} for sku in dict.fromkeys(skus) if sku not in there]
        new_id = self._writer.new_id
        return self._writer.write_all([partial(of_kinds.new, kind="wish", id=new_id(), fields=each) for each in wanted])

    def set_consent(self, customer: str, channel: Channel, state: ConsentState, evidence: str = "") -> Written:
        """Note what a customer allows on a channel. Allowing more than before needs ``evidence``."""
        return self._writer.write(lambda seen: editing.set_consent(seen, customer, channel, state, evidence))

    def names(self, ids: Iterable[str]) -> dict[str, str]:
        """Names of customers for a preview of a rule; whom one may not know is "a colleague's customer"."""
        wanted = [clean(id) for id in ids]
        with self._readings.open() as reading:
            return tasks.customer_names(reading, wanted)

    def merge(self, pair: str, keep: str, take: Iterable[str] = ()) -> Written:
        """Make one customer of a pair: ``keep`` is the id of who stays, ``take`` names fields of the other one's."""
        return self._writer.write(lambda seen: resolving.merge(seen, pair, keep, tuple(take)))

    def dismiss_pair(self, pair: str) -> Written:
        """Judge a pair to be two people."""
        return self._writer.write(lambda seen: resolving.dismiss(seen, pair))
