"""The power fails, or a process is killed, at any moment: whatever was acknowledged is there afterwards.

For each seed the apps' own code works on files of a recorded disk, and what each of many cuts leaves is opened again
by the apps' own code with the SQLite that they ship. What a database then holds must be what it held after one of its
commits: with ``synchronous=FULL`` after the last that had ended (or the one under way), with NORMAL after any.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import msgspec
from sqlcipher3 import dbapi2

from proofs import driver
from proofs.disk import KILLED, LOSSES, Cut, Loss, Recorder, digest, images, places
from proofs.results import Proof, Trial
from sellmode_backend.store import migrations, records, settings
from sellmode_backend.store.database import open_database
from sellmode_contract.records import Customer, Note, Record, StoreEntry, kind_of
from sellmode_contract.visibility import Account, scopes
from sellmode_contract.wire import Head, Lease, Put, Remove, Sweep, View
from sellmode_tui import sealed
from sellmode_tui.account.journal import Journal, SavedFilter, SignedInAs
from sellmode_tui.account.lease import Reading
from sellmode_tui.cache.page import Change
from sellmode_tui.cache.store import Cache

CUTS = 60
"""Of one recording."""
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


def work_on_journal(folder: Path, chance: random.Random, acknowledge: Callable[[object], None]) -> None:
    """Somebody signs in and saves filters."""
    journal = Journal(folder / "journal.db", KEY)
    try:
        journal.store_sign_in(
            SignedInAs(account=ANNA, retailer="Meridian", token=None, expires_at=NOON + dt.timedelta(days=30))
        )
        journal.note_contact(Reading(NOON, "boot", 1.0), dt.timedelta(days=7), dt.timedelta(days=14))
        for number in range(chance.randint(5, 25)):
            saved = SavedFilter(f"filter {number}", "tag:vip " * chance.randint(1, 400), NOON)
            journal.save_filter(saved)
            acknowledge(saved.name)
    finally:
        journal.close()


def look_into_journal(folder: Path, acknowledged: tuple[object, ...]) -> None:
    """The journal opens undamaged, has every filter, and takes another."""
    try:
        journal = Journal(folder / "journal.db", KEY)
    except sealed.Corrupt as error:
        raise Lost(f"the journal is damaged: {error}") from error
    try:
        names = {saved.name for saved in journal.saved_filters()}
        if missing := set(acknowledged) - names:
            raise Lost(f"{len(missing)} of {len(acknowledged)} saved filters are gone")
        journal.save_filter(SavedFilter("afterwards", "tag:vip", NOON))
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
            cache.accept(_head(mode), at=NOON)
            for _ in range(chance.randint(1, 3)):
                page += 1
                cache.apply(_lines(chance, mode, 0 if complete else 1), str(page))
                acknowledge(str(page))
            if chance.random() < 0.5:
                swept: list[Change] = [] if complete else [Sweep(s=scope, g=1) for scope in _head(mode).scopes]
                page, complete = page + 1, True
                cache.apply(swept, str(page))
                cache.finish(at=NOON)
                acknowledge(str(page))
    finally:
        cache.close()


def _head(mode: str) -> Head:
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
            note = Note(id=f"n-{customer.id}", customer=customer.id, written_at=NOON, text="blue " * 30)
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
        cache.accept(_head("team"), at=NOON)
        cache.apply([Sweep(s=scope, g=7) for scope in _head("team").scopes], "999")
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


# ------------------------------------------------------------------ trying


@contextlib.contextmanager
def workplace() -> Iterator[Path]:
    """A folder in memory: the disk that fails is ours, not the machine's."""
    memory = Path("/dev/shm")  # noqa: S108 # the folder in it has a name of its own
    folder = Path(tempfile.mkdtemp(prefix="sellmode-proof-", dir=memory if memory.is_dir() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def record(subject: Subject, folder: Path, seed: int) -> Recorder:
    """Let the subject work on a disk that takes notes."""
    chance = random.Random(f"{subject.name} {seed}")
    recorder = Recorder()
    try:
        with driver.installed(recorder, checkpoint_pages=chance.choice([4, 15, 60, 1000])), recorder.names():
            subject.work(folder, chance, recorder.acknowledge)
    finally:
        recorder.close()
    return recorder


def check(subject: Subject, cut: Cut, folder: Path) -> None:
    """Put what a cut left where it was, and look. Raises Lost."""
    for file in folder.iterdir():
        file.unlink()
    for name, content in cut.files.items():
        path = Path(name)
        path.write_bytes(content)
        path.chmod(0o600)
    path = folder / subject.file
    held, ended = cut.committed.get(str(path), ("",)), cut.ended.get(str(path), 0)
    found = digest_of(path, subject.key)
    allowed = held[ended:] if subject.durable else held
    if found not in allowed:
        known = f"what it was {ended - held.index(found)} commits before" if found in held else "no state it ever had"
        raise Lost(f"{subject.file} holds {known}")
    subject.look(folder, cut.acknowledged)


def digest_of(path: Path, key: bytes | None) -> str:
    """What a file holds, empty for a file that is not there or has nothing in it."""
    if not path.exists() or not path.stat().st_size:
        return ""
    try:
        connection = dbapi2.connect(str(path)) if key is None else sealed.connect(path, key)
    except sealed.SealedError as error:
        raise Lost(f"{path.name} does not open: {error}") from error

    def rows(statement: str) -> Any:
        return connection.execute(statement).fetchall()

    try:
        if (wrong := rows("PRAGMA integrity_check")) != [("ok",)]:
            raise Lost(f"{path.name} is damaged: {wrong[0][0]}")
        return digest(rows) if rows("SELECT count(*) FROM sqlite_master") != [(0,)] else ""
    except dbapi2.DatabaseError as error:
        raise Lost(f"{path.name} cannot be read: {error}") from error
    finally:
        connection.close()


class Tried(NamedTuple):
    """A cut, and what was lost by it."""

    cut: Cut
    lost: str
    """Empty: nothing that must not."""


def cuts_of(subject: Subject, seed: int, count: int, losses: Sequence[Loss] = LOSSES) -> Iterator[Tried]:
    """Cuts of a recording."""
    with workplace() as folder:
        events = record(subject, folder, seed).events
        chance = random.Random(f"cuts {seed}")
        for cut in images(events, places(events, count, chance), chance, losses):
            try:
                check(subject, cut, folder)
            except Lost as lost:
                yield Tried(cut, str(lost))
            else:
                yield Tried(cut, "")


def trial(seed: int) -> Trial:
    """Cut the power of each subject; and of a journal whose commits are not synced, which has to lose something."""
    failures: list[str] = []
    details: Counter[str] = Counter()
    for subject in SUBJECTS:
        for name, losses in ((f"{subject.name} cuts", LOSSES), (f"{subject.name} kills", KILLED)):
            for cut, lost in cuts_of(subject, seed, CUTS, losses):
                details[name] += 1
                if lost:
                    failures.append(f"{subject.name}, event {cut.at}, lost {cut.loss}: {lost}")
    cases = details.total()
    with unsynced():
        for _, lost in cuts_of(JOURNAL, seed, CUTS // 4):
            details["planted cuts"] += 1
            details["planted lost"] += bool(lost)
    return Trial(cases, tuple(failures), details)


@contextlib.contextmanager
def unsynced() -> Iterator[None]:
    """Plant a bug: the journal is opened as the cache is."""
    connect = sealed.connect

    def without_sync(path: Path, key: bytes, *, create: bool = False, **_: Any) -> sealed.Connection:
        return connect(path, key, create=create, synchronous="NORMAL")

    with mock.patch.object(sealed, "connect", without_sync):
        yield


def judge(details: Counter[str]) -> tuple[str, ...]:
    """A proof that finds nothing where there is something proves nothing."""
    if details["planted cuts"] >= 200 and not details["planted lost"]:
        return ("a journal with synchronous=NORMAL has lost nothing: these cuts find nothing",)
    return ()


SUBJECTS = (JOURNAL, CACHE, BACKEND)
PROOF = Proof("crash", "nothing acknowledged is lost by a power cut or a kill", "cuts", trial, judge)
