"""Assigning customers: to whom, what would come of it, and then it is done."""

from __future__ import annotations

from collections.abc import Sequence

from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.staff import Staff
from sellmode_tui.language import tr, trd, trn
from sellmode_tui.records import NOBODY, AssignPreview, OwnedCustomer, RecordStore, RefusedAmong, Rejected, Written
from sellmode_tui.screens.kit.app_page import Result
from sellmode_tui.screens.kit.confirm import ConfirmBox
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.desk_screen import DeskScreen
from sellmode_tui.screens.kit.pick_box import Pick
from sellmode_tui.screens.tasks.boxes import ColleagueBox


class AssignBox(ColleagueBox):
    """To whom; ends with a staff id, or ``NOBODY``."""

    BINDING_GROUP_TITLE = "Assign"
    KIND = "assign"

    def __init__(self, desk: Desk, what: str, about: Sequence[str], staff: Sequence[Staff]) -> None:
        """`what`: the customer, or how many; `about`: their ids."""
        nobody = Pick(NOBODY, tr("Nobody"), tr("the store's managers look after them"))
        title = tr("Assign {customers} to", customers=what)
        super().__init__(desk, title, staff, about=about, does=tr("Preview"), others=[nobody])


class AssignPage(DeskScreen[Result]):
    """A page with customers who can be assigned. Whatever is refused is said, and changes nothing."""

    def assigned(self) -> None:
        """They have been."""

    def assign(self, customers: Sequence[OwnedCustomer] | Sequence[Customer]) -> None:
        """Ask to whom, tell what comes of it, and do it if it is wanted."""
        if not customers:
            return
        number = len(customers)
        what = customers[0].name if number == 1 else trn("{number:,} customer", "{number:,} customers", number)
        ids = [each.id for each in customers]
        self.ask(
            lambda records: records.people.owners(),
            lambda staff: self._ask_whom(AssignBox(self._desk, what, ids, staff), ids),
            group="owners",
            opens=True,
        )

    def _ask_whom(self, box: AssignBox, ids: list[str]) -> None:
        if self.is_active:
            self.open(box, lambda person: None if person is None else self._tell_first(box, ids, person or None))

    def _tell_first(self, asked: AssignBox, ids: list[str], to: str | None) -> None:
        self.ask(
            lambda records: records.people.preview(ids, to),
            lambda preview: self._ask_once_more(asked, preview),
            group="preview",
            opens=True,
        )

    def _ask_once_more(self, asked: AssignBox, preview: AssignPreview) -> None:
        if not preview.customers:
            self.notify(tr("Nothing to change: already assigned this way."), markup=False)
        elif self.is_active:
            same = trn("{number:,} more are so already.", "{number:,} more are so already.", preview.same)
            told = (*preview.sentences, same) if preview.same else preview.sentences
            box = ConfirmBox(_question(preview), tr("Assign"), told=told)
            self.open(box, lambda yes: self._assign(asked, preview) if yes else None)

    def _assign(self, asked: AssignBox, preview: AssignPreview) -> None:
        customers, to = preview.customers, preview.to

        def write_them(records: RecordStore) -> list[Written]:
            try:
                return records.people.assign([each.id for each in customers], to)
            except RefusedAmong as error:
                at_fault = customers[error.number].name
                why = tr("{customer}: {why} Nothing was assigned.", customer=at_fault, why=trd(error.detail))
                raise Rejected(error.code, why) from None

        def written(changes: Sequence[Written]) -> None:
            real = [each for each in changes if not each.nothing]
            self.assigned()
            if len(real) > 1:
                self.wrote(real[0], _done(len(real), preview))
            elif changes:
                self.wrote(real[0] if real else changes[0])

        self.write(
            asked.doing(write_them),
            written,
            refused=lambda _, why: self.notify(why, markup=False, severity="error"),
        )


def _question(preview: AssignPreview) -> str:
    number = len(preview.customers)
    if not preview.to_name:
        return trn("Assign {number:,} customer to nobody?", "Assign {number:,} customers to nobody?", number)
    return trn(
        "Assign {number:,} customer to {person}?",
        "Assign {number:,} customers to {person}?",
        number,
        person=preview.to_name,
    )


def _done(number: int, preview: AssignPreview) -> str:
    if not preview.to_name:
        return trn(
            "{number:,} customer assigned to nobody. u to undo.",
            "{number:,} customers assigned to nobody. u to undo.",
            number,
        )
    return trn(
        "{number:,} customer assigned to {person}. u to undo.",
        "{number:,} customers assigned to {person}. u to undo.",
        number,
        person=preview.to_name,
    )
