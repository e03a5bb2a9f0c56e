"""Questions in the background: late answers are dropped, and what is to be written is written, in its order."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from sellmode_contract.kinds.retailer import Mode
from sellmode_tui.journal.journal import Journal
from sellmode_tui.records import RecordStore, Written
from sellmode_tui.screens.entrance.lock import LockScreen
from sellmode_tui.screens.lists.saved_filters import SavedFiltersScreen
from tests.support.proxy import DEADLINE
from tests.tui.screens.counter import counter, running, signed_in, wait_until


@pytest.fixture(autouse=True)
def _files(demo_files: Callable[[Mode, str], Path]) -> None:
    demo_files("associate", "anna")


async def test_an_answer_that_was_overtaken_is_dropped() -> None:
    """Threads that have begun are not ended by being cancelled: the slow one answers last."""
    app = counter()
    async with running(app) as pilot:
        page = await signed_in(pilot)
        may_answer, taken = threading.Event(), list[str]()

        def slow(_: RecordStore) -> str:
            assert may_answer.wait(DEADLINE)
            return "slow"

        page.ask(slow, taken.append, group="any")
        page.ask(lambda _: "quick", taken.append, group="any")
        await wait_until(pilot, lambda: taken == ["quick"])
        may_answer.set()
        await wait_until(pilot, lambda: not app.threads.busy)
        await pilot.pause()
        assert taken == ["quick"]


async def test_what_is_to_be_written_is_written_in_its_order_though_all_threads_are_busy() -> None:
    app = counter()
    async with running(app) as pilot:
        page = await signed_in(pilot)
        may_go_on = threading.Event()
        for _ in range(64):
            app.threads.submit(may_go_on.wait, DEADLINE)
        written = list[int]()

        def writing(number: int) -> int:
            written.append(number)
            return number

        taken = list[int]()
        for number in range(20):
            page.write(lambda _, number=number: writing(number), taken.append)  # type: ignore[misc]  # its default is an int
        await wait_until(pilot, lambda: len(taken) == 20)
        may_go_on.set()
        assert written == taken == list(range(20))


async def test_what_waits_to_be_written_is_written_before_the_account_is_locked() -> None:
    app = counter()
    async with running(app) as pilot:
        page = await signed_in(pilot)
        may_go_on, written = threading.Event(), list[Written]()
        customer = page.customer
        assert customer is not None
        page.write(lambda _: may_go_on.wait(DEADLINE), lambda _: None)
        page.write(lambda records: written.append(records.customers.write_note(customer, "kept")), lambda _: None)
        await pilot.press("f10")
        await wait_until(pilot, lambda: isinstance(app.screen, LockScreen))
        may_go_on.set()
        await wait_until(pilot, lambda: not app.threads.busy)
        assert len(written) == 1


async def test_an_unexpected_error_with_saved_filters_is_not_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    app = counter()

    async def use() -> None:
        async with running(app) as pilot:
            page = await signed_in(pilot)
            box = SavedFiltersScreen(page._desk, "customers", "")
            monkeypatch.setattr(Journal, "saved_filters", _fails)
            await app.push_screen(box)
            await wait_until(pilot, lambda: app._exception is not None)

    with pytest.raises(RuntimeError, match="nobody expected this"):
        await use()


def _fails(_: Journal) -> None:
    raise RuntimeError("nobody expected this")
