"""What all pages of somebody who is signed in have in common."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.message import Message

from sellmode_contract.text import visible
from sellmode_tui.records import Written
from sellmode_tui.screens.kit.app_page import AppPage, Result
from sellmode_tui.screens.kit.asking import Asking
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.status_words import status_of
from sellmode_tui.widgets.key_line import KeyLine
from sellmode_tui.widgets.status_line import StatusLine


class DeskScreen(Asking, AppPage[Result]):
    """A page with the status line. The app tells it when something has changed."""

    class Wrote(Message):
        """The person has changed something: it is to be said, and shown everywhere."""

        def __init__(self, written: Written | None, said: str = "") -> None:
            """`said`: instead of what was changed. Of None, where `said` says nothing either, nothing is said."""
            self.written = written
            self.said = said
            super().__init__()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk

    def compose_foot(self) -> ComposeResult:
        """The last lines of the page: how things stand, and keys."""
        yield StatusLine(status_of(self._desk))
        yield KeyLine()

    def offers(self, action: str) -> bool:  # noqa: ARG002  # all of them
        """Whether the last line shows the key for an action just now. One that it does not show still says why not."""
        return True

    # --- what the app tells

    def standing_changed(self) -> None:
        """Say how things stand."""
        for line in self.query(StatusLine):  # none while the page comes or goes
            line.status = status_of(self._desk)

    def facts_changed(self) -> None:
        """The retailer's settings or the account's place in it are others now."""

    def records_changed(self) -> None:
        """Something in the cache may be another now."""

    def customer_writes(self, request: str) -> None:
        """The customer of a request (its id) is writing just now."""

    def brought_back(self, records: Sequence[tuple[str, str]]) -> None:
        """The last change was taken back; it was of these, by kind and id."""

    # --- what is said

    def tell(self, text: str) -> None:
        """Say something that goes away by itself."""
        self.notify(visible(text), markup=False)

    def refused(self, _: str, why: str) -> None:
        """Say why something was not written, of which no field is at fault."""
        self.notify(visible(why), markup=False, severity="error")

    # --- what was written

    def wrote(self, written: Written | None, said: str = "") -> None:
        """Have the app say what was changed, whatever becomes of this page."""
        self.app.post_message(self.Wrote(written, said))
