"""One way to ask the record store something in the background, from a page or a part of one."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from textual import on
from textual.message import Message
from textual.message_pump import MessagePump

from sellmode_contract.mutations import Rejected
from sellmode_tui.entrance import TOLD
from sellmode_tui.language import trd
from sellmode_tui.records import Interrupted, RecordStore
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.widgets.keys_in_order import MAX_SECONDS, Turning, turning

Answer = TypeVar("Answer")


class Asking(MessagePump):
    """Something on the screen that asks. Answers are taken in the event loop, unless they come too late.

    A thread that has begun cannot be ended, and posts its answer whatever was asked meanwhile: so questions of a group
    are numbered, and only the last one's answer is taken. What is written is another matter: it is done in the order in
    which it was asked for, and never given up, not even when the page goes or the app ends.
    """

    class Failed(Message):
        """Something could not be read or written, for a reason that is not the person's."""

        def __init__(self, error: Exception) -> None:
            self.error = error
            super().__init__()

    class _Answered(Message, bubble=False):
        """What a thread brings back to the event loop."""

        def __init__(self, group: str, number: int, take: Callable[[], None]) -> None:
            self.group = group
            self.number = number
            self.take = take
            super().__init__()

    _desk: Desk

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._questions: Counter[str] = Counter()

    def ask(
        self,
        question: Callable[[RecordStore], Answer],
        take: Callable[[Answer], None],
        *,
        group: str,
        refused: Callable[[str, str], None] | None = None,
        opens: bool = False,
        longest: float = MAX_SECONDS,
    ) -> None:
        """Ask the record store something in a thread; of several questions of a group only the last one counts.

        `refused` gets what was refused and why: the field at fault, if it is one, and a sentence. If the answer `opens`
        a page, what is typed waits for that; a page that takes longer than `longest` seconds opens no more.
        """
        self._questions[group] += 1
        under_way = turning(self, longest) if opens else None

        def in_time(answer: Answer) -> None:
            if under_way is None or longest == math.inf or not under_way.over:
                take(answer)

        outcome = self._outcome(group, self._questions[group], question, in_time, refused)
        conclude = self._conclusion(under_way)

        def work() -> None:
            if message := outcome():
                self.post_message(message)
            conclude()

        self.run_worker(work, thread=True, exclusive=True, group=group, exit_on_error=False)  # type: ignore[attr-defined]  # of nodes

    def write(
        self,
        question: Callable[[RecordStore], Answer],
        take: Callable[[Answer], None],
        *,
        refused: Callable[[str, str], None] | None = None,
        closes: bool = False,
    ) -> None:
        """Have the record store write something, after everything that was to be written before.

        If the page `closes` when it is written, what is typed waits for that.
        """
        outcome = self._outcome("", 0, question, take, refused)
        conclude = self._conclusion(turning(self) if closes else None)
        done = asyncio.get_running_loop().run_in_executor(self._desk.writes, outcome)

        def written(each: asyncio.Future[Message | None]) -> None:
            self._deliver(each.result())
            conclude()

        done.add_done_callback(written)

    def _conclusion(self, under_way: Turning | None) -> Callable[[], None]:
        """What to call, in any thread, when the answer is on its way: what is typed waits until it has been taken."""
        app = self.app

        def conclude() -> None:
            if under_way is not None and not self.call_later(under_way.end):
                app.call_later(under_way.end)

        return conclude

    def forget_asked(self, group: str) -> None:
        """Take no answer of a group that was asked for before."""
        self._questions[group] += 1

    def _outcome(
        self,
        group: str,
        number: int,
        question: Callable[[RecordStore], Answer],
        take: Callable[[Answer], None],
        refused: Callable[[str, str], None] | None,
    ) -> Callable[[], Message | None]:
        """Work for a thread: what is to be said in the event loop of how it went."""
        desk, answered = self._desk, partial(self._Answered, group, number)

        def outcome() -> Message | None:
            try:
                answer = question(desk.records)
            except Interrupted:
                return None
            except Rejected as error:
                return answered(partial(refused, error.field, trd(error.detail))) if refused else self.Failed(error)
            except TOLD as error:
                return answered(partial(refused, "", trd(error))) if refused else self.Failed(error)
            except Exception as error:  # noqa: BLE001  # told by the app, which knows what to do about it
                return self.Failed(error)
            return answered(partial(take, answer))

        return outcome

    def _deliver(self, message: Message | None) -> None:
        """In the event loop; a page that has gone cannot say any more that something went wrong."""
        if message is not None and not self.post_message(message) and isinstance(message, self.Failed):
            self.app.post_message(message)

    @on(_Answered)
    def _take_answer(self, message: _Answered) -> None:
        if message.number == self._questions[message.group]:
            message.take()
