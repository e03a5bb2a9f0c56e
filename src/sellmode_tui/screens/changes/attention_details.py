"""One thing that needs attention: what it is, what can be done about it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar, Final, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from sellmode_contract.kinds.staff import Staff
from sellmode_contract.text import visible
from sellmode_tui.language import marked, tr, trd
from sellmode_tui.records import Duplicate, HandedOver, Lost, NotInTray, RecordStore, Refused, Written
from sellmode_tui.records.customers.duplicates import same_words
from sellmode_tui.records.values import Value, as_text
from sellmode_tui.records.wording import listed
from sellmode_tui.screens.changes.resend_form import PEOPLE, ResendForm, can_be_edited, who_can_be_named
from sellmode_tui.screens.customers.merge_form import UNSEEN, MergeForm, told_apart
from sellmode_tui.screens.kit.confirm import ConfirmBox
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.page import MUTED, Page
from sellmode_tui.screens.kit.record_view import RecordScreen, RecordView
from sellmode_tui.screens.kit.trouble import Trouble
from sellmode_tui.screens.kit.words import Words
from sellmode_tui.widgets.meanings import REFUSED

_GONE: Final = marked("This no longer needs attention.")


Item = TypeVar("Item", bound=Lost | Refused | HandedOver | Duplicate)


class _DetailsView(RecordView[Item]):
    """The text, as wide as the page."""

    DEFAULT_CSS = "_DetailsView { height: 1fr; overflow-y: auto; }"

    @property
    def room(self) -> int:
        """Cells of a line, with or without a scrollbar."""
        return max(40, self.screen.size.width - 4)


class DetailsScreen(RecordScreen[Item]):
    """A page of text with keys for what can be done. It closes when somebody has seen to it, here or elsewhere."""

    BINDING_GROUP_TITLE = "Needs attention"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,left", "back", "Back", key_display="Esc", tooltip="Back", id="details.back"),
    ]

    DEFAULT_CSS = """
    DetailsScreen {
        background: $background;
        Trouble { margin: 0; padding: 0 1; }
    }
    """

    def __init__(self, desk: Desk, item: Item) -> None:
        super().__init__(desk, _DetailsView(desk, self._read_item, self._told), item.key)
        self._first = item

    @property
    def item(self) -> Item:
        """What it is about, as it was last read."""
        return self.view.found or self._first

    def _read_item(self, records: RecordStore, key: object) -> Item | None:
        return next(
            (each for each in records.changes.attention() if isinstance(each, type(self._first)) and each.key == key),
            None,
        )

    def _told(self, item: Item, words: Words, width: int) -> Page:  # noqa: ARG002  # it is the page's item by now
        page = Page(width, words)
        self.describe(page)
        return page

    def compose_foot(self) -> ComposeResult:
        """What is wrong, over how things stand and what can be done."""
        yield Trouble()
        yield from super().compose_foot()

    def on_mount(self) -> None:
        """Show it as the list had it."""
        self.view.take(self._key, self._first)

    @abstractmethod
    def describe(self, page: Page) -> None:
        """Write it down."""

    def record_gone(self) -> None:
        """Say so."""
        self.wrote(None, trd(_GONE))
        super().record_gone()

    def do(self, work: Callable[[RecordStore], Written | None], said: str) -> None:
        """Do something about it, and close."""

        def done(written: Written | None) -> None:
            self.wrote(written, said)
            self.end(True)

        def in_tray(records: RecordStore) -> Written | None:
            try:
                return work(records)
            except NotInTray:
                return None

        self.write(in_tray, done, refused=self._refused, closes=True)

    def _refused(self, _: str, why: str) -> None:
        self.query_one(Trouble).say(why)

    def confirm(self, question: str, yes: str, work: Callable[[RecordStore], Written | None], said: str) -> None:
        """Do it if the person says so once more."""
        self.open(ConfirmBox(question, yes), lambda wanted: self.do(work, said) if wanted else None)


def _begun(text: str) -> str:
    """As a line begins: with a capital."""
    return text[:1].upper() + text[1:]


def _values(page: Page, values: Sequence[Value], mine: str) -> None:
    """What its author wanted and what stands there now, field by field."""
    for value in values:
        page.gap()
        page.text(_begun(value.label), indent=0, style="bold")
        page.field(mine, value.mine_text or tr("nothing"))
        if value.known:
            page.field(tr("Current"), value.present_text or tr("nothing"))
        if value.edit:
            page.field(tr("Changed by"), f"{value.edited_by}, {page.words.time(value.edit.at)}")


class RefusedScreen(DetailsScreen[Refused]):
    """A change of one's own that was not done."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", "Edit", tooltip="Edit and send again", id="refused.edit"),
        Binding("s", "resend", "Send", tooltip="Send again unchanged", id="refused.resend"),
        Binding("h", "hand_over", "Send on", tooltip="Send it to the customer's owner", id="refused.hand-over"),
        Binding("c", "copy", "Copy", tooltip="Copy as text", id="refused.copy"),
        Binding("x,delete", "discard", "Discard", key_display="x", tooltip="Discard it", id="refused.discard"),
    ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done with it."""
        match action:
            case "edit":
                return self.item.can_resend and can_be_edited(self.item)
            case "resend":
                return self.item.can_resend
            case "hand_over":
                return self.item.can_hand_over
        return super().check_action(action, parameters)

    def describe(self, page: Page) -> None:
        """What it was, why it was refused, and the values."""
        item, words = self.item, page.words
        page.text(_begun(item.words), indent=0, style="bold")
        page.marked(REFUSED, trd(item.reason or item.title))
        times = {"made": words.time(item.since), "refused": words.time(item.refused_at)}
        page.text(tr("Made {made}, refused {refused}.", **times), indent=0, style=MUTED)
        _values(page, item.values, tr("Yours"))
        if item.dependants:
            page.heading(tr("Depends on it"))
            for dependant in item.dependants:
                page.text(dependant)

    def action_edit(self) -> None:
        """Edit and send again."""
        if any(value.field in PEOPLE for value in self.item.values):
            self.ask(lambda records: who_can_be_named(records, self.item), self._edit, group="edit", opens=True)
        else:
            self._edit([])

    def _edit(self, staff: Sequence[Staff]) -> None:
        form = ResendForm(self._desk, self.item, staff)
        self.open(form, lambda written: self.end(True) if written else None)

    def action_resend(self) -> None:
        """Send it again."""
        mid = self.item.mid
        self.do(lambda records: records.changes.resend(mid), tr("Sent again."))

    def action_hand_over(self) -> None:
        """Send it to the customer's owner."""
        mid = self.item.mid
        self.do(lambda records: records.changes.hand_over(mid), tr("Sent to the customer's owner."))

    def action_copy(self) -> None:
        """Copy as text."""
        mid = self.item.mid
        self.ask(lambda records: records.changes.copy_text(mid), self._copy, group="copy", refused=self._refused)

    def _copy(self, text: str) -> None:
        # What is pasted into a shell must not press Enter there.
        self.app.copy_to_clipboard(visible("; ".join(text.splitlines())))
        self.notify(tr("Copied."), markup=False)

    def action_discard(self) -> None:
        """Give it up."""
        mid = self.item.mid
        self.confirm(
            tr("Discard this change for good?"),
            tr("Discard"),
            lambda records: records.changes.discard(mid),
            tr("Discarded."),
        )


