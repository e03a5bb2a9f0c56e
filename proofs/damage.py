"""A bit flips, a file is cut, a page is zeroed, at any place of a terminal's files: found, healed, told.

Journal and cache are made by the apps' own code, and left as a process leaves them that ends or is killed. Each of many
damages is done to a copy, which the apps' own code opens again. Whatever somebody wrote has to be there, or to be told
of as lost; the cache shows what it showed, or is made anew; and nothing but damage is met.
"""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple
from unittest import mock

import msgspec

from proofs.results import Proof, Trial
from proofs.subjects import KEY, NOON, Lost, head, note, work_on_cache, work_on_journal
from proofs.workplace import workplace
from sellmode_contract.wire import Put, Sweep
from sellmode_tui import sealed
from sellmode_tui.cache.page import Change
from sellmode_tui.cache.store import Cache, Changed
from sellmode_tui.cache.tables import OTHER, TABLES, decode
from sellmode_tui.journal.clock import ClockReading
from sellmode_tui.journal.drafts import Draft, DraftField
from sellmode_tui.journal.journal import Journal
from sellmode_tui.journal.witness import read_witness

PLACES: Final = 40
"""Damages of each file of a seed."""
KINDS: Final = ("bit", "cut", "zeroed sector", "zeroed page", "emptied")
_WEIGHTS: Final = (10, 3, 3, 3, 0.2)
Files = dict[str, bytes]


