"""What is typed goes where the keys before it lead, however fast it comes: over a slow line, from a scanner, by habit.

Textual hands each key at once to the widget that has the focus, and works off what a key does later. Of "/quinn" in one
packet the "q" would reach the list, which the "/" is only just leaving, and end the app. So here a key, a paste or a
click waits until the one before it is done with: every queue it can stand in has been worked off, the page that it
opens is there, and nothing moves the focus any more. What takes a thread first, such as reading the customer for whom a
form opens, says so with `turning`.

If no page comes, what was typed for it is dropped, with a word: on the page that is there it would be commands.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Final, TypeVar

from textual import events
from textual.app import App, ScreenStackError
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import Widget

from sellmode_tui.widgets.scans import Scan, ScanCollector

ReturnType = TypeVar("ReturnType")

ROUNDS: Final = 4
"""A key goes up from the widget in use to the app, each with a queue of its own; so does what the widget says of it
(a text was submitted); then the app moves the focus or turns the page, which the new page is told of. So many rounds
through these queues nothing may have moved."""
OVERTAKES: Final = 1.0
"""Seconds without a step after which the keys that work everywhere (lock, quit) wait no longer."""
MAX_SECONDS: Final = 10.0
"""Seconds in which a page that was asked for has to come."""
_A_MOMENT: Final = 0.005
PAUSE: Final = 0.5
"""What goes on being typed for a page that did not come is dropped until nothing came for so many seconds."""


class Turning:
    """Something under way that ends with another page, or with the news that there is none."""

    def __init__(self, done: Callable[[Turning], None] = lambda _: None) -> None:
        self._done = done
        self._latest: asyncio.TimerHandle | None = None
        self.given_up_by_escape = False
        """Whether Escape need not wait first: signing in takes as long as it takes."""
        self.ended = asyncio.Event()

    @property
    def over(self) -> bool:
        """Whether it has ended, or is waited for no longer."""
        return self.ended.is_set()

    def end(self) -> None:
        """It has come to its end, and what comes of it is on its way. May be called again."""
        if self._latest is not None:
            self._latest.cancel()
        if not self.over:
            self.ended.set()
            self._done(self)

    def end_after(self, seconds: float) -> None:
        """Wait no longer than that."""
        self._latest = asyncio.get_running_loop().call_later(seconds, self.end)


def turning(node: MessagePump, longest: float = MAX_SECONDS) -> Turning:
    """Say that another page is on its way, if that takes a thread or the server: what is typed waits for it."""
    app = node.app
    return app.await_turn(longest) if isinstance(app, KeysInOrder) else Turning()


class KeysInOrder(App[ReturnType]):
    """An app in which a key meets what the keys before it have done."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: deque[events.Event] = deque()
        """What came while something before it is being worked off."""
        self._work: asyncio.Task[None] | None = None
        self._since = 0.0
        """When the last step was done."""
        self._turnings: set[Turning] = set()
        self._page_wanted = False
        """Whether the key that is being worked off has asked for a page that takes a while."""
        self._ahead = False
        """Whether something was typed before it was known what comes of that."""
        self._dropping_until = 0.0
        self._dropped = False
        """Whether something was dropped of which nothing was said yet."""
        self._scans = ScanCollector()
        self._rest: asyncio.TimerHandle | None = None
        """When digits that wait for more are keys."""

    @property
    def works_off(self) -> bool:
        """Whether something that was typed is still being worked off, or waits for that."""
        return self._work is not None or self._scans.holds

    def typed_ahead_was_dropped(self) -> None:
        """What was typed goes nowhere: say so."""

    def scanned(self, code: str) -> bool:  # noqa: ARG002  # nothing
        """A code was scanned on a page where no text has the keys; false if its digits are keys as any others."""
        return False

    async def on_unmount(self) -> None:
        """Nobody waits for a key any more."""
        if self._work is not None:
            self._work.cancel()
        if self._rest is not None:
            self._rest.cancel()

    # ------------------------------------------------------------------ what comes in

    async def on_event(self, event: events.Event) -> None:
        """Take what is typed and clicked one by one."""
        if not isinstance(event, events.InputEvent | events.Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._comes_too_late(event):
            return  # with what was said to be dropped
        elif self._work is None and not self._scans.holds and not _leads_somewhere(event, self.focused):
            await super().on_event(event)
        elif isinstance(event, events.MouseMove):
            self._add(event)
        else:
            for each in self._scans.take(event):
                self._add(each)
            self._await_rest()

    def _await_rest(self) -> None:
        """Take digits for keys if no more come in time, and none stands in the queue."""
        if self._scans.holds and self._rest is None:
            left = max(self._scans.until - monotonic(), _A_MOMENT)
            self._rest = asyncio.get_running_loop().call_later(left, self._rest_is_over)

    def _rest_is_over(self) -> None:
        self._rest = None
        if self.message_queue_size or monotonic() < self._scans.until:
            self._await_rest()
        else:
            for each in self._scans.give_up():
                self._add(each)

    def _add(self, event: events.Event) -> None:
        waiting = self._waiting
        if isinstance(event, events.MouseMove) and waiting and isinstance(waiting[-1], events.MouseMove):
            waiting.pop()
        if isinstance(event._sender, Widget):  # noqa: SLF001  # a click on a key of the last line comes before what waits
            waiting.appendleft(event)
        else:
            waiting.append(event)
        if self._work is None:
            self._begin_to_work()
        elif self._overtakes(event):
            if waiting[0] is event and any(turning.given_up_by_escape for turning in self._turnings):
                self._overtake(event, at_once=True)
            else:
                self._overtake_later(event)

    def _begin_to_work(self, *, settled: bool = True) -> None:
        self._since = _now()
        self._work = asyncio.create_task(self._work_off(settled=settled), name="keys in order")

    # ------------------------------------------------------------------ one by one

    async def _work_off(self, *, settled: bool) -> None:
        try:
            if not settled:
                await self._settle(self.screen)
            while self._waiting:
                event = self._waiting.popleft()
                page, self._since = self.screen, _now()
                if isinstance(event, Scan):
                    if _leads_somewhere(event.keys[0], self.focused) and await self._take_scan(event.code):
                        await self._settle(page)
                    else:
                        self._waiting.extendleft(reversed(event.keys))
                    continue
                settles = _leads_somewhere(event, self.focused)
                if not await self._in_turn(self, lambda event=event: super(KeysInOrder, self).on_event(event)):  # type: ignore[misc]  # bound now
                    return
                if settles:
                    await self._settle(page)
        except ScreenStackError:
            return  # the app ends
        finally:
            if self._work is asyncio.current_task():
                self._work = None

    async def _take_scan(self, code: str) -> bool:
        taken = False

        async def take() -> None:
            nonlocal taken
            taken = self.scanned(code)

        await self._in_turn(self, take)
        return taken

    async def _settle(self, page: Screen[object]) -> None:
        """Wait until all queues have been worked off, and neither page nor focus moves; `page` was there before."""
        rounds = 0
        while rounds < ROUNDS:
            while self._turnings:
                await next(iter(self._turnings)).ended.wait()
            here = self.screen, self.focused
            for pump in dict.fromkeys([*(here[1] or here[0]).ancestors_with_self, here[0], self]):
                await self._in_turn(pump)
            moved = bool(self._turnings) or here != (self.screen, self.focused)
            rounds = 0 if moved else rounds + 1
            self._since = _now()
        if self._page_wanted and self.screen is page and self._ahead:
            self._drop_before(None)
            self._dropping_until = _now() + PAUSE
        self._page_wanted = self._ahead = False
        if self._dropped:
            self._dropped = False
            self.typed_ahead_was_dropped()

    async def _in_turn(self, pump: MessagePump, work: Callable[[], Awaitable[object]] | None = None) -> bool:
        """Do something when a pump has seen to all that stands in its queue; false if it ends before that."""
        ran = asyncio.get_running_loop().create_future()

        async def run() -> None:
            try:
                if work is not None:
                    await work()
            finally:
                if not ran.done():
                    ran.set_result(True)

        def ended(_: object) -> None:
            if not ran.done():
                ran.set_result(False)

        task = pump._task  # noqa: SLF001  # the app has none
        if not pump.call_later(run):
            return False
        if task is not None:
            task.add_done_callback(ended)
        try:
            return bool(await ran)
        finally:
            if task is not None:
                task.remove_done_callback(ended)

    # ------------------------------------------------------------------ pages that take a while

    def await_turn(self, longest: float) -> Turning:
        """Wait with what is typed until another page is there."""
        turning = Turning(self._turn_ended)
        self._turnings.add(turning)
        self._page_wanted = True
        if longest < math.inf:
            turning.end_after(longest)
        else:
            turning.given_up_by_escape = True
        if self._work is None:
            self._begin_to_work(settled=False)
        return turning

    def _turn_ended(self, turning: Turning) -> None:
        self._turnings.discard(turning)
        self._ahead = bool(self._waiting)

    def end_turns(self) -> None:
        """Whatever is on its way is wanted no longer."""
        for turning in [*self._turnings]:
            turning.end()

    # ------------------------------------------------------------------ what waits no longer

    def _comes_too_late(self, event: events.Event) -> bool:
        """Whether it was typed for a page that did not come."""
        if not isinstance(event, events.Key | events.Paste) or _now() >= self._dropping_until:
            return False
        if self._works_everywhere(event):
            return False
        self._dropping_until = _now() + PAUSE
        return True

    def drop_typed_ahead(self) -> None:
        """Another page is there than what waits was typed for."""
        self._waiting.extend(self._scans.give_up())
        if self._waiting:
            self._drop_before(None)

    def _drop_before(self, event: events.Event | None) -> None:
        """Drop what waits, all of it or up to something, but for keys that work everywhere."""
        before = list(self._waiting)
        after = before[before.index(event) :] if event is not None else []
        kept = [each for each in before[: len(before) - len(after)] if event is None and self._works_everywhere(each)]
        self._dropped = self._dropped or len(kept) + len(after) < len(before)
        self._waiting = deque([*kept, *after])

    def _works_everywhere(self, event: events.Event) -> bool:
        if not isinstance(event, events.Key):
            return False
        chain = self.screen._binding_chain  # noqa: SLF001  # where the framework looks them up
        return any(each.priority for _, bound in chain for each in bound.key_to_bindings.get(event.key, ()))

    def _overtakes(self, event: events.Event) -> bool:
        """Lock, quit and the like; Escape gives up waiting for a page."""
        gives_up = isinstance(event, events.Key) and event.key == "escape" and bool(self._turnings)
        return gives_up or self._works_everywhere(event)

    def _overtake_later(self, event: events.Event) -> None:
        asyncio.get_running_loop().call_at(self._since + OVERTAKES, self._overtake, event)

    def _overtake(self, event: events.Event, *, at_once: bool = False) -> None:
        """Nothing has moved for a while: a key that must not wait comes first. What was typed before it is dropped."""
        if event not in self._waiting:
            return
        if _now() < self._since + OVERTAKES and not at_once:
            self._overtake_later(event)
            return
        self._drop_before(event)
        self.end_turns()
        self._page_wanted = self._ahead = False
        if self._work is not None:
            self._work.cancel()
        self._begin_to_work()


def _leads_somewhere(event: events.Event, focused: Widget | None) -> bool:
    """Whether it may open a page or move the focus: a letter in a text does not, nor does a move of the mouse."""
    if isinstance(event, events.Key):
        return focused is None or not focused.check_consume_key(event.key, event.character)
    return not isinstance(event, events.MouseEvent) or isinstance(event, events.MouseDown | events.MouseUp)


def _now() -> float:
    return asyncio.get_running_loop().time()
