"""A customer's important dates: listed, added, changed, removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from sellmode_contract.kinds.date import ImportantDate
from sellmode_tui.screens.desk import Desk
from sellmode_tui.screens.form_fields import DayEntry, TextEntry, Unreadable
from sellmode_tui.screens.form_screen import REPLACES, FormScreen, Write
from sellmode_tui.screens.list_page import ListPage
from sellmode_tui.screens.profile_page import NOT_SENT
from sellmode_tui.visibility import Door, Profile
from sellmode_tui.visibility.typed_dates import HOW, TypedDate, read_date
from sellmode_tui.widgets.columns import Column
from sellmode_tui.widgets.row_source import Row


class ListedDate(NamedTuple):
    """A date in the list."""

    record: ImportantDate
    unsent: bool
    """Whether the server does not have it as it is shown."""


class DatesScreen(ListPage[None, ListedDate]):
    """The list."""

    BINDING_GROUP_TITLE = "Dates"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "Add", tooltip="Add a date", id="dates.add"),
        Binding("x,delete", "remove", "Remove", key_display="x", tooltip="Remove the date", id="dates.remove"),
        Binding("escape,q,left", "back", "Back", key_display="Esc", tooltip="Back", id="dates.back"),
    ]

    COLUMNS = (
        Column("Day", 12, priority=9),
        Column("What", priority=8, min_width=12),
        Column("Whose", 20),
        Column("Next", 14),
        Column("State", 8, priority=6),
    )
    EMPTY = "No dates yet. Press a to add one."

    def __init__(self, desk: Desk, profile: Profile) -> None:
        super().__init__(desk, f"Important dates of {profile.customer.name}")
        self._profile = profile

    def read(self, door: Door) -> Sequence[ListedDate]:
        """The dates by day of the year; none if the customer is not visible any more."""
        profile = door.profile(self._profile.customer.id)
        return [ListedDate(date, date.id in profile.unsent.records) for date in profile.dates] if profile else ()

    def row(self, item: ListedDate) -> Row:
        """Day, what, whose, when next, and whether it is sent."""
        words, date = self._desk.words, item.record
        when = words.next_time(date.month, date.day)
        day = words.recurring(date.month, date.day, date.year)
        state = NOT_SENT if item.unsent else ""
        return Row(date.id, (day, date.label, date.about, words.ago(when) if when else "", state))

    def action_add(self) -> None:
        """Add a date."""
        self.open(DateForm(self._desk, self._profile))

    def chosen_row(self, item: ListedDate) -> None:
        """Change it."""
        self.open(DateForm(self._desk, self._profile, item.record))

    def action_remove(self) -> None:
        """Remove the date; undo brings it back."""
        if (item := self.current) is not None:
            id = item.record.id
            self.write_one(lambda door: door.remove_date(id))


class DateForm(FormScreen):
    """A new date, or one that is there."""

    BINDING_GROUP_TITLE = "Date"
    KIND: ClassVar = "date"

    def __init__(self, desk: Desk, profile: Profile, date: ImportantDate | None = None) -> None:
        super().__init__(desk, f"{'New date' if date is None else 'Date'} of {profile.customer.name}")
        self._customer = profile.customer.id
        self._date = date

    @property
    def subject(self) -> dict[str, str]:
        """The customer, and the date if there is one."""
        return {"customer": self._customer, **({"date": self._date.id} if self._date else {})}

    @classmethod
    def find(cls, door: Door, subject: Mapping[str, str]) -> Sequence[Any] | None:
        """The customer with the date."""
        profile, id = door.profile(subject["customer"]), subject.get("date")
        date = next((each for each in profile.dates if each.id == id), None) if profile else None
        return None if profile is None or (id and date is None) else (profile, date)

    def compose_fields(self) -> ComposeResult:
        """What it is, when, and whose."""
        desk, date = self._desk, self._date
        typed = TypedDate(date.month, date.day, date.year).written if date else None
        yield TextEntry("label", "What", desk, date.label if date else None, placeholder="such as birthday")
        yield DayEntry("day", "Day", desk, typed, year_needed=False)
        yield TextEntry("about", "Whose", desk, date.about if date else None, placeholder="if not the customer's: Rex")

    def prepare(self) -> Write:
        """The date."""
        label, day, about = self.fields
        what, whose = label.outcome or "", about.outcome or ""
        if day.value is None:
            raise Unreadable(day, f"A date needs its day. {HOW}")
        month, number, year = read_date(day.value)
        date, customer = self._date, self._customer
        if date is None:
            return lambda door: door.add_date(customer, what, month, number, year, whose)
        return lambda door: door.edit_date(
            date.id, label=what, month=month, day=number, year=year, about=whose, saw=date
        )

    def refuse(self, field: str, why: str) -> None:
        """The day is one field here, of three."""
        super().refuse("day" if field in ("month", "year") else field, why)

    def records_changed(self) -> None:
        """Look whether the date has become another."""
        date, customer = self._date, self._customer
        if date is not None and not self.ended:
            self.ask(lambda door: door.profile(customer), self._compare, group="compare")

    def _compare(self, profile: Profile | None) -> None:
        date = self._date
        if self.ended or date is None:
            return
        now = next((each for each in profile.dates if each.id == date.id), None) if profile else None
        if now is None:
            self.say_quietly("This date has been removed meanwhile: it cannot be saved any more.")
        elif now != date:
            self.say_quietly(f"Changed by somebody else meanwhile. {REPLACES}")
