"""The files that must survive, the code that works on them, and what has to be there after a cut (``crash``)."""

from __future__ import annotations

import contextlib
import datetime as dt
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from sellmode_backend.store import migrations, records, settings
from sellmode_backend.store.database import open_database
from sellmode_contract.kinds import kind_of
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.retailer import StoreEntry
from sellmode_contract.mutations import Create
from sellmode_contract.records import Record
from sellmode_contract.visibility import Account, scopes
from sellmode_contract.wire import Head, Lease, Put, Remove, Result, Sweep, View
from sellmode_tui import sealed
from sellmode_tui.cache.page import Change
from sellmode_tui.cache.store import Cache
from sellmode_tui.journal.clock import ClockReading
from sellmode_tui.journal.journal import Journal, SavedFilter, SignedInAs

KEY = bytes(range(32))
NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
ANNA = Account(id="a1", user_name="e-1001", name="Anna Sørensen", role="associate", stores=("s1",))


class Lost(Exception):
    """What was promised is not there."""


class Subject(NamedTuple):
    """A file that must survive."""

    name: str
    work: Callable[[Path, random.Random, Callable[[object], None]], None]
    """Does something in a folder, and acknowledges what it was told is stored."""
    look: Callable[[Path, tuple[object, ...]], None]
    """Opens what a cut has left, as the app does, and raises Lost unless what was acknowledged is there."""
    file: str
    key: bytes | None = KEY
    durable: bool = True
    """Whether each commit is on the disk when it ends."""


# ------------------------------------------------------------------ the journal


def work_on_journal(  # noqa: C901, PLR0912 # a case for each thing that happens
    folder: Path, chance: random.Random, acknowledge: Callable[[object], None]
) -> None:
    """Somebody signs in and writes, and some of it is sent, answered, taken back."""
    journal = Journal(folder / "journal.db", KEY)
    try:
        journal.store_sign_in(
            SignedInAs(account=ANNA, retailer="Meridian", token=None, expires_at=NOON + dt.timedelta(days=30))
        )
        journal.note_contact(ClockReading(NOON, "boot", 1.0), dt.timedelta(days=7), dt.timedelta(days=14))
        for number in range(chance.randint(8, 30)):
            match chance.choice(("filter", "add", "add", "add", "send", "withdraw", "tray", "new client", "end")):
                case "filter":
                    journal.save_filter(SavedFilter(f"filter {number}", "tag:vip " * chance.randint(1, 400), NOON))
                    acknowledge(("filter", f"filter {number}"))
                case "add":
                    mid = f"mid-{number}"
                    journal.outbox.add(note(mid, chance), mid=mid, made=ClockReading(NOON, "boot", 1.0), before={})
                    acknowledge(("added", mid))
                case "send":
                    for entry in journal.outbox.batch(3, 60_000):
                        acknowledge(("sent", entry.mid, entry.cid, entry.seq))
                        if chance.random() < 0.7 and entry.seq is not None:
                            result = Result(mid=entry.mid, seq=entry.seq, st=chance.choice(("applied", "rejected")))
                            journal.outbox.settle([result], NOON)
                            acknowledge(("settled", entry.mid, result.st))
                case "withdraw":
                    for entry in journal.outbox.latest(1):
                        if journal.outbox.withdraw(entry.mid):
                            acknowledge(("withdrawn", entry.mid))
                case "tray":
                    for item in journal.outbox.tray.items()[:1]:
                        journal.outbox.tray.leave(item.mid, "discarded", NOON)
                case "new client":
                    journal.outbox.renumber(f"client-{number}", again=chance.random() < 0.5)
                    acknowledge(("renamed",))
                case "end":
                    journal.outbox.retire()
    finally:
        journal.close()


def note(mid: str, chance: random.Random) -> Create:
    """Something to write."""
    return Create(id=f"n-{mid}", kind="note", doc={"customer": "c1", "text": "blue " * chance.randint(1, 900)})


def look_into_journal(folder: Path, acknowledged: tuple[Any, ...]) -> None:  # noqa: C901, PLR0912 # as above
    """The journal opens undamaged, has everything that was written, under the numbers it was sent with."""
    try:
        journal = Journal(folder / "journal.db", KEY)
    except sealed.Corrupt as error:
        raise Lost(f"the journal is damaged: {error}") from error
    try:
        filters = {saved.name for saved in journal.saved_filters()}
        sent: dict[str, tuple[str, int]] = {}
        written: set[str] = set()
        for what, *told in acknowledged:
            match what:
                case "filter":
                    if told[0] not in filters:
                        raise Lost("a saved filter is gone")
                case "added":
                    written.add(told[0])
                case "sent":
                    sent[told[0]] = (told[1], told[2])
                case "settled" if told[1] == "rejected" and journal.outbox.tray.item(told[0]) is None:
                    raise Lost("something that was refused is not in the tray")
                case "withdrawn":
                    written.discard(told[0])
                case "renamed":
                    sent.clear()
        kept = {mid: journal.outbox.entry(mid) for mid in written}
        # What was being done when it ended may have taken the last one back, or renamed the client.
        last = max(kept, key=lambda mid: int(mid.removeprefix("mid-")), default="")
        for mid, entry in kept.items():
            if entry is None and mid != last:
                raise Lost("something that was written is gone")
            if (
                entry
                and entry.cid
                and mid in sent
                and (entry.cid, entry.seq) != sent[mid]
                and entry.cid == sent[mid][0]
            ):
                raise Lost("something that was sent has another number")
        journal.outbox.add(
            Create(id="n", kind="note", doc={}), mid="mid-1000", made=ClockReading(NOON, "boot", 1.0), before={}
        )
    finally:
        journal.close()


