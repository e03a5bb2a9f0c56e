"""The tasks that were given to somebody: whose, until when, what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from sellmode_tui.language import marked, tr, trd
from sellmode_tui.records import GivenTask, RecordStore
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.lists.page import ListPage, nothing_last
from sellmode_tui.screens.tasks.boxes import TakeBackBox
from sellmode_tui.screens.tasks.rows import state_words
from sellmode_tui.widgets.columns import Column
from sellmode_tui.widgets.meanings import OVERDUE
from sellmode_tui.widgets.row_source import Row


class GivenTasksScreen(ListPage[None, GivenTask]):
    """The list: open ones by due time, then those that have ended."""

    BINDING_GROUP_TITLE = "Given tasks"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x,delete", "withdraw", "Withdraw", key_display="x", tooltip="Withdraw it", id="given.withdraw"),
        Binding("escape,q,left", "back", "Back", key_display="Esc", tooltip="Back", id="given.back"),
    ]

    HEAD = marked("Given tasks")
    COLUMNS = (
        Column("Due", 17, priority=8, min_width=14),
        Column("Task", priority=9, min_width=18),
        Column("For", 18, priority=7, min_width=10),
        Column("Customer", 18, priority=5, min_width=12),
        Column("State", 10, priority=6),
    )
    SORTED: ClassVar = {"Due": lambda item: nothing_last(item.due_at)}
    EMPTY = marked(
        "No given tasks.\nTasks you create for colleagues or hand over to them appear here, with their outcome."
    )
    ROWS_OPEN = False

    def __init__(self, desk: Desk, person: str | None = None, head: str = "") -> None:
        """`person`: only what was given to them (staff id), with a `head` that says so."""
        super().__init__(desk, head)
        self._person = person

    def read(self, records: RecordStore) -> Sequence[GivenTask]:
        """Those of the store."""
        return [each for each in records.tasks.given() if self._person in (None, each.assignee)]

    def row(self, item: GivenTask) -> Row:
        """Until when, what, whose, for which customer, how it stands."""
        due = item.due_words or tr("any time")
        cells = (due, item.title, item.assignee_name, item.customer_name, state_words(item.state))
        return Row(item.card, cells, OVERDUE if item.overdue else None)

    def told(self, item: GivenTask) -> str:
        """Who has given it, and what became of it."""
        words = self._desk.words
        said = [tr("given by {name}", name=item.giver) if item.giver else ""]
        if item.state != "open":
            when = f" {words.time(item.ended_at)}" if item.ended_at else ""
            said.append(f"{state_words(item.state)}{when}{f': {trd(item.reason)}' if item.reason else ''}")
        return words.between.join(filter(None, said))

    def offers(self, action: str) -> bool:
        """Only what is open is withdrawn."""
        item = self.current
        return super().offers(action) and (action != "withdraw" or (item is not None and item.state == "open"))

    def action_withdraw(self) -> None:
        """Ask why, and take it back."""
        item = self.current
        if item is None:
            return
        if item.state != "open":
            self.say("below", tr("This task has ended and can no longer be withdrawn."))
            return
        card = item.card
        box = TakeBackBox(self._desk, f'"{" ".join(item.title.split())[:60]}"', [card])

        def take_back(reason: str | None) -> None:
            if reason:
                self.write_one(box.doing(lambda records: records.tasks.withdraw(card, reason)))

        self.open(box, take_back)
