"""One line that says in words how things stand. Colours and signs (`meanings`) only repeat what the words say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from sellmode_contract.text import visible
from sellmode_tui.language import marked, tr, trd, trn
from sellmode_tui.widgets.cells import fit
from sellmode_tui.widgets.meanings import OFFLINE, TODAY, UNSENT, Meaning

_BETWEEN: Final = " · "


@dataclass(frozen=True)
class Status:
    """What the line says. Times are given as text, in the store's time zone, so that equal states are equal texts."""

    connection: str = marked("OFFLINE")
    """In one word or two: ONLINE, OFFLINE, CONNECTING, SIGNED OUT."""
    alarm: bool = False
    """Whether the connection is not as it should be."""
    since: str = ""
    """Since when it is so ("14:02", "yesterday 18:30"), where that is worth saying."""
    synced: str = ""
    """When the last sync was finished; empty if there was none."""
    unsent: int = 0
    """Changes that wait to be sent."""
    attention: int = 0
    """What a person has to look at: changes that were refused, handed over, or that two customers may be one."""
    tasks: str = ""
    """What is to be done: "3 overdue, 5 today"."""
    tasks_mean: Meaning = TODAY
    notice: str = ""
    """What is going on or wrong just now, as "first sync 12,400 rows" or "server wants a newer app"."""
    person: str = ""
    chat: str = ""
    """Whether the person is available for chat: "available", "away", "store closed"; empty where there is no chat."""
    can_chat: bool = False
    """Whether customers reach the person now."""
    mode: str = ""
    """"Team Mode" or "Associate Mode"."""


def status_text(status: Status, width: int) -> str:
    """The line for a terminal of this width: parts that do not fit are left out, the least important first.

    The connection is never left out, and what is not sent or needs attention only when nothing else is left to drop.
    """
    line = _BETWEEN.join(part.text for part in _parts(status, width))
    return fit(line, width).rstrip()


class _Part(NamedTuple):
    importance: int
    text: str
    meaning: Meaning | None = None
    key: str = ""
    """Shows more of it."""


def _parts(status: Status, width: int) -> Sequence[_Part]:
    """Those that fit, in the order in which they are shown."""
    line = trd(status.connection)
    if status.since:
        line = tr("{line} since {time}", line=line, time=status.since)
    parts = [
        _Part(7, line, OFFLINE if status.alarm else None, "f4"),
        _Part(4, _chat(status), key="at"),
        _Part(6, _attention(status.attention), key="f3"),
        _Part(5, tr("{number:,} not sent: F4", number=status.unsent) if status.unsent else "", UNSENT, "f4"),
        _Part(4, status.notice),
        _Part(2, status.tasks, status.tasks_mean),
        _Part(3, tr("synced {time}", time=status.synced) if status.synced else "", key="f4"),
        _Part(0, status.person),
        _Part(1, status.mode),
    ]
    shown = [part._replace(text=_signed(part)) for part in parts if part.text]
    while len(shown) > 1 and cell_len(_BETWEEN.join(part.text for part in shown)) > width:
        shown.remove(min(shown, key=lambda part: part.importance))
    return shown


def _signed(part: _Part) -> str:
    return f"{part.meaning.sign} {visible(part.text)}" if part.meaning else visible(part.text)


def _chat(status: Status) -> str:
    """With a sign of its own."""
    return f"{'+' if status.can_chat else '-'} {trd(status.chat)}" if status.chat else ""


def _attention(number: int) -> str:
    """With the key that shows more; nothing for none."""
    return trn("{number:,} needs attention: F3", "{number:,} need attention: F3", number) if number else ""


class StatusLine(Widget):
    """The line as a widget. It repaints when its words change, and only then."""

    ALLOW_SELECT = False

    DEFAULT_CSS = """
    StatusLine {
        height: 1;
        padding: 0 1;
        background: $panel;
        color: $foreground;
    }
    """

    status: reactive[Status] = reactive(Status(), repaint=False)
    """What it says; set it as often as you like."""

    def __init__(
        self,
        status: Status | None = None,
        *,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """Offline until a status says otherwise."""
        super().__init__(id=id, classes=classes)
        self._drawn: str | None = None
        self.set_reactive(StatusLine.status, status or Status())

    @property
    def text(self) -> str:
        """The words as they fit the present width."""
        return status_text(self.status, self.size.width)

    def watch_status(self) -> None:
        """Repaint if other words come of it: a narrow line may leave out the part that has changed."""
        if self.text != self._drawn:
            self.refresh()

    def render(self) -> Content:
        """The line; as Content, never as markup."""
        self._drawn = self.text
        line, place = Content(self._drawn), 0
        for part in _parts(self.status, self.size.width):
            end = place + len(part.text)
            if part.meaning:
                line = line.stylize(f"bold {part.meaning.style}", place, min(end, len(self._drawn)))
            place = end + len(_BETWEEN)
        return line

    def on_click(self, event: events.Click) -> None:
        """Show more of what was clicked on."""
        end = -cell_len(_BETWEEN)
        for part in _parts(self.status, self.size.width):
            begin = end + cell_len(_BETWEEN)
            end = begin + cell_len(part.text)
            if part.key and begin <= event.get_content_offset_capture(self).x < end:
                self.app.simulate_key(part.key)
