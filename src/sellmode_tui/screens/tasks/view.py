"""A task with everything about it: beside the list where there is room, over it where there is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from sellmode_tui.records import TaskDetails, TaskKey, TaskLine
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.record_view import RecordScreen, RecordView
from sellmode_tui.screens.tasks.keys import TaskPage, task_keys
from sellmode_tui.screens.tasks.text import task_text


class TaskView(RecordView[TaskDetails]):
    """Shows one task after another."""

    BINDING_GROUP_TITLE = "Task"

    def __init__(self, desk: Desk, *, id: str | None = None) -> None:
        super().__init__(desk, lambda records, key: records.tasks.get(*key), task_text, id=id)


class TaskScreen(RecordScreen[TaskDetails], TaskPage[bool]):
    """The task over the list."""

    BINDING_GROUP_TITLE = "Task"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,left", "back", "Back", key_display="Esc", tooltip="Back to the list", id="task.back"),
        *task_keys(shown=True),
    ]

    def __init__(self, desk: Desk, key: TaskKey) -> None:
        super().__init__(desk, TaskView(desk), key)

    @property
    def chosen(self) -> Sequence[TaskLine]:
        """The one task."""
        return (self.view.found.line,) if self.view.found else ()
