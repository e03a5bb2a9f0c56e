"""An associate's record store over real files, with a first sync behind it, and what the backend answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from sellmode_contract import visibility
from sellmode_contract.kinds import kind_of
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.retailer import CustomField, Retailer
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.mutations import RejectionCode
from sellmode_contract.records import Record, parent_of
from sellmode_contract.visibility import Account, column, scope_name, tags
from sellmode_contract.wire import Head, Remove, Result, Sweep
from sellmode_tui.cache.store import Cache
from sellmode_tui.journal.clock import ClockReading
from sellmode_tui.journal.journal import Journal
from sellmode_tui.journal.outbox import Outbox
from sellmode_tui.records import CustomerQuery, RecordStore
from sellmode_tui.records.customers.profile import Profile
from tests.tui.cache.lines import KEY, ME, NOW, RETAILER, STORE, TEAM, account, customer, head, put, staff

SHOE = CustomField(name="shoe", label="Shoe size", type="number")
OTHERS = "staff-1"
ANNA = customer(
    1,
    given_name="Anna",
    family_name="Muster",
    email="anna@example.com",
    phone="+41 44 123 45 67",
    phone_e164="+41441234567",
    tags=("new",),
    sizes={"shoes": "39"},
    sources={"phone": "shopify"},
)


@dataclass
class Desk:
    """Somebody's terminal; ``now`` is what its clock shows."""

    folder: Path
    now: dt.datetime = NOW
    wrote: int = 0
    """How often the sync was told."""
    numbers: int = 0
    journal: Journal = field(init=False)
    cache: Cache = field(init=False)
    records: RecordStore = field(init=False)

    def open(self) -> None:
        """Open the files; what is in them is all that is left of what was before."""
        self.folder.mkdir(exist_ok=True)
        self.journal = Journal(self.folder / "journal.db", KEY)
        self.cache = Cache.open(self.folder / "cache.db", KEY, self.journal.outbox)
        self.records = RecordStore(
            self.cache,
            lambda: self.now,
            outbox=self.journal.outbox,
            ids=self._id,
            made=lambda: ClockReading(self.now, "boot", 1.0),
            wrote=self._wrote,
        )

    def close(self) -> None:
        self.cache.close()
        self.journal.close()

    @property
    def outbox(self) -> Outbox:
        return self.journal.outbox

    def _id(self) -> str:
        self.numbers += 1
        return f"00000000-0000-7000-8000-{self.numbers:012}"

    def _wrote(self) -> None:
        self.wrote += 1

    # ------------------------------------------------------------------ the backend

    def fill(
        self, *records: Record, mode: str = "team", person: Account | None = None, retailer: Retailer = RETAILER
    ) -> None:
        """A first sync."""
        self.cache.state()
        view = head(mode, person=person or seller())
        self.cache.accept(view, at=NOW)
        retailer = msgspec.structs.replace(retailer, mode=mode, custom_fields=(SHOE,))
        people = {record.id: record for record in records if isinstance(record, Customer)}
        puts = [put(each, _scope(view, each, people.get(parent_of(each) or "")), g=1) for each in (retailer, *records)]
        self.cache.apply([*puts, *(Sweep(s=name, g=1) for name in view.scopes)], "1")
        self.cache.finish(at=NOW)

    def send(self) -> list[str]:
        """Put what waits into a request; the ids of what it brings."""
        return [entry.mid for entry in self.outbox.batch(50, 1 << 20)]

    def answer(self, mid: str, st: str = "applied", **fields: Any) -> None:
        """The backend's answer to something that was sent."""
        entry = self.outbox.entry(mid)
        assert entry is not None
        result = msgspec.convert({"t": "m", "mid": mid, "seq": entry.seq or 0, "st": st, **fields}, Result)
        self.outbox.settle([result], self.now)
        self.cache.fold()

    def refuse(self, mid: str, code: RejectionCode = "conflict", **fields: Any) -> None:
        """Send and refuse."""
        self.send()
        self.answer(mid, "rejected", code=code, **{"detail": "Somebody was faster.", **fields})

    def leave(self, *records: Record) -> None:
        """Records leave the account's view."""
        self.cache.state()
        self.cache.apply([Remove(k=kind_of(record), id=record.id, s=TEAM) for record in records], "left")

    def bring(self, *records: Record, v: int = 5) -> None:
        """Records come as somebody else left them."""
        self.cache.state()
        self.cache.apply([put(record, v=v) for record in records], f"brought {v}")

    def bring_cards(self, customers: Iterable[Customer]) -> None:
        """Cards of colleagues' customers come, for a manager in Associate Mode."""
        self.cache.state()
        cards = [card for each in customers for card in visibility.cards(each)]
        self.cache.apply([put(card, f"own/lead:{STORE}", v=5) for card in cards], "brought cards")

    # ------------------------------------------------------------------ what is seen

    def profile(self, id: str = ANNA.id) -> Profile:
        profile = self.records.customers.profile(id)
        assert profile is not None
        return profile

    def names(self, text: str = "") -> list[str]:
        """Who is in a list."""
        return [row.name for row in self.records.customers.find(CustomerQuery(text)).rows(0, 50)]


def _scope(view: Head, record: Record, customer: Customer | None) -> str:
    """The scope that delivers a record to its audience, which need not be one of the view's."""
    chosen = column(view.view.mode, view.view.account)
    assert chosen is not None
    return scope_name(chosen, tags(record, customer).in_column(chosen) or "nobody")


def seller(**fields: Any) -> Account:
    """An associate, or whoever else, who may sell."""
    return account(**{"capabilities": frozenset({"sell"}), **fields})


def manager() -> Account:
    return seller(role="manager", capabilities=frozenset({"sell", "reassign", "report"}))


def directory() -> Iterable[Staff]:
    return (msgspec.structs.replace(staff(0, "Ana Ruiz"), id=ME), staff(1, "Bo Meyer"))


@contextmanager
def open_desk(folder: Path) -> Iterator[Desk]:
    desk = Desk(folder)
    desk.open()
    try:
        yield desk
    finally:
        desk.close()
