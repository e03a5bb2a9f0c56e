"""Threads and functions remember nothing of what was shown."""

from __future__ import annotations

import functools
import gc
import weakref
from contextvars import ContextVar

from rich.cells import cached_cell_len

from sellmode_tui.screens.memory import Threads, forget

NOTED: ContextVar[object] = ContextVar("NOTED")


class Page:
    """Something that can be referred to weakly."""


def note(page: Page) -> None:
    NOTED.set(page)


def test_an_idle_thread_holds_nothing_of_what_its_work_noted() -> None:
    page = Page()
    seen = weakref.ref(page)
    with Threads(max_workers=1) as threads:
        threads.submit(note, page).result()
        threads.submit(int).result()  # the thread has let go of the work before
        del page
        assert seen() is None


def test_arguments_results_and_errors_pass() -> None:
    with Threads() as threads:
        assert threads.submit(int, "101", base=2).result() == 5
        assert isinstance(threads.submit(int, "nothing").exception(), ValueError)


def test_texts_that_functions_keep_are_forgotten() -> None:
    text = "Zoë Ångström"
    cached_cell_len(text)
    assert text in gc.get_referents(cached_cell_len)
    forget()
    assert text not in gc.get_referents(cached_cell_len)


def test_what_functions_of_others_keep_stays() -> None:
    keep = functools.cache(Page)
    kept = keep()
    forget()
    assert keep() is kept
