"""What all pages of somebody who is signed in have in common."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Footer

from sellmode_contract.mutations import Rejected
from sellmode_tui.entrance import TOLD
from sellmode_tui.screens.app_page import AppPage, Result
from sellmode_tui.screens.desk import Desk
from sellmode_tui.screens.standing import status_of
from sellmode_tui.visibility import Door, Interrupted, Written
from sellmode_tui.widgets.status_line import StatusLine

Answer = TypeVar("Answer")


class DeskScreen(AppPage[Result]):
    """A page with the status line. The app tells it when something has changed."""

    class Failed(Message):
        """Something could not be read or written, for a reason that is not the person's."""

        def __init__(self, error: Exception) -> None:
            self.error = error
            super().__init__()

    class Wrote(Message):
        """The person has changed something: it is to be said, and shown everywhere."""

        def __init__(self, written: Written | None, said: str = "") -> None:
            """`said`: instead of what was changed; None of what is nothing to send."""
            self.written = written
            self.said = said
            super().__init__()

    class _Answered(Message, bubble=False):
        """What a thread brings back to the event loop."""

        def __init__(self, take: Callable[[], None]) -> None:
            self.take = take
            super().__init__()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk

    def compose_foot(self) -> ComposeResult:
        """The last lines of the page: how things stand, and keys."""
        yield StatusLine(status_of(self._desk), ascii_only=self._desk.ascii_only)
        yield Footer(show_command_palette=False, compact=True)

    # --- what the app tells

    def standing_changed(self) -> None:
        """Say how things stand."""
        for line in self.query(StatusLine):  # none while the page comes or goes
            line.status = status_of(self._desk)

    def facts_changed(self) -> None:
        """The retailer's settings or the account's place in it are others now."""

    def records_changed(self) -> None:
        """Something in the cache may be another now."""

    # --- the door, in threads

    def ask(
        self,
        question: Callable[[Door], Answer],
        take: Callable[[Answer], None],
        *,
        group: str,
        refused: Callable[[str, str], None] | None = None,
    ) -> None:
        """Ask the door something in a thread; of several questions of a group the last one counts.

        `refused` gets what was refused and why: the field at fault, if it is one, and a sentence.
        """

        def work() -> None:
            try:
                answer = question(self._desk.door)
            except Interrupted:
                return
            except Rejected as error:
                self._tell(error, error.field, error.detail, refused)
            except TOLD as error:
                self._tell(error, "", str(error), refused)
            except Exception as error:  # noqa: BLE001  # told by the app, which knows what to do about it
                self.post_message(self.Failed(error))
            else:
                self.post_message(self._Answered(partial(take, answer)))

        self.run_worker(work, thread=True, exclusive=True, group=group, exit_on_error=False)

    def _tell(self, error: Exception, field: str, why: str, refused: Callable[[str, str], None] | None) -> None:
        """Say in the page what was refused; where it has no place for that, the app says it."""
        if refused is None:
            self.post_message(self.Failed(error))
        else:
            self.post_message(self._Answered(partial(refused, field, why)))

    @on(_Answered)
    def _take_answer(self, message: _Answered) -> None:
        message.take()

    def wrote(self, written: Written | None, said: str = "") -> None:
        """Have the app say what was changed, whatever becomes of this page."""
        self.app.post_message(self.Wrote(written, said))
