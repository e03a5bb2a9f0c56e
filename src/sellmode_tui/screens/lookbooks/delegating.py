"""Delegating a list of the store's picks to a colleague, and taking that back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult

from sellmode_contract.kinds.pick_list import PickList
from sellmode_tui.language import marked, tr
from sellmode_tui.records import RecordStore
from sellmode_tui.screens.forms.form_field import Unreadable
from sellmode_tui.screens.forms.form_screen import FormScreen, Write
from sellmode_tui.screens.forms.pickers import StaffEntry
from sellmode_tui.screens.forms.time_entries import DayEntry
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.pick_box import OneOfBox, Pick


class DelegateForm(FormScreen):
    """To whom, and for which days."""

    BINDING_GROUP_TITLE = "Delegate picks"
    KIND: ClassVar = "delegate"
    GONE = marked("These picks no longer exist, or are no longer visible to you.")

    def __init__(self, desk: Desk, picks: PickList) -> None:
        super().__init__(desk, tr('Delegate "{title}"', title=picks.title))
        self.picks = picks

    @property
    def subject(self) -> dict[str, str]:
        """The list."""
        return {"pick_list": self.picks.id}

    @classmethod
    def find(cls, records: RecordStore, subject: Mapping[str, str]) -> Sequence[Any] | None:
        """The list."""
        shown = records.shown("pick_list", subject["pick_list"])
        return None if shown is None else (shown.record,)

    def compose_fields(self) -> ComposeResult:
        """Colleague, first day, last day."""
        yield StaffEntry("taker", tr("Colleague"), self._desk, placeholder=tr("a name"))
        yield DayEntry("from_day", tr("First day"), self._desk, self._desk.words.today.isoformat())
        yield DayEntry(
            "to_day", tr("Last day"), self._desk, placeholder=tr("{day}, or {span}", day="24 dec", span="in 2 weeks")
        )

    @property
    def hint(self) -> str:
        """What it means."""
        return tr("They can edit products, order and notes on these days. It stays on record.")

    def prepare(self) -> Write:
        """What was typed, if all of it is there."""
        taker, first, last = self.fields
        if not last.outcome:
            raise Unreadable(last, tr("Type the last day."))
        if not first.outcome:
            raise Unreadable(first, tr("Type the first day."))
        from_day, to_day = dt.date.fromisoformat(first.outcome), dt.date.fromisoformat(last.outcome)
        settle, id = taker.settled, self.picks.id
        return lambda records: records.looks.delegate(id, settle(records) or "", from_day, to_day)


class UndelegateBox(OneOfBox):
    """From whom it is taken back; ends with a staff id."""

    BINDING_GROUP_TITLE = "Revoke"
    KIND: ClassVar = "undelegate"

    def __init__(self, desk: Desk, picks: Sequence[Pick], about: str) -> None:
        """`picks`: those to whom it is delegated; `about`: the list's id."""
        super().__init__(
            desk, tr("Revoke whose delegation?"), picks, about=[about], placeholder=tr("a name"), does=tr("Revoke")
        )
