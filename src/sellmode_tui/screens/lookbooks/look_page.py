"""What can be done with a look, in the list and on its page alike."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

from textual.binding import Binding, BindingType

from sellmode_contract.kinds.kind import Kind
from sellmode_contract.kinds.lookbook import CORPORATE_LOOK, LOOKBOOK, Lookbook
from sellmode_contract.store_time import read_due
from sellmode_tui.language import marked, tr, trd, trn
from sellmode_tui.records import RecordStore, Written
from sellmode_tui.records.looks import page_text
from sellmode_tui.records.looks.details import LookDetails
from sellmode_tui.records.looks.lines import LookLine
from sellmode_tui.screens.kinds.page import may_do
from sellmode_tui.screens.kit.app_page import Result
from sellmode_tui.screens.kit.confirm import ConfirmBox
from sellmode_tui.screens.kit.desk_screen import DeskScreen
from sellmode_tui.screens.lookbooks.boxes import RenewBox, WayBox
from sellmode_tui.screens.lookbooks.form import LookForm
from sellmode_tui.screens.lookbooks.preview import PreviewScreen
from sellmode_tui.screens.lookbooks.share import ShareScreen
from sellmode_tui.screens.lookbooks.words import changed_lines

GONE = marked("This lookbook no longer exists, or is no longer visible to you.")
NO_LINK = marked("No link yet. Press s to share it.")


def look_keys(*, shown: bool) -> list[BindingType]:
    """The keys for what can be done with a look; `shown`: also those that others would crowd out of the last line."""
    return [
        Binding("a", "add", "Add", show=not shown, tooltip="Add a lookbook or a My Look", id="looks.add"),
        Binding("e", "edit", "Edit", tooltip="Edit it", id="looks.edit"),
        Binding("s", "share", "Share", tooltip="Share it with the customer", id="looks.share"),
        Binding("l", "link", "Link", show=shown, tooltip="Link, QR code and texts to send", id="looks.link"),
        Binding("p", "preview", "Preview", show=shown, tooltip="Preview what the customer sees", id="looks.preview"),
        Binding("o", "open_link", "Open", show=False, tooltip="Open the page in a browser", id="looks.open"),
        Binding("c", "use", "Use", show=shown, tooltip="Start another one from it", id="looks.use"),
        Binding("d", "duplicate", "Duplicate", show=False, tooltip="Duplicate it", id="looks.duplicate"),
        Binding("r", "renew", "Renew", show=False, tooltip="Change when the link expires", id="looks.renew"),
        Binding("R", "revoke", "Revoke", show=False, tooltip="Revoke the link", id="looks.revoke"),
        Binding("z", "archive", "Archive", show=False, tooltip="Archive it, or undo that", id="looks.archive"),
        Binding("x,delete", "remove", "Remove", key_display="x", show=False, tooltip="Remove it", id="looks.remove"),
    ]


class LookPage(DeskScreen[Result]):
    """A page about looks."""

    @property
    @abstractmethod
    def chosen_look(self) -> LookLine | None:
        """The look that it is about just now."""

    def offers(self, action: str) -> bool:
        """Those of one's role; a corporate look is only copied by others; only what was shared has a link."""
        line = self.chosen_look
        if action == "add":
            return may_do(self._desk, self.made_kind, "create")
        if action in ("share", "link") and line is not None:
            return isinstance(line.look, Lookbook) and (action == "share" or bool(line.look.token))
        if action == "edit" and line is not None and line.kind == "corporate_look":
            return may_do(self._desk, CORPORATE_LOOK, "edit")
        return super().offers(action)

    # --- made, changed

    def action_add(self) -> None:
        """Make one, and go to it."""
        self.open(LookForm(self._desk, self.made_kind), self.was_made)

    @property
    def made_kind(self) -> Kind[Any]:
        """What is made here."""
        return LOOKBOOK

    def was_made(self, written: Written | None) -> None:
        """A form has closed."""

    def action_edit(self) -> None:
        """Edit it."""
        self._with_details(self._open_form)

    def _open_form(self, details: LookDetails) -> None:
        kind = LOOKBOOK if isinstance(details.look, Lookbook) else CORPORATE_LOOK
        if may_do(self._desk, kind, "edit"):
            whom = (getattr(details.look, "customer", None) or "", details.line.customer_name)
            self.open(LookForm(self._desk, kind, details.look, whom, now=details.products))
        else:
            self.tell(tr("Only head office edits corporate looks. Press c to start your own from it."))

    def action_use(self) -> None:
        """Begin another one from it, for a customer or as a My Look."""
        self._with_details(
            lambda details: self.open(
                LookForm(self._desk, LOOKBOOK, like=details.look, now=details.products), self.was_made
            )
        )

    def action_duplicate(self) -> None:
        """Copy it as it is, for the same customer."""
        if (line := self.chosen_look) is not None:
            customer = line.look.customer if isinstance(line.look, Lookbook) else None

            def copied(written: Written) -> None:
                self.wrote(written)
                self.was_made(written)

            self._write(lambda records: records.looks.use(line.look.id, customer, line.kind), copied)

    def action_archive(self) -> None:
        """Put it aside, or take it back."""
        line = self.chosen_look
        if line is None or not isinstance(look := line.look, Lookbook):
            return
        back = "shared" if look.shared_at else "draft"
        state = back if look.state == "archived" else "archived"
        self._write(lambda records: records.edit("lookbook", look.id, {"state": state}), self.wrote)

    def action_remove(self) -> None:
        """Remove it; undo brings it back."""
        if (line := self.chosen_look) is not None:
            self._write(lambda records: records.remove(*line.key), self.wrote)

    # --- shared

    def action_share(self) -> None:
        """Point out what has changed of its products, ask by which way, and share it."""
        self._with_details(self._check)

    def _check(self, details: LookDetails) -> None:
        if not isinstance(details.look, Lookbook):
            self.tell(tr("Corporate looks are not shared directly. Press c to start your own from it."))
        elif not details.products:
            self.tell(tr("No products yet. Press e to add some."))
        elif details.changed:
            question = trn(
                "{number:,} product changed since you added them. Share it?",
                "{number:,} products changed since you added them. Share it?",
                len(details.changed),
            )
            box = ConfirmBox(question, tr("Share"), told=changed_lines(details.changed)[:_TOLD] + _more(details))
            self.open(box, lambda yes: self._ask_way(details) if yes else None)
        else:
            self._ask_way(details)

    def _ask_way(self, details: LookDetails) -> None:
        box = WayBox(self._desk, details)

        def share(way: str | None) -> None:
            if way is not None:
                self._share(details, box, way)

        self.open(box, share)

    def _share(self, details: LookDetails, box: WayBox, way: Any) -> None:
        id, has_changed = details.look.id, bool(details.changed)

        def share(records: RecordStore) -> Written:
            if has_changed:
                records.looks.check("lookbook", id)
            return records.looks.share(id, way)

        def shared(written: Written) -> None:
            self.wrote(written)
            self.open(ShareScreen(self._desk, id))

        self._write(box.doing(share), shared)

    def action_link(self) -> None:
        """Show its link."""
        line = self.chosen_look
        if line is not None and isinstance(line.look, Lookbook) and line.look.token:
            self.open(ShareScreen(self._desk, line.look.id))
        else:
            self.tell(trd(NO_LINK))

    def action_open_link(self) -> None:
        """Open the page in a browser."""
        line = self.chosen_look
        if line is None or not isinstance(line.look, Lookbook) or not line.look.token:
            self.tell(trd(NO_LINK))
        else:
            self.app.open_url(page_text.link_of(self._desk.facts.retailer, self._desk.server, line.look.token))

    def action_preview(self) -> None:
        """See it as the customer does."""
        if (line := self.chosen_look) is not None:
            self.open(PreviewScreen(self._desk, line.key))

    def action_renew(self) -> None:
        """Ask until when, and let the link work until then."""
        line = self._linked()
        if line is None:
            return
        box = RenewBox(self._desk, line.look.id)

        def renew(typed: str | None) -> None:
            if typed is not None:
                end = read_due(typed).instant(self._desk.words.zone)
                self._write(box.doing(lambda records: records.looks.renew(line.look.id, end)), self.wrote)

        self.open(box, renew)

    def action_revoke(self) -> None:
        """Ask, and let the link work no more."""
        line = self._linked()
        if line is None:
            return
        question = tr("Customers can no longer open the page. Revoke the link?")
        id = line.look.id

        def revoke(yes: bool | None) -> None:
            if yes:
                self._write(lambda records: records.looks.revoke(id), self.wrote)

        self.open(ConfirmBox(question, tr("Revoke")), revoke)

    def _linked(self) -> LookLine | None:
        line = self.chosen_look
        if line is not None and isinstance(line.look, Lookbook) and line.look.token:
            return line
        self.tell(trd(NO_LINK))
        return None

    # --- how

    def _with_details(self, take: Callable[[LookDetails], object]) -> None:
        line = self.chosen_look
        if line is None:
            return

        def read(details: LookDetails | None) -> None:
            if details is None:
                self.tell(trd(GONE))
            elif self.is_active:
                take(details)

        self.ask(lambda records: records.looks.get(*line.key), read, group="open", opens=True)

    def _write(self, write: Callable[[RecordStore], Written], take: Callable[[Written], None]) -> None:
        self.write(write, take, refused=lambda _, why: self.tell(why))


_TOLD = 8
"""Products that the question names."""


def _more(details: LookDetails) -> list[str]:
    more = len(details.changed) - _TOLD
    said = trn("and {number:,} more. Press e to see all.", "and {number:,} more. Press e to see all.", more)
    return [said] if more > 0 else []
