"""A task with everything about it: beside the list where there is room, over it where there is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from sellmode_tui.screens.desk import Desk
from sellmode_tui.screens.task_keys import TaskPage, task_keys
from sellmode_tui.screens.task_text import task_text
from sellmode_tui.visibility import TaskDetails, TaskKey, TaskLine
from sellmode_tui.widgets.scrollbar import PlainBar


class TaskView(VerticalScroll, inherit_bindings=False):
    """Shows one task after another."""

    BINDING_GROUP_TITLE = "Task"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_up", "Up", show=False, id="task-view.up"),
        Binding("down,j", "scroll_down", "Down", show=False, id="task-view.down"),
        Binding("pageup", "page_up", "Page up", show=False, id="task-view.page-up"),
        Binding("pagedown,space", "page_down", "Page down", show=False, id="task-view.page-down"),
        Binding("home", "scroll_home", "Top", show=False, id="task-view.top"),
        Binding("end", "scroll_end", "End", show=False, id="task-view.end"),
    ]

    DEFAULT_CSS = """
    TaskView {
        background: $background;
        padding: 0 1;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        & > Static { width: 1fr; height: auto; }
    }
    """

    def __init__(self, desk: Desk, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._desk = desk
        self._details: TaskDetails | None = None

    def compose(self) -> ComposeResult:
        """The text."""
        yield Static()

    def on_mount(self) -> None:
        """Draw the scrollbar plainly."""
        self.vertical_scrollbar.renderer = PlainBar  # type: ignore[misc]  # the way its documentation shows

    @property
    def details(self) -> TaskDetails | None:
        """What is shown."""
        return self._details

    def show(self, details: TaskDetails | None) -> None:
        """Show a task, another one from the top; None for none."""
        before, self._details = self._details, details
        self._draw()
        if before is None or details is None or before.line.key != details.line.key:
            self.scroll_home(animate=False)

    def on_resize(self) -> None:
        """Set the page for the new width."""
        self._draw()

    def _draw(self) -> None:
        if self._details is None:
            self.query_one(Static).update(Content(""))
            return
        page = task_text(self._details, self._desk.words, self.scrollable_content_region.width)
        self.query_one(Static).update(Content("\n").join(page.lines))


class TaskScreen(TaskPage[bool]):
    """The task over the list. Ends with whether it left the view meanwhile."""

    BINDING_GROUP_TITLE = "Task"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,left", "back", "Back", key_display="Esc", tooltip="Back to the list", id="task.back"),
        *task_keys(shown=True),
    ]

    def __init__(self, desk: Desk, key: TaskKey) -> None:
        super().__init__(desk)
        self._key = key

    def compose(self) -> ComposeResult:
        """The task over the status line."""
        yield TaskView(self._desk)
        yield from self.compose_foot()

    def on_mount(self) -> None:
        """Read the task."""
        self.query_one(TaskView).focus()
        self.records_changed()

    @property
    def details(self) -> TaskDetails | None:
        """What is shown; None before it has been read."""
        return self.query_one(TaskView).details

    @property
    def chosen(self) -> Sequence[TaskLine]:
        """The one task."""
        return (self.details.line,) if self.details else ()

    def records_changed(self) -> None:
        """Read the task again."""
        kind, id = self._key
        self.ask(lambda door: door.task(kind, id), self._show, group="task")

    def _show(self, details: TaskDetails | None) -> None:
        if details is None:
            self.end(True)
        else:
            self.query_one(TaskView).show(details)

    def action_back(self) -> None:
        """Go back to the list."""
        self.end(False)
