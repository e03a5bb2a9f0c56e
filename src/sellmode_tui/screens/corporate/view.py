"""A corporate task as the head office asked it, and how far the stores are."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from sellmode_contract.text import visible, visible_lines
from sellmode_tui.dates.words import full_words
from sellmode_tui.language import marked, tr, trc, trd, trn
from sellmode_tui.records import BriefDetails, BriefLine, BriefProgress, Written
from sellmode_tui.records.tasks.lines import read
from sellmode_tui.screens.corporate.form import BriefForm, works_words
from sellmode_tui.screens.customers.profile_words import CONTACTS
from sellmode_tui.screens.kit.app_page import Result
from sellmode_tui.screens.kit.confirm import ConfirmBox
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.desk_screen import DeskScreen
from sellmode_tui.screens.kit.page import MUTED, Page
from sellmode_tui.screens.kit.record_view import RecordScreen, RecordView
from sellmode_tui.screens.kit.words import Words
from sellmode_tui.screens.tasks.work import add_work

NOT_YET = marked("not assigned yet")
GONE = marked("This corporate task no longer exists.")


def brief_keys(*, shown: bool) -> list[BindingType]:
    """The keys for what can be done with a brief; `shown`: also those that others would crowd out of the last line."""
    return [
        Binding("a", "add", "New", tooltip="New corporate task", id="briefs.add"),
        Binding("n", "add_like", "Duplicate", tooltip="Duplicate this corporate task", id="briefs.like"),
        Binding("x,delete", "take_back", "Withdraw", key_display="x", tooltip="Withdraw it", id="briefs.take-back"),
        Binding("y", "copy", "Copy text", show=shown, tooltip="Copy the suggested text", id="briefs.copy"),
    ]


class BriefPage(DeskScreen[Result]):
    """A page about briefs: what can be done with the one that it is about just now."""

    @property
    @abstractmethod
    def chosen(self) -> BriefLine | None:
        """That one."""

    def action_add(self) -> None:
        """Ask something."""
        if self._is_head_office:
            self.open(BriefForm(self._desk), self._was_asked)

    def action_add_like(self) -> None:
        """Ask something like it: what was asked is not changed behind the back of those who have it."""
        line = self.chosen
        if line is not None and self._is_head_office:
            self.ask(lambda records: records.briefs.get(line.brief.id), self._open_like, group="open", opens=True)

    def _open_like(self, details: BriefDetails | None) -> None:
        if details is None:
            self.tell(trd(GONE))
        elif self.is_active:
            self.open(BriefForm(self._desk, details), self._was_asked)

    def _was_asked(self, written: Written | None) -> None:
        """A form has closed."""

    @property
    def _is_head_office(self) -> bool:
        """Whether it may ask; says so if not."""
        account = self._desk.facts.account
        if account is not None and account.role == "head_office":
            return True
        self.tell(tr("Only head office can create corporate tasks."))
        return False

    def offers(self, action: str) -> bool:
        """Only the head office asks, and only what still stands is taken back."""
        account, line = self._desk.facts.account, self.chosen
        match action:
            case "add":
                return account is not None and account.role == "head_office"
            case "add_like":
                return account is not None and account.role == "head_office" and line is not None
            case "take_back":
                return line is not None and line.editable and not line.brief.withdrawn
            case "copy":
                return line is not None
        return super().offers(action)

    def action_take_back(self) -> None:
        """Ask, then take it back."""
        line = self.chosen
        if line is None:
            return
        if line.brief.withdrawn:
            self.tell(tr("It was already withdrawn."))
        elif self._is_head_office:
            id, title = line.brief.id, " ".join(line.brief.title.split())
            asked = tr('Withdraw "{task}"?', task=title if len(title) <= 60 else f"{title[:57]}...")
            expiring = trn(
                "{number:,} open task will expire.", "{number:,} open tasks will expire.", line.progress.open
            )
            told = (asked, expiring if line.progress.open else "", tr("Completed tasks stay."))
            box = ConfirmBox(" ".join(filter(None, told)), tr("Withdraw"))
            self.open(box, lambda yes: self._take_back(id) if yes else None)

    def _take_back(self, id: str) -> None:
        self.write(
            lambda records: records.remove("corporate_brief", id),
            self.wrote,
            refused=self.refused,
        )

    def action_copy(self) -> None:
        """Copy the suggested text, or else what is asked."""
        if line := self.chosen:
            text = line.brief.message or line.brief.title
            self.app.copy_to_clipboard("\n".join(visible_lines(text)))  # safe to be pasted into a shell
            self.tell(tr("Copied: {text}", text=" ".join(text.split()))[:200])


class BriefScreen(RecordScreen[BriefDetails], BriefPage[bool]):
    """One brief over the list."""

    BINDING_GROUP_TITLE = "Corporate task"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,left", "back", "Back", key_display="Esc", tooltip="Back to the list", id="brief.back"),
        *brief_keys(shown=True),
    ]

    def __init__(self, desk: Desk, brief: str) -> None:
        """`brief`: its id."""
        super().__init__(desk, RecordView(desk, lambda records, brief: records.briefs.get(brief), brief_text), brief)

    @property
    def chosen(self) -> BriefLine | None:
        """What is shown."""
        return self.view.found.line if self.view.found else None


# ------------------------------------------------------------------ words


def state_words(line: BriefLine) -> str:
    """What has become of it; empty while it is asked."""
    if line.brief.withdrawn:
        return trc("a corporate task", "withdrawn")
    return trc("a corporate task", "over") if line.over else ""


def done_words(progress: BriefProgress) -> str:
    """``3 of 12``; empty while nobody has it."""
    return tr("{done:,} of {given:,}", done=progress.done, given=progress.given) if progress.given else ""


def rest_words(progress: BriefProgress) -> str:
    """What became of the others: ``8 open, 1 dismissed``."""
    said = (
        trn("{number:,} open", "{number:,} open", progress.open) if progress.open else "",
        trn("{number:,} dismissed", "{number:,} dismissed", progress.dismissed) if progress.dismissed else "",
        trn("{number:,} expired", "{number:,} expired", progress.expired) if progress.expired else "",
    )
    return ", ".join(filter(None, said))


def time_words(text: str, without: str) -> str:
    """A due time as records have it, in full."""
    due = read(text)
    return full_words(due) if due else without


def brief_text(details: BriefDetails, words: Words, width: int) -> Page:
    """The whole brief, for a width in cells."""
    page, line, brief = Page(width, words), details.line, details.line.brief
    page.title(brief.title, state_words(line))
    page.gap()
    page.field(tr("For"), ", ".join(line.store_names) or tr("all stores"))
    page.field(tr("Kind of work"), works_words(brief.works) or tr("all"))
    page.field(tr("Due"), time_words(brief.due, tr("any time")))
    page.field(tr("Expires"), time_words(brief.expires, tr("never")))
    if brief.action:
        page.field(tr("Action"), trd(CONTACTS.get(brief.action, brief.action)))
    by = tr("by {person}", person=line.creator_name) if line.creator_name else ""
    page.field(tr("Created"), words.day(brief.created_at) or words.nothing, by)
    page.heading(tr("Done"))
    _progress(page, details)
    add_work(page, brief.details, brief.subject, brief.message, details.products)
    return page


def _progress(page: Page, details: BriefDetails) -> None:
    """All of them, then each store."""
    progress = details.line.progress
    if details.stores:
        numbers = Content.assemble((done_words(progress) or trd(NOT_YET), "bold"), f"  {rest_words(progress)}".rstrip())
        page.amount(numbers, "")
    for store in details.stores:
        said = done_words(store.progress)
        page.amount(
            Content.assemble(visible(store.name), (f"  {rest_words(store.progress)}", MUTED)), said or tr("nobody")
        )
    if details.others:
        page.text(
            trn(
                "It is for {number:,} store more, which you do not lead: they are not counted here.",
                "It is for {number:,} stores more, which you do not lead: they are not counted here.",
                details.others,
            ),
            style=MUTED,
        )