class LostScreen(DetailsScreen[Lost]):
    """What damage has taken."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "acknowledge", "Seen", tooltip="Mark as seen", id="lost.acknowledge"),
    ]

    def describe(self, page: Page) -> None:
        """What is gone, and what can be done."""
        item = self.item
        page.text(_begun(item.words), indent=0, style="bold")
        found = tr(
            "Found {time}. Everything that could be read was kept and will be sent.", time=page.words.time(item.since)
        )
        kept = tr("The damaged file is kept on this terminal as {file}.", file=item.kept_as) if item.kept_as else ""
        page.text(" ".join(filter(None, (found, kept))), indent=0)
        page.gap()
        page.text(tr("Re-enter what is missing, and tell your administrator: the disk may be failing."), indent=0)

    def action_acknowledge(self) -> None:
        """It has been seen."""
        id = self.item.id
        self.do(lambda records: records.changes.acknowledge_loss(id), tr("Marked as seen."))


class HandedOverScreen(DetailsScreen[HandedOver]):
    """A change that a colleague handed over."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "accept", "Accept", tooltip="Accept the change", id="handed-over.accept"),
        Binding("x,delete", "reject", "Reject", key_display="x", tooltip="Reject the change", id="handed-over.reject"),
    ]

    def describe(self, page: Page) -> None:
        """What it is, whose, and the values."""
        item = self.item
        page.text(_begun(item.words), indent=0, style="bold")
        told = tr(
            "Requested by {author}, {time}. Accept or reject it.",
            author=item.author,
            time=page.words.time(item.since),
        )
        page.text(told, indent=0)
        _values(page, item.values, tr("Requested"))

    def action_accept(self) -> None:
        """Make it one's own."""
        id = self.item.id
        self.do(lambda records: records.changes.accept_parked(id), tr("Accepted."))

    def action_reject(self) -> None:
        """Drop it."""
        id = self.item.id
        self.confirm(
            tr("Reject this change?"),
            tr("Reject"),
            lambda records: records.changes.discard_parked(id),
            tr("Rejected."),
        )


class DuplicateScreen(DetailsScreen[Duplicate]):
    """Two customers who may be one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "merge", "Merge", tooltip="Merge the two customers", id="duplicate.merge"),
        Binding("x", "not_the_same", "Not the same", tooltip="Keep both customers", id="duplicate.dismiss"),
    ]

    def describe(self, page: Page) -> None:
        """Both, side by side in words."""
        item = self.item
        page.text(listed(item.names), indent=0, style="bold")
        page.text(tr("Same {what}.", what=same_words(item.matched)), indent=0)
        names = told_apart(item)
        for name, owner in zip(names, item.owners, strict=True):
            page.field(tr("Owner"), owner or tr("nobody"), tr("of {name}", name=name))
        for difference in item.differences:
            page.gap()
            page.text(_begun(difference.label), indent=0, style="bold")
            for name, value in zip(names, difference.values, strict=True):
                page.field(name, as_text(value))
        if not item.are_seen:
            page.gap()
            page.text(trd(UNSEEN), indent=0)

    def action_merge(self) -> None:
        """Choose what stays."""
        self.open(MergeForm(self._desk, self.item), lambda written: self.end(True) if written else None)

    def action_not_the_same(self) -> None:
        """They are two people."""
        id = self.item.id
        self.confirm(
            tr("Are these two different people?"),
            tr("Keep both"),
            lambda records: records.customers.dismiss_pair(id),
            tr("Kept as two customers."),
        )
