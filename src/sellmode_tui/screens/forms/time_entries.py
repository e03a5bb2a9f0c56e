"""Fields of a form for days and times, of which it is said how they were understood."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sellmode_contract.store_time import Due
from sellmode_contract.typed_days import TypedDate, UnclearDate
from sellmode_tui.dates.day_words import read_typed_day
from sellmode_tui.dates.due import read_typed_due
from sellmode_tui.dates.moments import moment_words, read_moment, typable_moment
from sellmode_tui.dates.names import said_back
from sellmode_tui.dates.typed import UnclearWhen
from sellmode_tui.dates.words import full_words
from sellmode_tui.language import tr, trd
from sellmode_tui.records.tasks.lines import read
from sellmode_tui.screens.forms.form_field import Unreadable
from sellmode_tui.screens.forms.text_entries import TextEntry
from sellmode_tui.screens.kit.desk import Desk


class DayEntry(TextEntry):
    """A day, of which it is said how it was understood."""

    def __init__(
        self,
        path: str,
        label: str,
        desk: Desk,
        value: Any = None,
        *,
        year_needed: bool = True,
        placeholder: str = "",
    ) -> None:
        """`value` as it can be typed: ``1990-12-24``, ``12-24``."""
        super().__init__(
            path,
            label,
            desk,
            value,
            placeholder=placeholder
            or (tr("1990-12-24, or today") if year_needed else tr("24 Dec, 1990-12-24, or today")),
        )
        self._year_needed = year_needed

    def edited(self) -> None:
        """Say how it is understood."""
        if not self.text.strip():
            self.say("")
            return
        try:
            self.say(f"= {said_back(self._read())}")
        except UnclearDate as unclear:
            self.say(trd(unclear))

    def _read(self) -> TypedDate:
        return read_typed_day(self.text, self._desk.words.today)

    @property
    def value(self) -> Any:
        """As it is written in operations: ``1990-12-24``; without a year ``12-24``."""
        if not self.text.strip():
            return None
        try:
            date = self._read()
        except UnclearDate as unclear:
            raise Unreadable(self, trd(unclear)) from None
        if self._year_needed and date.year is None:
            raise Unreadable(self, tr("{field} needs a year, such as 1990-12-24 or 24 Dec 1990.", field=self.label))
        return date.written


class MomentEntry(TextEntry):
    """A moment up to now; empty for now. How it was understood is said."""

    def __init__(self, path: str, label: str, desk: Desk, value: str | None = None) -> None:
        """`value` as JSON has it."""
        super().__init__(
            path,
            label,
            desk,
            value,
            placeholder=tr("now; or {examples}", examples="yesterday 3pm, 2 hours ago, 20 Nov 14:30"),
        )

    @property
    def shown(self) -> str:
        """As it can be typed."""
        held = dt.datetime.fromisoformat(self.before) if self.before else None
        return typable_moment(held, self._desk.words.zone) if held else ""

    def edited(self) -> None:
        """Say how it is understood."""
        try:
            moment = self._read()
        except UnclearDate as unclear:
            self.say(trd(unclear))
        else:
            self.say(f"= {moment_words(moment, self._desk.words.zone)}" if moment else "")

    def _read(self) -> dt.datetime | None:
        words = self._desk.words
        return read_moment(self.text, words.now, words.zone) if self.text.strip() else None

    @property
    def value(self) -> Any:
        """The moment, UTC; None for now. Raises Unreadable."""
        try:
            return self._read()
        except UnclearDate as unclear:
            raise Unreadable(self, trd(unclear)) from None


class DueEntry(TextEntry):
    """A due time as people type it; empty for any time. How it was understood is said."""

    def __init__(self, path: str, label: str, desk: Desk, value: str | None = None, *, placeholder: str = "") -> None:
        """`value` as records have it."""
        hint = placeholder or tr("any time; or {examples}", examples="fri 3pm, tomorrow 9:30, in 2 weeks, 12/24")
        super().__init__(path, label, desk, value, placeholder=hint)

    @property
    def shown(self) -> str:
        """As it can be typed: ``2026-12-24 15:00``."""
        return (self.before or "").replace("T", " ")

    def edited(self) -> None:
        """Say how it is understood."""
        try:
            due = self.due if self.changed else None
        except UnclearWhen as error:
            self.say(trd(error))
        else:
            self.say(f"= {full_words(due)}" if due else "")

    @property
    def due(self) -> Due | None:
        """What it means. Raises UnclearWhen."""
        if not self.changed:
            return read(self.before or "")
        words = self._desk.words
        return read_typed_due(self.text, words.now, words.zone) if self.text.strip() else None

    @property
    def value(self) -> Any:
        """As records have it; None for any time. Raises Unreadable."""
        try:
            due = self.due
        except UnclearWhen as error:
            raise Unreadable(self, trd(error)) from None
        return due.text if due else None
