"""Work in threads, whose results come back to the app's own task as long as they are wanted."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, TypeVar

from textual.app import App

from sellmode_tui.entrance import TOLD
from sellmode_tui.language import trd
from sellmode_tui.screens.kit.memory import forget

Result = TypeVar("Result")


class Background:
    """An app's work in threads. A thread that has begun cannot be ended, so its result may come too late."""

    def __init__(self, app: App[Any], tell: Callable[[str], object], crash: Callable[[BaseException], object]) -> None:
        """In the app's task, ``tell`` gets errors that are for the person, ``crash`` those that nobody expected."""
        self._app = app
        self._tell = tell
        self._crash = crash

    def run(
        self,
        work: Callable[[], Result],
        then: Callable[[Result], object] | None = None,
        *,
        failed: Callable[[Exception], object] | None = None,
        quiet: tuple[type[Exception], ...] = (),
        wanted: Callable[[], bool] | None = None,
        group: str = "background",
        exclusive: bool = False,
        executor: Executor | None = None,
    ) -> None:
        """Do `work` in a thread, and hand its result to `then` if that is still `wanted`.

        ``failed`` gets errors of `TOLD` in place of the person; errors of ``quiet`` nobody hears of. Of work of an
        ``exclusive`` group that has not begun only the last is done.
        """

        def attempt() -> None:
            try:
                result = work()
            except quiet:
                return
            except TOLD as error:
                self.hand_back(failed or (lambda error: self._tell(trd(error))), error, wanted=wanted)
            except Exception as error:  # noqa: BLE001  # the crash handler's, in its own thread
                self.hand_back(self._crash, error)
            else:
                if then is not None:
                    self.hand_back(then, result, wanted=wanted)

        if executor is not None:
            executor.submit(attempt)
        else:
            self._app.run_worker(attempt, thread=True, group=group, exclusive=exclusive, exit_on_error=False)

    def release(self, work: Callable[[], Result], then: Callable[[Result], object] | None = None) -> None:
        """Close something that was open: nothing of it stays in memory."""

        def attempt() -> Result:
            try:
                return work()
            finally:
                forget()  # what was open goes now, not some time

        self.run(attempt, then)

    def hand_back(
        self, take: Callable[[Result], object], result: Result, *, wanted: Callable[[], bool] | None = None
    ) -> None:
        """Have the app's task take a result, unless it is not wanted or the app is closing by then. From any thread."""

        async def deliver() -> None:
            if self._app.is_running and (wanted is None or wanted()):
                taken = take(result)
                if inspect.isawaitable(taken):
                    await taken

        self._app.call_later(deliver)
