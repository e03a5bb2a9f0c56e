"""A page about tasks: what can be done for those it is about."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Final

from textual.binding import Binding, BindingType

from sellmode_contract.kinds.staff import Staff
from sellmode_contract.store_time import Due, read_due
from sellmode_contract.text import visible_lines
from sellmode_tui.language import marked, tr, trd, trn
from sellmode_tui.records import (
    Profile,
    RecordStore,
    RefusedAmong,
    Rejected,
    TaskDetails,
    TaskKey,
    TaskLine,
    Written,
)
from sellmode_tui.screens.customers.contact_form import ContactForm
from sellmode_tui.screens.customers.customer_page import NO_LONGER_VISIBLE
from sellmode_tui.screens.customers.profile import ProfileScreen
from sellmode_tui.screens.kit.app_page import Result
from sellmode_tui.screens.kit.confirm import ConfirmBox
from sellmode_tui.screens.kit.desk_screen import DeskScreen
from sellmode_tui.screens.kit.pick_box import PickBox
from sellmode_tui.screens.kit.why import open_why
from sellmode_tui.screens.lookbooks.picks_page import PICKS_GONE, PicksScreen
from sellmode_tui.screens.tasks.boxes import DismissBox, HandOverBox, SnoozeBox
from sellmode_tui.screens.tasks.form import EditTaskForm

GONE = marked("This task is no longer visible to you.")
_NO_CUSTOMER = marked("This task has no customer you can see.")
_SEVERAL: Final[dict[str, Callable[[int], str]]] = {
    "done": lambda number: trn("{number:,} task done. u to undo.", "{number:,} tasks done. u to undo.", number),
    "dismissed": lambda number: trn(
        "{number:,} task dismissed. u to undo.", "{number:,} tasks dismissed. u to undo.", number
    ),
    "snoozed": lambda number: trn(
        "{number:,} task snoozed. u to undo.", "{number:,} tasks snoozed. u to undo.", number
    ),
    "handed_over": lambda number: trn(
        "{number:,} task handed over. u to undo.", "{number:,} tasks handed over. u to undo.", number
    ),
}
"""What is said of several, by what became of them."""


def task_keys(*, shown: bool) -> list[BindingType]:
    """The keys for what can be done for a task; `shown`: also those in the last line that others would crowd out."""
    return [
        Binding("c", "complete", "Complete", tooltip="Complete the task", id="task.complete"),
        Binding("s", "snooze", "Snooze", tooltip="Snooze: until tomorrow, next week, a date", id="task.snooze"),
        Binding("d", "dismiss_task", "Dismiss", tooltip="Dismiss, with a reason", id="task.dismiss"),
        Binding("g", "go", "Go", tooltip="Start the task's action", id="task.go"),
        Binding("h", "hand_over", "Hand over", show=False, tooltip="Hand over to a colleague", id="task.hand-over"),
        Binding("t", "take", "Take", show=False, tooltip="Take the task, or give it back", id="task.take"),
        Binding("e", "edit", "Edit", show=shown, tooltip="Edit the task", id="task.edit"),
        Binding("o", "customer", "Customer", show=False, tooltip="Open the customer", id="task.customer"),
        Binding("r", "reopen", "Reopen", tooltip="Reopen a task you ended", id="task.reopen"),
        Binding("y", "copy", "Copy text", show=False, tooltip="Copy the suggested text", id="task.copy"),
        Binding("w", "why", "Why", show=False, tooltip="Why you see this task", id="task.why"),
    ]


class TaskPage(DeskScreen[Result]):
    """Does it. Whatever is refused is said, and changes nothing."""

    @property
    @abstractmethod
    def chosen(self) -> Sequence[TaskLine]:
        """The tasks that the page is about just now: those that are marked, or the one under the cursor."""

    def done_with(self) -> None:
        """Something has become of the chosen ones."""

    def point_at(self, line: TaskLine) -> None:
        """One of the chosen ones is at fault."""

    def offers(self, action: str) -> bool:
        """What can be done with the chosen ones."""
        chosen = self.chosen
        one = chosen[0] if len(chosen) == 1 else None
        match action:
            case "complete" | "snooze" | "dismiss_task" | "hand_over":
                return any(line.state == "open" for line in chosen)
            case "edit":
                return one is not None and one.kind == "manual_task" and one.state == "open"
            case "reopen":
                return one is not None and one.state in ("done", "dismissed")
            case "go":
                return one is not None and bool(one.customer or one.picks) and one.state == "open"
            case "customer":
                return one is not None and one.customer is not None
        return super().offers(action)

    # --- several at once

    def action_complete(self) -> None:
        """They are done."""
        self._write_all(lambda records, keys: records.tasks.finish(keys), "done")

    def action_dismiss_task(self) -> None:
        """Ask why, and dismiss them."""
        if chosen := self.chosen:
            box = DismissBox(self._desk, _what(chosen), _ids(chosen))
            self.open(box, lambda reason: self._dismissed(box, reason) if reason else None)

    def _dismissed(self, box: DismissBox, reason: str) -> None:
        self._write_all(lambda records, keys: records.tasks.finish(keys, "dismissed", reason), "dismissed", asked=box)

    def action_snooze(self) -> None:
        """Ask until when, and put them off."""
        if chosen := self.chosen:
            box = SnoozeBox(self._desk, _what(chosen), _ids(chosen))
            self.open(box, lambda due: self._snoozed(box, read_due(due)) if due else None)

    def _snoozed(self, box: SnoozeBox, to: Due) -> None:
        self._write_all(lambda records, keys: records.tasks.snooze(keys, to), "snoozed", asked=box)

    def action_hand_over(self) -> None:
        """Ask to whom, and hand them over."""
        chosen = self.chosen
        if asked := [line for line in chosen if line.kind == "corporate_task"]:
            self.tell(tr("{task}: corporate tasks cannot be handed over.", task=_what(asked)))
        elif chosen:
            keys = [line.key for line in chosen]
            self.ask(
                lambda records: records.tasks.takers(keys),
                lambda staff: self._ask_whom(HandOverBox(self._desk, _what(chosen), _ids(chosen), staff)),
                group="takers",
                refused=self.refused,
                opens=True,
            )

    def _ask_whom(self, box: HandOverBox) -> None:
        if not self.is_active:
            return
        if box.nobody:
            alone = not self._desk.facts.sees_team
            self.tell(
                tr("In Associate Mode, only a manager can give tasks to others.")
                if alone
                else tr("No one else can take it.")
            )
        else:
            self.open(box, lambda person: self._handed_over(box, person) if person else None)

    def _handed_over(self, box: HandOverBox, person: str) -> None:
        self._write_all(lambda records, keys: records.tasks.hand_over(keys, person), "handed_over", asked=box)

    def _write_all(
        self,
        write: Callable[[RecordStore, list[TaskKey]], list[Written]],
        verb: str,
        *,
        asked: PickBox | None = None,
    ) -> None:
        """`asked`: the box that said what to write."""
        chosen = self.chosen
        at_fault: list[TaskLine] = []

        def write_them(records: RecordStore) -> list[Written]:
            try:
                return write(records, [line.key for line in chosen])
            except RefusedAmong as error:
                at_fault.append(chosen[error.number])
                why = tr(
                    "{task}: {why} Nothing was changed; x unmarks it.", task=_what(at_fault), why=trd(error.detail)
                )
                raise Rejected(error.code, why) from None

        def refused(field: str, why: str) -> None:
            self.refused(field, why)
            for line in at_fault:
                self.point_at(line)

        if chosen:
            doing = asked.doing(write_them) if asked is not None else write_them
            self.write(doing, lambda each: self._all_written(each, verb), refused=refused)

    def _all_written(self, changes: Sequence[Written], verb: str) -> None:
        real = [written for written in changes if not written.nothing]
        self.done_with()
        if len(real) > 1:
            self.wrote(real[0], _SEVERAL[verb](len(real)))
        elif changes:
            self.wrote(real[0] if real else changes[0])

    # --- one

    @property
    def _one(self) -> TaskLine | None:
        """The only one; says so if there are several."""
        chosen = self.chosen
        if len(chosen) > 1:
            self.tell(
                trn(
                    "{number:,} task is marked, but this works on one only. Esc unmarks it.",
                    "{number:,} tasks are marked, but this works on one only. Esc unmarks them.",
                    len(chosen),
                )
            )
        return chosen[0] if len(chosen) == 1 else None

    def action_take(self) -> None:
        """Take the task, or give back what was taken."""
        line, account = self._one, self._desk.facts.account
        if line is None or account is None:
            return
        kind, id = line.key
        if line.claimed_by == account.id:
            self._write(lambda records: records.tasks.release(kind, id))
        else:
            self._write(lambda records: records.tasks.claim(kind, id))

    def action_reopen(self) -> None:
        """Open it again."""
        if line := self._one:
            kind, id = line.key
            self._write(lambda records: records.tasks.reopen(kind, id))

    def action_edit(self) -> None:
        """Edit what was made by hand."""
        line = self._one
        if line is None:
            return
        if line.kind != "manual_task":
            self.tell(tr("Automatic tasks cannot be edited: s snoozes, d dismisses, h hands over."))
            return
        self._with_details(line, self._edit)

    def _edit(self, details: TaskDetails) -> None:
        key = details.line.key

        def opened(staff: Sequence[Staff]) -> None:
            if self.is_active:
                self.open(EditTaskForm(self._desk, details, staff))

        self.ask(lambda records: records.tasks.takers([key]), opened, group="open", refused=self.refused, opens=True)

    def action_customer(self) -> None:
        """Open the customer."""
        if (line := self._one) is None:
            return
        if line.customer is None:
            self.tell(trd(_NO_CUSTOMER))
        else:
            self.open(ProfileScreen(self._desk, line.customer), self._customer_closed)

    def _customer_closed(self, gone: bool | None) -> None:
        if gone:
            self.tell(trd(NO_LONGER_VISIBLE))

    def action_go(self) -> None:
        """Start what the task is for: its contact, to be logged; then ask whether the task is done with it.

        A task that asks for no contact has nothing to be logged: its customer opens, or the picks that it is about.
        """
        line = self._one
        if line is None:
            return
        if line.picks:
            self.open(PicksScreen(self._desk, line.picks), lambda gone: self.tell(trd(PICKS_GONE)) if gone else None)
        elif line.customer is None:
            self.tell(f"{trd(_NO_CUSTOMER)} {tr('c completes it.')}")
        elif line.action is None:
            self.action_customer()
        else:
            self._with_details(line, self._go)

    def _go(self, details: TaskDetails) -> None:
        customer = details.line.customer
        if customer is None:
            self.tell(trd(_NO_CUSTOMER))
            return

        def opened(profile: Profile | None) -> None:
            if profile is None:
                self.tell(trd(NO_LONGER_VISIBLE))
            elif self.is_active:
                form = ContactForm(self._desk, profile, details)
                self.open(form, lambda written: self._gone(details.line, written))

        self.ask(lambda records: records.customers.profile(customer), opened, group="open", opens=True)

    def _gone(self, line: TaskLine, written: Written | None) -> None:
        if written is None or line.state != "open":
            return
        question = tr("Complete this task: {title}?", title=" ".join(line.title.split()))
        box = ConfirmBox(question, tr("Complete"), tr("Leave open"))
        self.open(box, lambda yes: self._complete(line) if yes else None)

    def _complete(self, line: TaskLine) -> None:
        self.write(
            lambda records: records.tasks.finish([line.key]),
            lambda each: self._all_written(each, "done"),
            refused=self.refused,
        )

    def action_copy(self) -> None:
        """Copy the suggested text, or else what the task is."""
        if line := self._one:
            self._with_details(line, self._copy, opens=False)

    def _copy(self, details: TaskDetails) -> None:
        text = details.message or details.line.title
        self.app.copy_to_clipboard("\n".join(visible_lines(text)))  # safe to be pasted into a shell
        self.tell(tr("Copied: {text}", text=" ".join(text.split()))[:200])

    def action_why(self) -> None:
        """Tell why this task is seen."""
        if line := self._one:
            open_why(self, self._desk, *line.key)

    # --- telling

    def _with_details(self, line: TaskLine, take: Callable[[TaskDetails], None], *, opens: bool = True) -> None:
        def read(details: TaskDetails | None) -> None:
            if details is None:
                self.tell(trd(GONE))
            elif self.is_active:
                take(details)

        self.ask(lambda records: records.tasks.get(line.kind, line.id), read, group="details", opens=opens)

    def _write(self, write: Callable[[RecordStore], Written]) -> None:
        def written(one: Written) -> None:
            self.done_with()
            self.wrote(one)

        self.write(write, written, refused=self.refused)


def _what(chosen: Sequence[TaskLine]) -> str:
    """The one task by its title, several by their number."""
    if len(chosen) > 1:
        return trn("{number:,} task", "{number:,} tasks", len(chosen))
    title = " ".join(chosen[0].title.split())
    return f'"{title}"' if len(title) <= 60 else f'"{title[:57]}..."'


def _ids(chosen: Sequence[TaskLine]) -> list[str]:
    return [line.id for line in chosen]
