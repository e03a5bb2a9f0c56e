"""A journal beside a cache, and what somebody writes into it."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from sellmode_contract.kinds import kind_of
from sellmode_contract.mutations import Create, Edit, Operation
from sellmode_contract.records import Record
from sellmode_contract.wire import Result
from sellmode_tui.cache.store import Cache
from sellmode_tui.journal.clock import ClockReading
from sellmode_tui.journal.entries import Entry
from sellmode_tui.journal.journal import Journal
from sellmode_tui.journal.outbox import Outbox
from tests.tui.cache.lines import KEY, NOW

_numbers = itertools.count(1)


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Outbox, Cache]]:
    """The journal's outbox and the cache of a folder, closed in the end."""
    journal = Journal(folder / "journal.db", KEY)
    try:
        cache = Cache.open(folder / "cache.db", KEY, journal.outbox)
        try:
            yield journal.outbox, cache
        finally:
            cache.close()
    finally:
        journal.close()


def new_mid() -> str:
    return f"mid-{next(_numbers):06}"


def add(outbox: Outbox, operation: Operation, *, at: dt.datetime = NOW, mid: str = "") -> Entry:
    """Write something down, without folding it."""
    return outbox.add(operation, mid=mid or new_mid(), made=ClockReading(at, "boot", 1.0), before={})


def note(customer: str, text: str, *, id: str = "", private: bool = False) -> Create:
    doc = {"customer": customer, "text": text, **({"private": True} if private else {})}
    return Create(kind="note", id=id or f"note-{new_mid()}", doc=doc)


def rename(customer: str, name: str, was: str | None = None) -> Edit:
    return Edit(kind="customer", id=customer, set={"given_name": name}, was={"given_name": was})


def result(entry: Entry, st: str = "applied", /, **fields: object) -> Result:
    return msgspec.convert({"t": "m", "mid": entry.mid, "seq": entry.seq or 0, "st": st, **fields}, Result)


def applied(entry: Entry, *records: tuple[Record, int]) -> Result:
    """Applied, which left these records at these revisions."""
    return result(entry, revs=[(kind_of(record), record.id, rev) for record, rev in records])
