"""What would stay in memory of pages that have gone, and how it goes."""

from __future__ import annotations

import contextvars
import functools
import gc
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")

_CACHED: Final = type(functools.cache(len))
_DRAWING: Final = frozenset({"rich", "textual", "sellmode_contract", "sellmode_tui"})
"""Packages whose functions remember texts and drawn lines for the next time."""


class Threads(ThreadPoolExecutor):
    """Threads that remember nothing of their work.

    Textual notes in a context variable which worker a thread runs, and never takes that back. An idle thread would hold
    its last worker for as long as it waits for another: with it the page that wanted it, and what that page shows.
    """

    def __init__(self, max_workers: int | None = None, thread_name_prefix: str = "") -> None:
        super().__init__(max_workers, thread_name_prefix)
        self._under_way: set[Future[Any]] = set()

    @property
    def busy(self) -> bool:
        """Whether any of them is at work, and so holds what that works with."""
        return bool(self._under_way)

    def submit(self, work: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        """Give each piece of work a context of its own, which goes when it is done."""
        future = super().submit(contextvars.Context().run, functools.partial(work, *args, **kwargs))
        self._under_way.add(future)
        future.add_done_callback(self._under_way.discard)
        return future


def forget() -> None:
    """Drop what nobody uses any more, and what functions have kept to be quick.

    Rich keeps thousands of texts with their widths, Textual the drawn lines of a thousand widgets.
    """
    for each in remembering():
        each.cache_clear()
    gc.collect()


def remembering() -> Iterator[Any]:
    """The functions that keep what they were given: of modules, and methods of their classes.

    They are not looked for among all objects: a tuple that another thread is filling fails if somebody holds it.
    """
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in _DRAWING:
            for value in list(vars(module).values()):
                yield from _caches(value)
                if isinstance(value, type) and value.__module__ == name:
                    for method in list(vars(value).values()):
                        yield from _caches(method)


def _caches(value: object) -> Iterator[Any]:
    match value:
        case classmethod() | staticmethod():
            yield from _caches(value.__func__)
        case property():
            yield from _caches(value.fget)
        case _ if type(value) is _CACHED:
            yield value
