"""A list of picks as a page, and what can be done with one."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from sellmode_contract.kinds.pick_list import PICK_LIST, SORTS, Delegation
from sellmode_contract.store_time import read_day
from sellmode_contract.text import visible
from sellmode_tui.language import marked, tr, trd, trn
from sellmode_tui.records import RecordStore, Written
from sellmode_tui.records.looks.picks import PicksDetails
from sellmode_tui.screens.kit.app_page import Result
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.desk_screen import DeskScreen
from sellmode_tui.screens.kit.page import MUTED, Page
from sellmode_tui.screens.kit.pick_box import Pick
from sellmode_tui.screens.kit.record_view import RecordScreen, RecordView
from sellmode_tui.screens.kit.words import Words
from sellmode_tui.screens.lookbooks.delegating import DelegateForm, UndelegateBox
from sellmode_tui.screens.lookbooks.form import LookForm
from sellmode_tui.widgets.meanings import TODAY

PICKS_GONE = marked("These picks no longer exist, or are no longer visible to you.")


def picks_keys() -> list[BindingType]:
    """The keys for what can be done with picks."""
    return [
        Binding("a", "add", "Add", tooltip="Add a list of picks", id="picks.add"),
        Binding("e", "edit", "Edit", tooltip="Edit products, order and notes", id="picks.edit"),
        Binding("g", "check", "Update", tooltip="Accept the prices as they are now", id="picks.check"),
        Binding("D", "delegate", "Delegate", tooltip="Let a colleague edit it for some days", id="picks.delegate"),
        Binding("R", "undelegate", "Revoke", tooltip="End a delegation", id="picks.undelegate"),
        Binding("x,delete", "remove", "Remove", key_display="x", show=False, tooltip="Remove it", id="picks.remove"),
    ]


class PicksPage(DeskScreen[Result]):
    """A page about picks. What somebody may not do is refused by the rule, in words."""

    @property
    @abstractmethod
    def chosen_picks(self) -> str | None:
        """Id of the list that it is about just now."""

    def offers(self, action: str) -> bool:
        """Only managers delegate, in Team Mode; the key says so to others."""
        facts = self._desk.facts
        if action in ("delegate", "undelegate"):
            return facts.sees_team and facts.account is not None and facts.account.role == "manager"
        return super().offers(action)

    def was_made(self, written: Written | None) -> None:
        """A form has closed."""

    def action_add(self) -> None:
        """Make a list."""
        self.open(LookForm(self._desk, PICK_LIST), self.was_made)

    def action_edit(self) -> None:
        """Edit it."""
        self._with_picks(self._open_form)

    def _open_form(self, found: PicksDetails) -> None:
        if found.refusal:
            self.tell(trd(found.refusal))
        else:
            self.open(LookForm(self._desk, PICK_LIST, found.line.picks, now=found.line.products))

    def action_check(self) -> None:
        """What has changed was looked at."""
        if (id := self.chosen_picks) is not None:
            self._write(lambda records: records.looks.check("pick_list", id))

    def action_remove(self) -> None:
        """Remove it; undo brings it back."""
        if (id := self.chosen_picks) is not None:
            self._write(lambda records: records.remove("pick_list", id))

    def action_delegate(self) -> None:
        """Ask to whom and for which days."""
        self._with_picks(lambda found: self.open(DelegateForm(self._desk, found.line.picks)))

    def action_undelegate(self) -> None:
        """Ask from whom, and take it back."""
        self._with_picks(self._undelegate)

    def _undelegate(self, found: PicksDetails) -> None:
        today, id = self._desk.words.today.isoformat(), found.line.picks.id
        open_ones = [each for each in found.delegations if each.revoked_at is None and each.to_day >= today]
        if not open_ones:
            self.tell(tr("Not delegated to anyone."))
            return
        picks = [Pick(each.taker, found.names.get(each.taker, ""), days(each, self._desk.words)) for each in open_ones]
        box = UndelegateBox(self._desk, picks, id)

        def revoke(taker: str | None) -> None:
            if taker is not None:
                self._write(box.doing(lambda records: records.looks.undelegate(id, taker)))

        self.open(box, revoke)

    def _with_picks(self, take: Callable[[PicksDetails], None]) -> None:
        id = self.chosen_picks
        if id is None:
            return

        def read(found: PicksDetails | None) -> None:
            if found is None:
                self.tell(trd(PICKS_GONE))
            elif self.is_active:
                take(found)

        self.ask(lambda records: records.looks.picks(id), read, group="open", opens=True)

    def _write(self, write: Callable[[RecordStore], Written]) -> None:
        self.write(write, self.wrote, refused=lambda _, why: self.tell(why))


class PicksScreen(RecordScreen[PicksDetails], PicksPage[bool]):
    """One list over all of them."""

    BINDING_GROUP_TITLE = "Picks"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,left", "back", "Back", key_display="Esc", tooltip="Back to the list", id="picks.leave"),
        *picks_keys(),
    ]

    def __init__(self, desk: Desk, picks: str) -> None:
        """`picks`: id."""
        super().__init__(desk, RecordView(desk, lambda records, key: records.looks.picks(key), picks_text), picks)
        self._id = picks

    @property
    def chosen_picks(self) -> str | None:
        """What is shown."""
        return self._id


def days(delegation: Delegation, words: Words) -> str:
    """From when to when somebody may change it."""
    first, last = words.day(read_day(delegation.from_day)), words.day(read_day(delegation.to_day))
    return tr("{first} to {last}", first=first, last=last)


def picks_text(found: PicksDetails, words: Words, width: int) -> Page:
    """The whole list, for a width in cells."""
    page, line, picks = Page(width, words), found.line, found.line.picks
    page.title(picks.title, trd(SORTS.get(picks.sort, picks.sort)))
    page.on_top(
        tr("on the page of {name}", name=line.whose),
        trn("{number:,} product", "{number:,} products", len(picks.items)),
    )
    if picks.changed_at:
        when, who = words.time(picks.changed_at), line.changed_by
        said = tr("Changed {time} by {name}.", time=when, name=who) if who else tr("Changed {time}.", time=when)
        page.text(said, indent=0, style=MUTED)
    if found.unsent:
        page.text(tr("Not sent yet: see F4."), indent=0)
    if found.refused:
        page.text(tr("A change was refused by the server: F3 shows why."), indent=0)
    page.heading(tr("Products"))
    for place, each in enumerate(line.products, 1):
        page.amount(Content(f"{place}. {visible(each.name)}"), each.price)
        if each.changed:
            page.marked(TODAY, each.changed)
        if each.item.note:
            page.text(each.item.note, indent=5, style=MUTED)
    if not line.products:
        page.text(tr("No products yet. Press e to add some."), style=MUTED)
    if found.delegations:
        page.heading(tr("Delegated"))
    for delegation in found.delegations:
        parts = [found.names.get(delegation.taker, ""), days(delegation, words)]
        parts.append(tr("by {name}", name=found.names.get(delegation.giver, "")))
        if delegation.revoked_at:
            parts.append(tr("revoked {day}", day=words.day(delegation.revoked_at)))
        page.text(", ".join(parts))
    page.heading(tr("Who can edit it"))
    page.text(trd(found.refusal) or tr("You can."))
    page.heading(tr("Why you see it"))
    page.text(tr("Visible to: {rule}.", rule=trd(found.rule)))
    return page