def damaged(content: bytes, kind: str, chance: random.Random) -> bytes:
    """A file's content with something wrong at a place by chance."""
    at = chance.randrange(len(content))
    match kind:
        case "bit":
            return content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]
        case "cut":
            return content[:at]
        case "zeroed sector":
            return _zeroed(content, at // 512 * 512, 512)
        case "zeroed page":
            return _zeroed(content, at // 4096 * 4096, 4096)
        case _:
            return b""


def _zeroed(content: bytes, begin: int, size: int) -> bytes:
    end = min(begin + size, len(content))
    return content[:begin] + bytes(end - begin) + content[end:]


# ------------------------------------------------------------------ the journal


class Written(NamedTuple):
    """What somebody would miss in a journal."""

    unsent: set[str]
    refused: set[str]
    filters: set[str]
    drafts: set[str]


def _in(journal: Journal) -> Written:
    return Written(
        {entry.mid for entry in journal.outbox.waiting()},
        {item.mid for item in journal.outbox.tray.items()},
        {saved.name for saved in journal.saved_filters()},
        {msgspec.json.decode(body, type=Draft).id for body in journal.drafts.bodies()},
    )


def make_journal(folder: Path, seed: int, *, killed: bool) -> Written:
    """A journal that somebody has worked with."""
    chance = random.Random(f"journal {seed}")
    work_on_journal(folder, chance, lambda _: None)
    path = folder / "journal.db"
    journal = Journal(path, KEY)
    for number in range(chance.randint(0, 12)):
        mid = f"mid-{1000 + number}"
        journal.outbox.add(note(mid, chance), mid=mid, made=ClockReading(NOON, "boot", 1.0), before={})
    journal.drafts.keep("window", [_draft(number, chance) for number in range(chance.randint(0, 4))], None)
    written = _in(journal)
    _leave(journal.close, folder, killed=killed)
    return written


def _draft(number: int, chance: random.Random) -> Draft:
    typed = "blue " * chance.randint(1, 900)
    return Draft(id=f"draft-{number}", kind="note", title="Note", fields=(DraftField(path="", label="", typed=typed),))


def look_into_journal(folder: Path, written: Written) -> str:
    """Open a damaged journal twice. Returns what had come of it; raises Lost."""
    path = folder / "journal.db"
    opened = Journal.open_or_replace(path, KEY, NOON)
    journal = opened.journal
    try:
        found = _in(journal)
        # What was sent meanwhile in an older state of the file is no loss: it is known by its name.
        missing = Written(
            {mid for mid in written.unsent if journal.outbox.entry(mid) is None},
            {mid for mid in written.refused - found.refused - found.unsent if journal.outbox.tray.item(mid) is None},
            written.filters - found.filters,
            written.drafts - found.drafts,
        )
        losses = journal.outbox.tray.losses()
        told = any(loss.changes is None for loss in losses)
        for what, gone, count in zip(
            Written._fields, missing,
            (sum(loss.changes or 0 for loss in losses), sum(loss.refused for loss in losses),
             sum(loss.filters for loss in losses), sum(loss.drafts for loss in losses)), strict=True,
        ):  # fmt: skip
            if not told and len(gone) > count:
                raise Lost(f"{len(gone)} {what} are gone, and {count} are told of")
        held = read_witness(path)
        if held is None or held.losses != len(losses):
            raise Lost("what asks without the key hears of another number of losses")
        journal.outbox.add(
            note("mid-9999", random.Random(1)), mid="mid-9999", made=ClockReading(NOON, "b", 1.0), before={}
        )
    finally:
        journal.close()
    again = Journal.open_or_replace(path, KEY, NOON)
    with contextlib.closing(again.journal) as journal:
        if again.moved_aside is not None:
            raise Lost("it is not healed")
        if [loss.id for loss in journal.outbox.tray.losses()] != [loss.id for loss in losses]:
            raise Lost("a loss is told of once only")
        for loss in losses:
            journal.outbox.tray.acknowledge_loss(loss.id)
        if journal.outbox.tray.losses() or journal.outbox.entry("mid-9999") is None:
            raise Lost("what was done afterwards is gone")
    if any(missing):
        return "losses told"
    if losses:
        return "losses told that were none"
    return "rescued whole" if opened.moved_aside else "unharmed"


# ------------------------------------------------------------------ the cache

Shown = set[tuple[str, str, str]]
"""Kind, id and document of records."""


def make_cache(folder: Path, seed: int, *, killed: bool) -> Shown:
    """A cache that has synced for a while; returns all that it ever showed."""
    put: set[tuple[str, str, str]] = set()
    apply = Cache.apply

    def noted(cache: Cache, changes: Sequence[Change], *arguments: Any) -> Changed:
        put.update((each.k, each.id, bytes(each.d).decode()) for each in changes if isinstance(each, Put))
        return apply(cache, changes, *arguments)

    with mock.patch.object(Cache, "apply", noted):
        work_on_cache(folder, random.Random(f"cache {seed}"), lambda _: None)
    cache = Cache.open(folder / "cache.db", KEY)
    cache.state()
    cache.accept(head("team"), at=NOON)
    _leave(cache.close, folder, killed=killed)
    return put


def look_into_cache(folder: Path, put: Shown) -> str:
    """Use a damaged cache as the app does; what cannot be used is deleted, and must then work. Raises Lost."""
    path = folder / "cache.db"
    for came in ("unharmed", "made anew"):
        try:
            with contextlib.closing(Cache.open(path, KEY)) as cache:
                wrong = _shown(cache) - put
                cache.state()
                cache.accept(head("team"), at=NOON)
                cache.apply([Sweep(s=scope, g=7) for scope in head("team").scopes], "999")
                cache.finish(at=NOON)
        except sealed.Corrupt:
            sealed.remove(path)
            continue
        if wrong:  # a log that is cut leaves an older state, which the next pass goes on from: no fault
            raise Lost(f"{len(wrong)} records show what they never were")
        return came
    raise Lost("a new cache is damaged, too")


def _shown(cache: Cache) -> Shown:
    with cache.reading() as reading:
        rows: list[tuple[str, str, str]] = []
        for table in TABLES:
            query = f'SELECT id, doc FROM "{table}" t WHERE {reading.only_visible("t")}'  # noqa: S608 # ours
            rows += [(table, *row) for row in reading.connection.execute(query)]
        query = f"SELECT kind, id, doc FROM {OTHER} t WHERE {reading.only_visible('t')}"  # noqa: S608 # ours
        rows += reading.connection.execute(query).fetchall()
        for kind, _, text in rows:
            decode(kind, text)
    return set(rows)


# ------------------------------------------------------------------ trying


def _leave(close: Callable[[], None], folder: Path, *, killed: bool) -> None:
    """End as a process does; one that is killed leaves its log."""
    if not killed:
        close()
        return
    before = files_in(folder)
    close()
    put(folder, before)


def files_in(folder: Path) -> Files:
    """What is in a folder, without what SQLite makes anew."""
    return {file.name: file.read_bytes() for file in folder.iterdir() if not file.name.endswith("-shm")}


def put(folder: Path, files: Files) -> None:
    """Make a folder hold these files and nothing else."""
    for file in folder.iterdir():
        file.unlink()
    for name, content in files.items():
        path = folder / name
        path.write_bytes(content)
        path.chmod(0o600)


def cases(seed: int, count: int) -> Iterator[tuple[str, str, str]]:
    """Each damage: what of, what came of it, and what was lost; empty for nothing."""
    chance = random.Random(f"damage {seed}")
    subjects: tuple[tuple[Callable[..., Any], Callable[[Path, Any], str]], ...] = (
        (make_journal, look_into_journal),
        (make_cache, look_into_cache),
    )
    for made, look in subjects:
        with workplace() as folder:
            expected = made(folder, seed, killed=chance.random() < 0.7)
            files = files_in(folder)
            names = [name for name, content in files.items() if content and ".db" in name]
            for name in [each for each in names for _ in range(count)]:
                (kind,) = chance.choices(KINDS, _WEIGHTS)
                put(folder, {**files, name: damaged(files[name], kind, chance)})
                try:
                    came, lost = look(folder, expected), ""
                except Lost as error:
                    came, lost = "lost", str(error)
                except Exception as error:  # noqa: BLE001 # a crash of that case; the next has its turn
                    came, lost = "crashed", f"{type(error).__name__}: {error}"
                yield f"{name}: {kind}", f"{name.partition('.')[0]} {came}", lost


def trial(seed: int) -> Trial:
    """Damage each file of a terminal at many places."""
    failures: list[str] = []
    details: Counter[str] = Counter()
    for case, came, lost in cases(seed, PLACES):
        details[came] += 1
        if lost:
            failures.append(f"{case}: {lost}")
    return Trial(details.total(), tuple(failures), details)


def judge(details: Counter[str]) -> tuple[str, ...]:
    """A proof that finds nothing where there is something proves nothing."""
    if details.total() >= 1000 and not details["journal losses told"]:
        return ("no journal has lost anything: this damage finds nothing",)
    return ()


PROOF = Proof("damage", "damage to a terminal's files is found, healed and told", "places", trial, judge)
