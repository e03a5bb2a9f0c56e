"""What a rule would do tomorrow, as the backend says: whose tasks, and who is held back and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Final, NamedTuple

from textual.binding import Binding, BindingType

from sellmode_contract.kinds.rule_task import RuleTrigger
from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_contract.rules import HELD
from sellmode_contract.rules.templates import examples
from sellmode_contract.store_time import read_due
from sellmode_contract.wire import Preview, PreviewLine
from sellmode_tui import language
from sellmode_tui.dates.words import due_words, full_words
from sellmode_tui.language import marked, tr, trd, trn
from sellmode_tui.records import RecordStore
from sellmode_tui.records.rules.preview_words import unseen_words
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.lists.page import ListPage, nothing_last
from sellmode_tui.widgets.columns import Column
from sellmode_tui.widgets.row_source import Row

_NONE: Final = marked("No customers match this rule that day.")
_NONE_SEEN: Final = marked("None of the customers you can see.")
_NOTHING: Final[Mapping[RuleTrigger, str]] = {
    "stale_picks": marked("There are no picks to review."),
    "late_request": marked("No request will be late."),
}
_ABOUT: Final[Mapping[RuleTrigger, str]] = {"stale_picks": marked("Picks"), "late_request": marked("Request")}
"""What rules make tasks of that make none for customers."""


class _Told(NamedTuple):
    preview: Preview
    names: Mapping[str, str]
    people: Mapping[str, str]


class PreviewScreen(ListPage[None, PreviewLine]):
    """The list, asked for once."""

    BINDING_GROUP_TITLE = "Preview"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r,f5", "again", "Refresh", key_display="r", tooltip="Refresh the preview", id="preview.again"),
        Binding("escape,q,left", "back", "Back", key_display="Esc", tooltip="Back", id="preview.back"),
    ]

    COLUMNS = (
        Column("Customer", priority=10, min_width=18),
        Column("Due", 17, priority=7, min_width=12),
        Column("For", 18, priority=6, min_width=10),
        Column("Held back", 34, priority=8, min_width=20),
    )
    SORTED: ClassVar = {"Due": lambda item: nothing_last(item.due)}
    ROWS_OPEN = False

    def __init__(self, desk: Desk, rule: TaskRule) -> None:
        self._rule = rule
        super().__init__(desk, tr("Preview for tomorrow: {rule}", rule=rule.name))
        self._answer: _Told | None = None

    def read(self, records: RecordStore) -> Sequence[PreviewLine]:  # noqa: ARG002  # the cache has nothing of it
        """What the backend said last."""
        return self._answer.preview.lines if self._answer else ()

    @property
    def columns(self) -> Sequence[Column]:
        """A rule for picks or requests makes tasks of these, not for customers."""
        about = _ABOUT.get(self._rule.trigger)
        return (Column(about, priority=10, min_width=18), *self.COLUMNS[1:]) if about else self.COLUMNS

    def row(self, item: PreviewLine) -> Row:
        """Of whom, until when, whose, and why it is held back."""
        words, told = self._desk.words, self._answer
        due = due_words(read_due(item.due), words.now, words.zone) if item.due else tr("any time")
        names, people = (told.names, told.people) if told else ({}, {})
        held = trd(HELD.get(item.held, item.held))
        cells = (
            item.picks or item.request or names.get(item.customer, ""),
            due,
            people.get(item.person or "", ""),
            held,
        )
        return Row(f"{item.customer}{item.picks}{item.request}/{item.person}/{item.due}/{item.held}", cells)

    @property
    def empty_text(self) -> str:
        """Nobody; nothing before the backend has answered."""
        if self._answer is None:
            return ""
        if self._rule.trigger in _NOTHING:
            return trd(_NOTHING[self._rule.trigger])
        return trd(_NONE if self._answer.preview.unseen is None else _NONE_SEEN)

    def show_first(self) -> None:
        """Ask the backend; after that only on demand, not with every change."""
        self.action_again()

    def records_changed(self) -> None:
        """The cache has nothing of it."""

    def action_again(self) -> None:
        """Ask the backend."""
        account = self._desk.facts.account
        stores = account.stores if account else ()
        store = self._rule.store or (stores[0] if stores else "")
        rule, asked = self._rule, self._desk.preview
        self.say("above", tr("Syncing."))

        def read(records: RecordStore) -> _Told:
            preview = asked(rule, store)
            names = records.customers.names({line.customer: None for line in preview.lines if line.customer})
            return _Told(preview, names, {staff.id: staff.name for staff in records.colleagues()})

        self.ask(read, self._show_preview, group="preview", refused=lambda _, why: self.say("above", why))

    def _show_preview(self, told: _Told) -> None:
        self._answer = told
        self.say("above", "\n".join((preview_words(told.preview, self._rule.trigger), *text_words(self._rule))))
        self.show_list(keep_cursor=False)


def preview_words(preview: Preview, trigger: RuleTrigger) -> str:
    """``Mon 23 Nov 2026: 14 tasks, 3 held back because ...``, and what the list leaves out."""
    day = full_words(read_due(preview.day))
    said = trn("{day}: {number:,} task", "{day}: {number:,} tasks", preview.due, day=day)
    if preview.held:
        said = tr("{tasks}, {number:,} held back", tasks=said, number=preview.held)
    reasons = Counter(line.held for line in preview.lines if line.held)
    if reasons:
        listed = (f"{trd(HELD.get(code, code))} ({language.number(number)})" for code, number in reasons.most_common())
        said = tr("{tasks}: {reasons}", tasks=said, reasons=", ".join(listed))
    sentences, shown, found = [said], len(preview.lines), preview.due + preview.held
    if shown < found:
        sentences.append(
            tr("Listed are {shown:,} of these {number:,}, and the reasons of those", shown=shown, number=found)
        )
    if preview.unseen is not None:
        sentences.append(unseen_words(preview.unseen, trigger))
    return "".join(f"{each}. " for each in sentences).rstrip()


def text_words(rule: TaskRule) -> Iterator[str]:
    """The suggested text as customers get it, also those without a name."""
    if rule.message:
        whole, nameless = examples(rule.message)
        yield tr("Text: {text}", text=whole)
        if nameless != whole:
            yield tr("Without a name: {text}", text=nameless)
