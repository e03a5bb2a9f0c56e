"""What a manager keeps of the tasks that were given to somebody: whose, until when, what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType

from sellmode_tui.screens.desk import Desk
from sellmode_tui.screens.list_screen import ListScreen
from sellmode_tui.screens.task_boxes import TakeBackBox
from sellmode_tui.screens.task_rows import ENDED, OVERDUE
from sellmode_tui.visibility import Door, GivenTask
from sellmode_tui.widgets.columns import Column
from sellmode_tui.widgets.row_table import Row, RowTable

_COLUMNS: Final = (
    Column("Due", 17, priority=8, min_width=14),
    Column("Task", priority=9, min_width=18),
    Column("For", 18, priority=7, min_width=10),
    Column("Customer", 18, priority=5, min_width=12),
    Column("State", 10, priority=6),
)
_EMPTY: Final = (
    "Nobody has been given a task.\nA task that you make for somebody, or hand over, is listed here until it is done."
)


class GivenTasksScreen(ListScreen[None, GivenTask]):
    """The list: open ones by due time, then those that have ended."""

    BINDING_GROUP_TITLE = "Given tasks"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x,delete", "withdraw", "Take back", key_display="x", tooltip="Take it back", id="given.withdraw"),
        Binding("escape,q,left", "back", "Back", key_display="Esc", tooltip="Back", id="given.back"),
    ]

    ROWS_OPEN = False

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "Given tasks", _COLUMNS, _EMPTY)

    def read(self, door: Door) -> Sequence[GivenTask]:
        """Those of the store."""
        return door.given_tasks()

    def row(self, item: GivenTask) -> Row:
        """Until when, what, whose, for which customer, how it stands."""
        due = f"{OVERDUE if item.overdue else ' '} {item.due_words or 'any time'}"
        return Row(item.card, (due, item.title, item.assignee_name, item.customer_name, ENDED[item.state]))

    def shown(self) -> None:
        """Say more of the one under the cursor."""
        self._tell_more()

    @on(RowTable.Moved)
    def _tell_more(self) -> None:
        item, words = self.current, self._desk.words
        if item is None:
            self.say("below", "")
            return
        said = [f"given by {item.giver}" if item.giver else ""]
        if item.state != "open":
            when = f" {words.time(item.ended_at)}" if item.ended_at else ""
            said.append(f"{ENDED[item.state]}{when}{f': {item.reason}' if item.reason else ''}")
        self.say("below", words.between.join(filter(None, said)))

    def action_withdraw(self) -> None:
        """Ask why, and take it back."""
        item = self.current
        if item is None:
            return
        if item.state != "open":
            self.say("below", "This task has ended: there is nothing to take back.")
            return
        box = TakeBackBox(self._desk, f'"{" ".join(item.title.split())[:60]}"')
        card = item.card
        self.open(box, lambda reason: self._withdraw(card, reason))

    def _withdraw(self, card: str, reason: str | None) -> None:
        if reason:
            self.write(
                lambda door: door.withdraw_task(card, reason),
                self.wrote,
                refused=lambda _, why: self.say("below", why),
            )

    def action_back(self) -> None:
        """Back to the tasks."""
        self.end()
