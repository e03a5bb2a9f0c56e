"""A customer's important dates: listed, added, changed, removed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from sellmode_contract.kinds.date import DATE, ImportantDate
from sellmode_contract.typed_days import HOW, TypedDate, read_date
from sellmode_tui.language import marked, tr, trd
from sellmode_tui.records import Profile, RecordStore
from sellmode_tui.screens.customers.profile_words import NOT_SENT
from sellmode_tui.screens.forms.form_field import Unreadable
from sellmode_tui.screens.forms.form_screen import Write
from sellmode_tui.screens.forms.time_entries import DayEntry
from sellmode_tui.screens.kinds.form import CustomerKindForm
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.lists.choosing import MarkedList
from sellmode_tui.screens.lists.page import nothing_last
from sellmode_tui.widgets.columns import Column
from sellmode_tui.widgets.row_source import Row


class ListedDate(NamedTuple):
    """A date in the list."""

    record: ImportantDate
    unsent: bool
    """Whether the server does not have it as it is shown."""
    next: dt.date | None
    """When it comes next."""


class DatesScreen(MarkedList[None, ListedDate]):
    """The list."""

    BINDING_GROUP_TITLE = "Dates"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "Add", tooltip="Add a date", id="dates.add"),
        Binding("x,delete", "remove", "Remove", key_display="x", tooltip="Remove the date", id="dates.remove"),
        Binding("escape,q,left", "back", "Back", key_display="Esc", tooltip="Back", id="dates.back"),
    ]

    COLUMNS = (
        Column("Date", 12, priority=9),
        Column("What", priority=8, min_width=12),
        Column("For", 20),
        Column("Next time", 14),
        Column("State", 8, priority=6),
    )
    SORTED: ClassVar = {
        "Date": lambda item: (item.record.month, item.record.day),
        "Next time": lambda item: nothing_last(item.next),
    }
    EMPTY = marked("No dates yet. Press a to add one.")

    def __init__(self, desk: Desk, profile: Profile) -> None:
        super().__init__(desk, tr("Important dates of {customer}", customer=profile.customer.name))
        self._profile = profile

    def read(self, records: RecordStore) -> Sequence[ListedDate]:
        """The dates by day of the year; none if the customer is not visible any more."""
        profile = records.customers.profile(self._profile.customer.id)
        if profile is None:
            return ()
        unsent, words = profile.unsent.records, self._desk.words
        return [ListedDate(each, each.id in unsent, words.next_time(each.month, each.day)) for each in profile.dates]

    def row(self, item: ListedDate) -> Row:
        """Day, what, whose, when next, and whether it is sent."""
        words, date = self._desk.words, item.record
        day = words.recurring(date.month, date.day, date.year)
        state = trd(NOT_SENT) if item.unsent else ""
        return Row(date.id, (day, date.label, date.about, words.ago(item.next) if item.next else "", state))

    def action_add(self) -> None:
        """Add a date."""
        self.open(DateForm(self._desk, self._profile))

    def chosen_row(self, item: ListedDate) -> None:
        """Change it."""
        self.open(DateForm(self._desk, self._profile, item.record))

    def action_remove(self) -> None:
        """Remove the dates; undo brings them back."""
        self.remove_chosen(lambda item: ("date", item.record.id))


class DateForm(CustomerKindForm):
    """A new date, or one that is there."""

    BINDING_GROUP_TITLE = "Date"
    KIND: ClassVar = "date"
    OF = DATE
    TITLES = (marked("New date of {customer}"), marked("Date of {customer}"))
    GONE = marked("This date was removed in the meantime and can no longer be saved.")

    def compose_fields(self) -> ComposeResult:
        """What it is, when, and whose."""
        held = self._held
        typed = TypedDate(held["month"], held["day"], held["year"]).written if self.record else None
        yield self.entry("label", marked("What"), hint=tr("such as birthday"))
        yield DayEntry("day", marked("Date"), self._desk, typed, year_needed=False)
        yield self.entry("about", marked("For"), hint=tr("if not the customer: Rex"))

    def prepare(self) -> Write:
        """A date needs its day."""
        if (day := self.entry_at("day")).value is None:
            raise Unreadable(day, tr("Enter a date. {how}", how=trd(HOW)))
        return super().prepare()

    def given(self, values: dict[str, Any]) -> dict[str, Any]:
        """The day is one entry, of three fields."""
        return {**values, **(read_date(values["day"])._asdict() if "day" in values else {})}

    def refuse(self, field: str, why: str) -> None:
        """The day is one field here, of three."""
        super().refuse("day" if field in ("month", "year") else field, why)
