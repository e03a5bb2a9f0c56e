"""The link of a lookbook: as text, as a QR code, and what is sent along with it."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from sellmode_contract.kinds.lookbook import Lookbook
from sellmode_contract.text import visible, visible_lines
from sellmode_tui.language import marked, tr, trd
from sellmode_tui.records.looks import page_text
from sellmode_tui.records.looks.details import LookDetails
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.desk_screen import DeskScreen
from sellmode_tui.screens.kit.page import MUTED
from sellmode_tui.screens.lookbooks.boxes import SaveBox
from sellmode_tui.screens.lookbooks.words import link_words
from sellmode_tui.widgets.meanings import OFFLINE, UNSENT
from sellmode_tui.widgets.qr_code import drawn
from sellmode_tui.widgets.scrollbar import PlainBar

_UNWANTED = {
    "email": marked("The customer has opted out of e-mail."),
    "sms": marked("The customer has opted out of SMS."),
}


class ShareScreen(DeskScreen[None]):
    """It says when the server has the link."""

    BINDING_GROUP_TITLE = "Link of a lookbook"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,left", "back", "Back", key_display="Esc", tooltip="Back", id="share.back"),
        Binding("y", "copy_link", "Copy link", tooltip="Copy the link", id="share.copy"),
        Binding("t", "copy_text", "Copy SMS", tooltip="Copy a short text with the link", id="share.copy-text"),
        Binding("e", "copy_mail", "Copy e-mail", tooltip="Copy an e-mail with the link", id="share.copy-mail"),
        Binding("f", "save", "Save", tooltip="Save it as a file", id="share.save"),
        Binding("o", "open_link", "Open", tooltip="Open the page in a browser", id="share.open"),
        Binding("m", "open_mail", "Mail", tooltip="Open the e-mail in your mail program", id="share.mail"),
        Binding("g", "open_sms", "SMS", tooltip="Open the text in your SMS app", id="share.sms"),
    ]

    DEFAULT_CSS = """
    ShareScreen {
        background: $background;
        .list-head { height: 1; padding: 0 1; background: $panel; text-style: bold; }
        #share { height: 1fr; }
        #code { width: auto; height: auto; }
        #told { padding-left: 1; }
        #told { width: 1fr; height: 1fr; scrollbar-size-vertical: 1; }
        #told > Static { height: auto; padding-right: 1; }
    }
    """

    def __init__(self, desk: Desk, look: str) -> None:
        """`look`: its id."""
        super().__init__(desk)
        self._look = look
        self.details: LookDetails | None = None

    def compose(self) -> ComposeResult:
        """Title, code, texts."""
        yield Static(classes="list-head")
        with Horizontal(id="share"):
            yield Static(id="code")
            with VerticalScroll(id="told"):
                yield Static()
        yield from self.compose_foot()

    def on_mount(self) -> None:
        """Read it."""
        scroll = self.query_one("#told", VerticalScroll)
        scroll.vertical_scrollbar.renderer = PlainBar  # type: ignore[misc]  # the way its documentation shows
        scroll.focus()
        self.records_changed()

    def records_changed(self) -> None:
        """Read it again: the server may have it now."""
        id = self._look
        self.ask(lambda records: records.looks.get("lookbook", id), self._show, group="look")

    @property
    def link(self) -> str:
        """The link; empty before it is there."""
        look = self.details.look if self.details else None
        return (
            page_text.link_of(self._desk.facts.retailer, self._desk.server, look.token)
            if isinstance(look, Lookbook) and look.token
            else ""
        )

    def _show_all(self) -> None:
        details = self.details
        if details is None or self.ended:
            return
        has_blocks = not self.app.has_class("-ascii")
        self.query_one("#code", Static).update(drawn(page_text.code_of(self.link)) if has_blocks else Content(""))
        name = details.line.customer_name
        title = details.look.title
        head = (
            tr('Link to "{title}" for {customer}', title=title, customer=name)
            if name
            else tr('Link to "{title}"', title=title)
        )
        self.query_one(".list-head", Static).update(Content(visible(head)))
        standing = OFFLINE if details.line.link not in ("unsent", "shared", "opened") else None
        lines = [Content(self.link), Content("")]
        if not has_blocks:
            lines.append(Content.styled(tr("No QR code in ASCII mode."), MUTED))
        for line in link_words(details, self._desk.words):
            meaning = UNSENT if details.line.link == "unsent" else standing
            lines.append(meaning.marked(line) if meaning else Content(line))
        lines += [Content.styled(trd(_UNWANTED[channel]), "bold") for channel in sorted(details.unwanted)]
        subject, body = page_text.message(details, self.link)
        lines += [Content(""), Content.styled(tr("E-mail"), "bold"), Content(visible(subject))]
        lines += [Content(line) for line in visible_lines(body)]
        lines += [Content(""), Content.styled(tr("SMS"), "bold")]
        lines += [Content(line) for line in visible_lines(page_text.short_message(details, self.link))]
        self.query_one("#told > Static", Static).update(Content("\n").join(lines))

    def _show(self, details: LookDetails | None) -> None:
        if details is None or not isinstance(details.look, Lookbook) or not details.look.token:
            self.end()
            return
        self.details = details
        self._show_all()

    # --- what is done with it

    def _copy(self, text: str, told: str) -> None:
        self.app.copy_to_clipboard("\n".join(visible_lines(text)))  # safe to be pasted into a shell
        self.notify(told, markup=False)

    def action_copy_link(self) -> None:
        """Copy the link."""
        if self.link:
            self._copy(self.link, tr("Copied: the link."))

    def action_copy_text(self) -> None:
        """Copy a short text with the link."""
        if self.details is not None:
            self._copy(page_text.short_message(self.details, self.link), tr("Copied: the text."))

    def action_copy_mail(self) -> None:
        """Copy the e-mail."""
        if self.details is not None:
            self._copy(page_text.message(self.details, self.link).body, tr("Copied: the e-mail."))

    def action_open_link(self) -> None:
        """Open the page in a browser."""
        if self.link:
            self.app.open_url(self.link)

    def action_open_mail(self) -> None:
        """Open the e-mail in a mail program."""
        if self.details is not None:
            self.app.open_url(page_text.mail_link(self.details, self.link))

    def action_open_sms(self) -> None:
        """Open the text in what sends SMS."""
        if self.details is not None:
            self.app.open_url(page_text.sms_link(self.details, self.link))

    def action_save(self) -> None:
        """Ask for a file, and save it there."""
        if self.details is not None:
            self.open(SaveBox(self._desk, self.details.look.title, self._look), self._save)

    def _save(self, path: str | None) -> None:
        details, link = self.details, self.link
        if path is None or details is None:
            return
        text = page_text.as_html(details, link) if path.endswith(".html") else page_text.as_text(details, link)
        self.ask(lambda _: save_new(Path(path), text), lambda told: self.notify(told, markup=False), group="save")

    def action_back(self) -> None:
        """Back to the look."""
        self.end()


def save_new(path: Path, text: str) -> str:
    """Write a new file, readable by its owner only; what to say of it."""
    try:
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(text, encoding="utf-8")
    except FileExistsError:
        return tr("Not saved: {path} already exists.", path=visible(str(path)))
    except OSError as error:
        return tr("Not saved: {path}: {error}.", path=visible(str(path)), error=error.strerror)
    return tr("Saved: {path}", path=visible(str(path)))
