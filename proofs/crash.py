"""The power fails, or a process is killed, at any moment: whatever was acknowledged is there afterwards.

For each seed the apps' own code works on files of a recorded disk, and what each of many cuts leaves is opened again
by the apps' own code with the SQLite that they ship. What a database then holds must be what it held after one of its
commits: with ``synchronous=FULL`` after the last that had ended (or the one under way), with NORMAL after any.
"""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

from sqlcipher3 import dbapi2

from proofs import driver
from proofs.disk import KILLED, LOSSES, Cut, Loss, Recorder, digest, images, places
from proofs.kills import kills
from proofs.results import Proof, Trial
from proofs.subjects import BACKEND, CACHE, JOURNAL, Lost, Subject
from proofs.workplace import workplace
from sellmode_tui import sealed

CUTS = 60
"""Of one recording."""
PROCESSES = 4
"""So many are really killed, of each subject and seed."""


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
        chance = random.Random(f"kills {seed}")
        for step, lost in kills(subject, seed, lambda steps: chance.sample(range(1, steps + 1), PROCESSES)):  # noqa: B023 # used at once
            details["processes killed"] += 1
            if lost:
                failures.append(f"{subject.name}, killed at step {step}: {lost}")
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
