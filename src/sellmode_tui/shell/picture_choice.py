"""How pictures are shown, if they are: by what the person has chosen, the theme, the terminal and the line to it.

A picture takes some 8 kB. How long the line needs for that is told by the first one that is drawn: a question after it
is answered when all of it has come. Where that takes long no more are drawn, until the person wants them all the same.
"""

from __future__ import annotations

import os
import time
from typing import Final

from sellmode_tui.account.folders import AccountFolder
from sellmode_tui.language import tr
from sellmode_tui.screens.kit.desk import Desk, Drawing
from sellmode_tui.screens.kit.picture import PictureBox
from sellmode_tui.shell.current import CurrentAccount, OpenAccount
from sellmode_tui.shell.paged_app import PagedApp
from sellmode_tui.terminal.environment import colours
from sellmode_tui.terminal.questions import WHOLE_FRAMES

SLOW_SECONDS: Final = 1.5
"""A line that takes longer for a picture is slow."""
_FEW_COLOURS: Final = ("16-colours", "no-colours", "ansi")


class PictureChoice:
    """Keeps how pictures are shown."""

    def __init__(self, app: PagedApp, current: CurrentAccount) -> None:
        self._app = app
        self._current = current
        self.hidden = False
        """Whether the person wants none, or the line is slow."""
        self._asked_at: float | None = None
        self._measured = False

    @property
    def can_be_shown(self) -> bool:
        """Whether there is anything to choose."""
        return self._possible != ""

    @property
    def _possible(self) -> Drawing:
        if self._app.ascii_only:
            return ""
        return "card" if self._app.theme in _FEW_COLOURS or colours(os.environ) < 256 else "blocks"

    def opened(self, account: OpenAccount, folder: AccountFolder) -> None:
        """Somebody has signed in."""
        self.hidden, self._measured, self._asked_at = folder.hides_pictures, False, None
        desk, pictures = account.desk, account.workspace.pictures
        desk.pictures = pictures
        desk.place_picture = self._app.graphics.place if self._app.graphics else None
        pictures.arrived = lambda product: self._current.hand_back(account, self.read_again, product)
        self._tell(desk)

    def choose(self, *, hidden: bool) -> None:
        """The person wants none, or wants them whatever the line."""
        self._measured, self.hidden = True, hidden
        self._current.run(lambda account: account.workspace.session.folder.keep_hides_pictures(hidden))
        self.changed()

    def changed(self) -> None:
        """They are shown otherwise now."""
        if (desk := self._current.desk) is not None:
            self._tell(desk)
            self.read_again()

    def read_again(self, product: str = "") -> None:
        """Show anew what is on the pages; with a product, what is of that."""
        for page in self._app.pages():
            for box in page.query(PictureBox):
                box.read_again(product)

    def _tell(self, desk: Desk) -> None:
        desk.drawing = "" if self.hidden else self._possible

    # ------------------------------------------------------------------ how long the line takes

    def drawn(self) -> None:
        """A picture is on its way to the terminal."""
        if not self._measured:
            self._measured = True
            self._app.call_after_refresh(self._ask_line)

    def _ask_line(self) -> None:
        self._asked_at = time.monotonic()
        self._app.write_to_terminal(WHOLE_FRAMES)

    def answered(self) -> None:
        """The terminal has come as far as the question."""
        asked_at, self._asked_at = self._asked_at, None
        if asked_at is not None and time.monotonic() - asked_at > SLOW_SECONDS and self._current.desk is not None:
            self.hidden = True
            self.changed()
            self._app.say(tr("The line to this terminal is slow: pictures are hidden. Ctrl+P shows them again."))
