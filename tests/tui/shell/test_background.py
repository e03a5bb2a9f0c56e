"""Results of threads: taken in the app's task while they are wanted, dropped afterwards."""

from __future__ import annotations

import threading

from textual.app import App, ComposeResult
from textual.widgets import Static

from sellmode_tui.entrance import TOLD
from sellmode_tui.errors import ServerBusy
from sellmode_tui.shell.background import Background
from tests.tui.screens.counter import wait_until


class _App(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.crashes: list[BaseException] = []
        self.background = Background(self, self.said.append, self.crashes.append)


async def test_a_result_is_taken_in_the_apps_task() -> None:
    app, taken = _App(), list[tuple[int, int]]()
    async with app.run_test() as pilot:

        async def take(thread: int) -> None:
            taken.append((thread, threading.get_ident()))

        app.background.run(threading.get_ident, take)
        await wait_until(pilot, lambda: bool(taken))
    worked_in, taken_in = taken[0]
    assert worked_in != taken_in == threading.get_ident()


async def test_a_result_that_is_wanted_no_longer_is_dropped() -> None:
    app, taken = _App(), list[str]()
    wanted, begun, may_end = [True], threading.Event(), threading.Event()

    def late() -> str:
        begun.set()
        may_end.wait(60)
        return "late"

    async with app.run_test() as pilot:
        app.background.run(late, taken.append, wanted=lambda: wanted[0])
        await wait_until(pilot, begun.is_set)
        wanted[0] = False
        may_end.set()
        await app.workers.wait_for_complete()
        app.background.run(lambda: "next", taken.append)
        await wait_until(pilot, lambda: "next" in taken)
    assert taken == ["next"]


class _Closes(Static):
    """Has a result delivered when the app closes."""

    def __init__(self, app: _App, taken: list[str]) -> None:
        super().__init__()
        self._its_app, self._taken = app, taken

    def on_unmount(self) -> None:
        self._its_app.background.hand_back(self._taken.append, "late")


class _Holds(_App):
    def __init__(self) -> None:
        super().__init__()
        self.taken: list[str] = []

    def compose(self) -> ComposeResult:
        yield _Closes(self, self.taken)


async def test_a_result_that_comes_while_the_app_closes_is_dropped() -> None:
    app = _Holds()
    async with app.run_test():
        app.query_one(_Closes)
    assert app.taken == []


async def test_errors_are_told_handed_over_or_end_the_app() -> None:
    app, failed = _App(), list[Exception]()

    def fail(error: Exception) -> None:
        raise error

    async with app.run_test() as pilot:
        app.background.run(lambda: fail(ServerBusy(30)))
        await wait_until(pilot, lambda: app.said == [str(ServerBusy(30))])
        app.background.run(lambda: fail(ServerBusy(30)), failed=failed.append)
        await wait_until(pilot, lambda: bool(failed))
        app.background.run(lambda: fail(KeyError("x")), quiet=(KeyError,))
        app.background.run(lambda: fail(ValueError("nobody expected it")))
        await wait_until(pilot, lambda: bool(app.crashes))
    assert [type(error) for error in app.crashes] == [ValueError]
    assert isinstance(failed[0], TOLD)
    assert len(app.said) == 1
