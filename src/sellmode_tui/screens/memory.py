"""What would stay in memory of pages that have gone, and how it goes."""

from __future__ import annotations

import contextvars
import functools
import gc
from collections.abc import Callable
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
    for each in gc.get_objects():
        if type(each) is _CACHED and str(each.__module__).partition(".")[0] in _DRAWING:
            each.cache_clear()
    gc.collect()
