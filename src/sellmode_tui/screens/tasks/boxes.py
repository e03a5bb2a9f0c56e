"""The boxes in which it is said what becomes of a task: put off until when, dismissed why, handed over to whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

from sellmode_contract.kinds.staff import Staff
from sellmode_contract.store_time import Due
from sellmode_tui.dates.due import read_typed_due
from sellmode_tui.dates.words import full_words
from sellmode_tui.language import marked, tr, trd
from sellmode_tui.records.naming import matching, person
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.pick_box import Pick, PickBox
from sellmode_tui.screens.kit.reason_box import ReasonBox

_NO_COLLEAGUE: Final = marked("No matching colleague.")
_TIMES: Final = {
    "in 2 hours": marked("In 2 hours"),
    "tomorrow": marked("Tomorrow"),
    "in 2 days": marked("In 2 days"),
    "next week": marked("Next week"),
    "in a week": marked("In a week"),
    "in a month": marked("In a month"),
}
"""As they are typed, and as they are offered."""


class SnoozeBox(PickBox):
    """Until when; ends with a due time as records have it."""

    BINDING_GROUP_TITLE = "Snooze"
    KIND = "snooze"

    def __init__(self, desk: Desk, what: str, about: Iterable[str]) -> None:
        """`what`: the task, or how many; `about`: their ids."""
        self._words = desk.words
        super().__init__(
            desk,
            tr("Snooze {what} until", what=what),
            self._times(),
            about=about,
            placeholder=tr("or type when: {examples}", examples="fri 3pm, in 2 weeks, 12/24"),
            does=tr("Snooze"),
        )

    def _times(self) -> list[Pick]:
        """What is most often wanted, each time once."""
        found: dict[str, Pick] = {}
        for typed, offered in _TIMES.items():
            due = self._read(typed)
            found.setdefault(due.text, Pick(due.text, trd(offered), full_words(due)))
        return list(found.values())

    def _read(self, text: str) -> Due:
        return read_typed_due(text, self._words.now, self._words.zone)

    def told(self, text: str) -> str:
        """How it is understood."""
        return f"= {full_words(self._read(text))}"

    def typed(self, text: str) -> str:
        """The due time."""
        return self._read(text).text


class DismissBox(ReasonBox):
    """Why a task is dismissed."""

    BINDING_GROUP_TITLE = "Dismiss"
    KIND = "dismiss"

    QUESTION: ClassVar = marked("Dismiss {what}. Why?")
    DOES: ClassVar = marked("Dismiss")
    REASONS: ClassVar[tuple[str, ...]] = (
        marked("no longer needed"),
        marked("already in touch"),
        marked("does not want to be contacted"),
        marked("not the right person"),
        marked("no time"),
    )


class TakeBackBox(ReasonBox):
    """Why a task that was given is taken back."""

    BINDING_GROUP_TITLE = "Withdraw"
    KIND = "take_back"

    QUESTION: ClassVar = marked("Withdraw {what}. Why?")
    DOES: ClassVar = marked("Withdraw")
    REASONS: ClassVar[tuple[str, ...]] = (
        marked("no longer needed"),
        marked("someone else is doing it"),
        marked("given by mistake"),
    )


class ColleagueBox(PickBox):
    """A colleague; ends with a staff id, or the value of one of the other things to pick."""

    def __init__(
        self,
        desk: Desk,
        title: str,
        staff: Sequence[Staff],
        *,
        about: Iterable[str],
        does: str,
        others: Sequence[Pick] = (),
    ) -> None:
        """`staff`: who may be picked; `others` come after them. The rest as in `PickBox`."""
        self._staff = staff
        people = [Pick(each.id, each.name, tr("manager") if each.role == "manager" else "") for each in staff]
        picks = [*people, *others]
        super().__init__(desk, title, picks, about=about, placeholder=tr("type part of the name"), does=does)

    @property
    def nobody(self) -> bool:
        """Whether there is nobody who may be picked."""
        return not self._picks

    def matching(self, text: str) -> Sequence[Pick]:
        """Those who may be meant."""
        if not text:
            return self._picks
        found = {each.id for each in matching(text, (person(each) for each in self._staff))}
        others = {each.value for each in self._picks if each.label.casefold().startswith(text.casefold())}
        return [each for each in self._picks if each.value in (found or others)]

    def told(self, text: str) -> str:
        """Nothing beside the list."""
        if not self.matching(text):
            raise ValueError(_NO_COLLEAGUE)
        return ""

    def typed(self, text: str) -> str:
        """Nobody is marked."""
        raise ValueError(_NO_COLLEAGUE if text else marked("No colleague can take it."))


class HandOverBox(ColleagueBox):
    """To whom a task goes; ends with a staff id."""

    BINDING_GROUP_TITLE = "Hand over"
    KIND = "hand_over"

    def __init__(self, desk: Desk, what: str, about: Iterable[str], staff: Sequence[Staff]) -> None:
        """`what`: the task, or how many; `about`: their ids; `staff`: who may have it."""
        super().__init__(desk, tr("Hand over {what} to", what=what), staff, about=about, does=tr("Hand over"))