JOURNAL = Subject("journal", work_on_journal, look_into_journal, "journal.db")


# ------------------------------------------------------------------ the cache


def work_on_cache(folder: Path, chance: random.Random, acknowledge: Callable[[object], None]) -> None:
    """A first sync, interrupted by restarts, and changes after it."""
    mode, page, complete = "team", 0, False
    cache = Cache.open(folder / "cache.db", KEY)
    try:
        for _ in range(chance.randint(4, 12)):
            if chance.random() < 0.2:
                cache.close()
                cache = Cache.open(folder / "cache.db", KEY)
            cache.state()
            if chance.random() < 0.1:
                mode = "associate" if mode == "team" else "team"
            cache.accept(head(mode), at=NOON)
            for _ in range(chance.randint(1, 3)):
                page += 1
                cache.apply(_lines(chance, mode, 0 if complete else 1), str(page))
                acknowledge(str(page))
            if chance.random() < 0.5:
                swept: list[Change] = [] if complete else [Sweep(s=scope, g=1) for scope in head(mode).scopes]
                page, complete = page + 1, True
                cache.apply(swept, str(page))
                cache.finish(at=NOON)
                acknowledge(str(page))
    finally:
        cache.close()


def head(mode: str) -> Head:
    """The backend's view of an account in a mode."""
    return Head(
        epoch="epoch", view=View(mode=mode, account=ANNA), scopes=tuple(sorted(scopes(mode, ANNA))), now=NOON,
        lease=Lease(soft_s=1, hard_s=2), schema=(1, 1),
    )  # fmt: skip


def _lines(chance: random.Random, mode: str, generation: int) -> list[Change]:
    scope = "team/store:s1" if mode == "team" else "own/person:s1:a1"
    lines: list[Change] = []
    for _ in range(chance.randint(1, 30)):
        customer = Customer(
            id=f"c{chance.randint(1, 60)}", store="s1", owner="a1", given_name=f"Kim {chance.random()}",
            tags=("vip",) * chance.randint(0, 1),
        )  # fmt: skip
        if chance.random() < 0.15:
            lines.append(Remove(k="customer", id=customer.id, s=scope))
        else:
            lines.append(_put(customer, scope, generation))
            note = Note(
                id=f"n-{customer.id}",
                customer=customer.id,
                written_at=NOON,
                text="blue " * (30 if chance.random() < 0.9 else 3000),
            )
            lines.append(_put(note, scope, generation))
    return lines


def _put(record: Record, scope: str, generation: int) -> Put:
    document = msgspec.Raw(msgspec.json.encode(record))
    return Put(k=kind_of(record), id=record.id, v=1, s=scope, g=generation, d=document)


def look_into_cache(folder: Path, acknowledged: tuple[object, ...]) -> None:
    """The cache opens; it need not have the last pages, which come again, but takes the next one."""
    try:
        cache = Cache.open(folder / "cache.db", KEY)
    except sealed.Corrupt as error:
        raise Lost(f"the cache is damaged: {error}") from error
    try:
        cursor = cache.state().cursor
        if cursor is not None and int(cursor) > len(acknowledged) + 1:
            raise Lost(f"the cursor says {cursor}, though {len(acknowledged)} pages had come")
        cache.accept(head("team"), at=NOON)
        cache.apply([Sweep(s=scope, g=7) for scope in head("team").scopes], "999")
        cache.finish(at=NOON)
    finally:
        cache.close()


CACHE = Subject("cache", work_on_cache, look_into_cache, "cache.db", durable=False)


# ------------------------------------------------------------------ the backend


def work_on_backend(folder: Path, chance: random.Random, acknowledge: Callable[[object], None]) -> None:
    """A retailer is set up, and its records change."""
    with contextlib.closing(open_database(f"sqlite:///{folder / 'backend.db'}")) as database:
        migrations.migrate(database)
        with database.transaction() as connection:
            settings.initialise(connection, "Maison Test", "associate", "UTC", "EUR")
            settings.write_stores(connection, [StoreEntry(id="s1", name="s1", time_zone="UTC")])
        for number in range(chance.randint(5, 20)):
            customers = [
                Customer(id=f"c{chance.randint(1, 30)}", store="s1", owner=chance.choice(["a1", "a2", None]),
                         given_name=f"Kim {number}")
                for _ in range(chance.randint(1, 8))
            ]  # fmt: skip
            with database.transaction() as connection:
                records.write(connection, {customer.id: customer for customer in customers}.values())
            acknowledge(customers[-1])


def look_into_backend(folder: Path, acknowledged: tuple[object, ...]) -> None:
    """The database opens, and every change that was committed and not overwritten is in it."""
    last = {customer.id: customer for customer in acknowledged if isinstance(customer, Customer)}
    with contextlib.closing(open_database(f"sqlite:///{folder / 'backend.db'}")) as database:
        if not last:
            migrations.migrate(database)
            return
        with database.snapshot() as connection:
            found = {record.id for record in records.read_many(connection, "customer", last)}
    if missing := last.keys() - found:
        raise Lost(f"{len(missing)} of {len(last)} customers are gone")


BACKEND = Subject("backend", work_on_backend, look_into_backend, "backend.db", key=None)
