"""The page of a locked terminal. It holds nothing of what was open."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from sellmode_contract.text import visible
from sellmode_tui.language import tr
from sellmode_tui.screens.entrance import page as forms
from sellmode_tui.screens.entrance.page import EntrancePage, Form, KeysSaid, LabelledField
from sellmode_tui.screens.kit.trouble import Trouble
from sellmode_tui.widgets.text_field import TextField


class LockScreen(EntrancePage):
    """Asks for the password."""

    BINDING_GROUP_TITLE = "Locked"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", "Cancel", show=False, tooltip="Cancel unlocking", id="lock.give-up"),
    ]

    DEFAULT_CSS = forms.CSS.format(name="LockScreen")

    class Wanted(Message):
        """Somebody wants to come back."""

        def __init__(self, password: str) -> None:
            self.password = password
            super().__init__()

    class GivenUp(Message):
        """What is under way should end."""

    def __init__(self, person: str, reason: str = "", *, server: str = "", banner: str = "") -> None:
        """`reason` says why it is locked, if there is more to it than that."""
        super().__init__(banner)
        self._server = server
        self._person = person
        self._reason = reason
        self._busy = False

    def compose(self) -> ComposeResult:
        """Who, password, what is wrong, keys."""
        with Vertical(classes="entrance"), Form():
            yield Static(Content(tr("Sellmode is locked")), classes="form-title")
            yield LabelledField(tr("Signed in"), TextField(visible(self._person), id="person"))
            yield LabelledField(tr("Password"), TextField(secret=True, id="password"))
            yield Trouble(self._reason)
            yield KeysSaid(
                ("enter", tr("Enter unlocks")), ("f9", tr("F9 switches user")), ("ctrl+q", tr("Ctrl+Q quits"))
            )
        yield from self.compose_foot()

    @property
    def server(self) -> str:
        """The account's."""
        return self._server

    def on_mount(self) -> None:
        """Wait for the password."""
        self.query_one("#person", TextField).disabled = True
        self.query_one("#password", TextField).focus()

    @on(TextField.Submitted)
    def _submitted(self, event: TextField.Submitted) -> None:
        if event.value and not self._busy:
            self._busy = True
            self.query_one(Trouble).say(tr("Unlocking"), wrong=False)
            self.post_message(self.Wanted(event.value))

    def refuse(self, text: str, *, clear: bool = True) -> None:
        """It stays locked: say why."""
        self._busy = False
        self.query_one(Trouble).say(text)
        field = self.query_one("#password", TextField)
        if clear:
            field.value = ""
        field.focus()

    def rest(self) -> None:
        """A try was given up."""
        self._busy = False
        self.query_one(Trouble).say("")

    def action_give_up(self) -> None:
        """End what is under way."""
        if self._busy:
            self.post_message(self.GivenUp())
