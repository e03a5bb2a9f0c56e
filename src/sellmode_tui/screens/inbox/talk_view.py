"""The text of a request: it stays at its end while lines come, unless somebody has scrolled back."""

from __future__ import annotations

from collections.abc import Hashable

from textual.message import Message

from sellmode_tui.records import TalkDetails
from sellmode_tui.screens.inbox.talk_text import TalkText, talk_text
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.record_view import RecordView


class TalkView(RecordView[TalkDetails]):
    """Shows one request after another, each from its end."""

    BINDING_GROUP_TITLE = "Lines"

    class Looked(Message):
        """Other lines are on the screen now."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, lambda records, key: records.requests.get(key), talk_text, id="lines")
        self._follows = True
        """Whether it stays at its end."""

    @property
    def is_at_end(self) -> bool:
        """Whether the last line is on the screen."""
        return self.scroll_offset.y >= self.max_scroll_y

    @property
    def seen(self) -> int:
        """The number of the last line that is on the screen, or above it."""
        page = self._page
        if not isinstance(page, TalkText):
            return 0
        bottom = self.scroll_offset.y + self.scrollable_content_region.height - len(page.top)
        return max((number for end, number in page.ends if end <= bottom), default=0)

    def take(self, key: Hashable, found: TalkDetails | None) -> None:
        """Show what has been read."""
        self._follows = self._follows or key != self._shown
        super().take(key, found)
        self._follow()
        self.call_after_refresh(self.post_message, self.Looked())

    def look_at_clock(self) -> None:
        """Set the page anew once a minute: it says how long the customer has waited."""
        page, now = self._page, self._desk.words.now
        if page is not None and page.words.now.replace(second=0, microsecond=0) != now.replace(second=0, microsecond=0):
            self._draw()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Others are on the screen now."""
        super().watch_scroll_y(old_value, new_value)
        self._follows = self.is_at_end
        self.post_message(self.Looked())

    def watch_virtual_size(self) -> None:
        """The lines have been laid out: only now it is known where they end."""
        self._follow()

    def on_resize(self) -> None:
        """There is more room, or less: an answer grows, say."""
        super().on_resize()
        self._follow()

    def _follow(self) -> None:
        if self._follows:
            self.scroll_end(animate=False)
