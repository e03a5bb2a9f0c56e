"""Threads and functions remember nothing of what was shown."""

from __future__ import annotations

import functools
import gc
import subprocess
import sys
import threading
import weakref
from contextvars import ContextVar

from rich.cells import cached_cell_len

from sellmode_tui.screens.kit.memory import Threads, forget

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


def test_other_threads_go_on_with_their_work_meanwhile() -> None:
    """A tuple that grows out of a generator must not be held by somebody else, as ``gc.get_objects`` would."""
    done = threading.Event()

    def work() -> int:
        made = 0
        while not done.is_set():
            made += len(tuple(number for number in range(200)))
        return made

    with Threads(max_workers=2) as threads:
        at_work = [threads.submit(work) for _ in range(2)]
        for _ in range(30):
            forget()
        done.set()
        assert all(future.result() for future in at_work)


def test_every_function_that_remembers_is_found_among_what_the_app_has_loaded() -> None:
    script = """
import gc, sellmode_tui.shell.run
from sellmode_tui.screens.kit.memory import _CACHED, _DRAWING, remembering
found = [id(each) for each in remembering()]
caches = [each for each in gc.get_objects() if type(each) is _CACHED]
print([each for each in caches if str(each.__module__).partition(".")[0] in _DRAWING and id(each) not in found])
"""
    assert subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout == "[]\n"
