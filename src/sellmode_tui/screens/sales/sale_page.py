"""An online sale as a page: who is credited, by which rule, and why others are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType

from sellmode_contract.kinds.dispute import Dispute, DisputeCard, Outcome
from sellmode_contract.kinds.sale import CreditedSale
from sellmode_tui.language import tr
from sellmode_tui.records import RecordStore, SaleLine, Written
from sellmode_tui.records.sales import words as sale_words
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.page import MUTED, Page
from sellmode_tui.screens.kit.reason_box import ReasonBox
from sellmode_tui.screens.kit.record_view import RecordScreen, RecordView
from sellmode_tui.screens.kit.words import Words
from sellmode_tui.screens.sales.boxes import DeclineBox, DisputeBox, UpholdBox


class SaleScreen(RecordScreen[SaleLine]):
    """The sale over what it was opened from."""

    BINDING_GROUP_TITLE = "Online sale"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,left", "back", "Back", key_display="Esc", tooltip="Back", id="sale.back"),
        Binding("d", "dispute", "Dispute", tooltip="Ask the manager to look at the credit again", id="sale.dispute"),
        Binding("y", "uphold", "Uphold", tooltip="Credit it to whoever disputes it", id="sale.uphold"),
        Binding("n", "decline", "Decline", tooltip="Leave the credit as it is", id="sale.decline"),
    ]

    def __init__(self, desk: Desk, id: str) -> None:
        super().__init__(desk, sale_view(desk), id)

    def offers(self, action: str) -> bool:
        """Only who may dispute it has that key, and only who has to answer has those."""
        line = self.view.found
        match action:
            case "dispute":
                return line is not None and line.can_be_disputed
            case "uphold" | "decline":
                return line is not None and line.to_answer is not None
        return super().offers(action)

    def action_dispute(self) -> None:
        """Ask why, and give it to the manager."""
        line = self.view.found
        if line is None:
            return
        if not line.can_be_disputed:
            self.notify(
                tr("You can dispute a sale once, if you had a part in it and others are credited."), markup=False
            )
            return
        box = DisputeBox(self._desk, _called(line), [line.sale.id])
        self._ask(box, lambda records, reason: records.sales.dispute(line, reason))

    def action_uphold(self) -> None:
        """Ask why, and have the credit corrected."""
        self._answer(UpholdBox, "upheld")

    def action_decline(self) -> None:
        """Ask why, and leave it."""
        self._answer(DeclineBox, "declined")

    def _answer(self, box: type[ReasonBox], outcome: Outcome) -> None:
        line = self.view.found
        if line is None or (dispute := line.to_answer) is None:
            self.notify(tr("There is no dispute for you to answer."), markup=False)
            return
        self._ask(
            box(self._desk, _called(line), [dispute.id]),
            lambda records, words: records.sales.answer(dispute.id, outcome, words),
        )

    def _ask(self, box: ReasonBox, write: Callable[[RecordStore, str], Written]) -> None:
        def answered(words: str | None) -> None:
            if words:
                self.write(
                    box.doing(lambda records: write(records, words)),
                    self.wrote,
                    refused=self.refused,
                )

        self.open(box, answered)


def _called(line: SaleLine) -> str:
    return tr("sale {number}", number=line.sale.number or line.sale.order_id)


def sale_view(desk: Desk) -> RecordView[SaleLine]:
    """Shows one sale after another, by their ids."""
    return RecordView(desk, lambda records, key: records.sales.get(key), sale_text)


def sale_text(line: SaleLine, words: Words, width: int) -> Page:
    """All that is known of its credit, for a width in cells."""
    page, sale = Page(width, words), line.sale
    page.title(tr("Sale {number}", number=sale.number or sale.order_id), sale_words.amount(sale))
    placed = words.time(sale.placed_at) if sale.placed_at else ""
    page.on_top(*filter(None, (placed, line.customer_name, line.around.store_name(sale.store))))
    judgement = sale.judgement
    if judgement is None:
        return page
    page.heading(tr("Credit"))
    if isinstance(sale, CreditedSale):
        page.field(tr("Net value"), sale_words.net_value(sale))
    for each in sale_words.credits(line):
        page.field(tr("Credited"), each)
    for each in sale_words.corrections(line):
        page.field(tr("Corrected"), each)
    page.field(tr("Rule"), sale_words.rule(judgement))
    page.field(tr("Mode"), sale_words.mode(judgement))
    page.heading(tr("Touches, the latest first"))
    for item in judgement.considered:
        page.field(words.time(item.touch.at), sale_words.considered(item, line))
    if judgement.more:
        page.text(sale_words.more(judgement))
    for dispute in line.disputes:
        _dispute(page, dispute, line)
    return page


def _dispute(page: Page, dispute: Dispute | DisputeCard, line: SaleLine) -> None:
    words, name_of = page.words, line.around.name_of
    page.heading(tr("Dispute"))
    opened = words.time(dispute.opened_at) if dispute.opened_at else ""
    page.field(opened, tr("{name}: {text}", name=name_of(dispute.author), text=dispute.reason))
    if not dispute.outcome:
        page.text(tr("Not answered yet."), style=MUTED)
        return
    answered = words.time(dispute.answered_at) if dispute.answered_at else ""
    said = tr("{name}: {text}", name=name_of(dispute.answered_by), text=dispute.answer)
    page.field(answered, said, sale_words.dispute_state(dispute))
