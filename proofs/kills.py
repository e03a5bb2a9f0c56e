"""Processes that are killed (SIGKILL) before or after any statement, with the SQLite that the apps ship.

``crash`` cuts between any two writes to the disk; here the process, the library and the disk are the real ones.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any, NoReturn

from sqlcipher3 import dbapi2

from proofs.subjects import BACKEND, CACHE, JOURNAL, Lost, Subject
from proofs.workplace import workplace

SUBJECTS = {subject.name: subject for subject in (JOURNAL, CACHE, BACKEND)}

# Its children are forked from a process that has opened no database.
_children = multiprocessing.get_context("forkserver")
_children.set_forkserver_preload([__name__])


class _Counted(dbapi2.Cursor):
    """A cursor that counts what it is about to do and has done."""

    step: Callable[[], None]

    def execute(self, *arguments: Any) -> Any:
        type(self).step()
        done = super().execute(*arguments)
        type(self).step()
        return done

    def executemany(self, *arguments: Any) -> Any:
        type(self).step()
        done = super().executemany(*arguments)
        type(self).step()
        return done


class _Connection(dbapi2.Connection):
    """A connection whose statements are counted."""

    def cursor(self, *_: Any) -> Any:
        return super().cursor(_Counted)

    def commit(self) -> None:
        _Counted.step()
        super().commit()
        _Counted.step()


def _work(name: str, folder: str, seed: int, last: int, told: Pipe) -> None:
    """In the child: work until the step at which it ends; each acknowledgement, and at last the steps, are told."""
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1
        if steps == last:
            _end()

    _Counted.step = staticmethod(step)
    connect: Any = dbapi2.connect
    driver: Any = dbapi2
    driver.connect = lambda *arguments, **options: connect(*arguments, **options, factory=_Connection)
    os.umask(0o077)
    subject = SUBJECTS[name]
    subject.work(Path(folder), random.Random(f"{name} {seed}"), lambda what: told.send(("acknowledged", what)))
    told.send(("steps", steps))


def _end() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def run(subject: Subject, folder: Path, seed: int, last: int) -> tuple[int, tuple[object, ...]]:
    """Let a process work until a step (0: to its end); the steps it took (0: it was killed), and what it has told."""
    ours, theirs = _children.Pipe(duplex=False)
    child = _children.Process(target=_work, args=(subject.name, str(folder), seed, last, theirs))
    child.start()
    theirs.close()
    steps, acknowledged = 0, list[object]()
    while True:
        try:
            what, told = ours.recv()
        except EOFError:
            break
        if what == "steps":
            steps = told
        else:
            acknowledged.append(told)
    child.join()
    ours.close()
    if child.exitcode not in (0, -signal.SIGKILL):
        raise RuntimeError(f"the process ended with {child.exitcode}")
    return steps, tuple(acknowledged)


def kills(subject: Subject, seed: int, at: Callable[[int], Iterable[int]]) -> Iterator[tuple[int, str]]:
    """Kill a process at steps that are chosen from 1 to however many it takes; each with what was lost by it."""
    with workplace() as folder:
        steps, _ = run(subject, folder, seed, 0)
    for last in at(steps):
        with workplace() as folder:
            _, acknowledged = run(subject, folder, seed, last)
            try:
                subject.look(folder, acknowledged)
            except Lost as lost:
                yield last, str(lost)
            else:
                yield last, ""
