"""Signing in, with a password or, the first time, with an activation code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final, Literal

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from sellmode_contract.ids import user_key
from sellmode_contract.text import visible
from sellmode_tui.account.folders import Profile
from sellmode_tui.language import tr
from sellmode_tui.screens.entrance import page as forms
from sellmode_tui.screens.entrance.page import EntrancePage, Form, KeysSaid, LabelledField
from sellmode_tui.screens.kit.trouble import Trouble
from sellmode_tui.widgets.text_field import TextField

SHORTEST_PASSWORD: Final = 12
"""Characters; the backend asks for as many."""

FieldName = Literal["server", "user", "password", "code", "new", "again"]


class SignInScreen(EntrancePage):
    """Asks for server, name and password, and says what was wrong with them."""

    BINDING_GROUP_TITLE = "Sign in"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "first_time", "First time / password", tooltip="Use an activation code", id="sign-in.first-time"),
        Binding(
            "escape", "give_up", "Cancel", show=False, tooltip="Cancel signing in, or go back", id="sign-in.give-up"
        ),
        Binding("down", "app.focus_next", "Next field", show=False, id="sign-in.next"),
        Binding("up", "app.focus_previous", "Previous field", show=False, id="sign-in.before"),
    ]

    DEFAULT_CSS = (
        forms.CSS.format(name="SignInScreen")
        + """
    SignInScreen {
        OptionList {
            height: auto; max-height: 5; border: none; padding: 0; margin-bottom: 1; background: $surface;
            scrollbar-size-vertical: 1;
            &:focus { border: none; background-tint: 0%; }
            & > .option-list--option-highlighted { background: $surface; color: $foreground; text-style: bold; }
            &:focus > .option-list--option-highlighted { text-style: reverse; }
        }
        .code-only { display: none; }
        .password-hint { margin-bottom: 1; }
        &.-first-time .code-only { display: block; }
        &.-first-time .password-only { display: none; }
        &.-first-time OptionList { display: none; }
    }
    """
    )

    class Wanted(Message):
        """Somebody wants to sign in."""

        def __init__(self, server: str, user_name: str, password: str, code: str | None) -> None:
            """With a `code`, the password is to be the new one."""
            self.server = server
            self.user_name = user_name
            self.password = password
            self.code = code
            super().__init__()

    class GivenUp(Message):
        """What is under way should end."""

    class Returned(Message):
        """Nobody else signs in: back to the account that was left."""

    def __init__(
        self,
        *,
        server: str = "",
        user_name: str = "",
        accounts: Sequence[Profile] = (),
        reason: str = "",
        banner: str = "",
        returns: bool = False,
    ) -> None:
        """`accounts` signed in here before; `reason` says why the person is here; `returns`: there is a way back."""
        super().__init__(banner)
        self._server = server
        self._user_name = user_name
        self._accounts = list(accounts)
        self._reason = reason
        self._returns = returns
        self._busy = False

    def compose(self) -> ComposeResult:
        """Title, known accounts, fields, what is wrong, keys."""
        with Vertical(classes="entrance"), Form():
            yield Static(Content("Sellmode"), classes="form-title")
            if self._accounts:
                yield Static(Content(tr("Signed in here before:")), classes="form-said password-only")
                yield OptionList(*(Option(_account(profile)) for profile in self._accounts), markup=False)
            yield LabelledField(tr("User name"), TextField(self._user_name, id="user"))
            password = LabelledField(tr("Password"), TextField(secret=True, id="password"))
            yield password.add_class("password-only")
            for label, field in (
                (tr("Activation code"), TextField(id="code")),
                (tr("New password"), TextField(secret=True, id="new")),
                (tr("Confirm"), TextField(secret=True, id="again")),
            ):
                yield LabelledField(label, field).add_class("code-only")
            yield Static(
                Content(
                    tr("At least {number} characters; several unrelated words work well.", number=SHORTEST_PASSWORD)
                ),
                classes="form-said code-only password-hint",
            )
            # Last: no key leads from the name past it to the password, and so nobody types that here.
            yield LabelledField(tr("Server"), TextField(self._server, id="server"))
            yield Trouble(self._reason)
            yield KeysSaid()
        yield from self.compose_foot()

    def on_mount(self) -> None:
        """Begin with the first thing that is missing."""
        self._say_keys()
        self._focus_first()

    @property
    def server(self) -> str:
        """What is typed, once it has been typed."""
        field = next(iter(self.query("#server").results(TextField)), None)  # none while the page comes
        return "" if field is None or field.has_focus else field.value.strip()

    @property
    def _first_time(self) -> bool:
        return self.has_class("-first-time")

    def _field(self, name: FieldName) -> TextField:
        return self.query_one(f"#{name}", TextField)

    def _focus_first(self) -> None:
        if self._accounts and not self._first_time and not self._field("user").value:
            people = self.query_one(OptionList)
            people.highlighted = 0
            people.focus()
            return
        self._field(self._missing or "user").focus()

    @property
    def _names(self) -> tuple[FieldName, ...]:
        """The fields in their order."""
        return ("user", "code", "new", "again", "server") if self._first_time else ("user", "password", "server")

    @property
    def _missing(self) -> FieldName | None:
        """The first field in which nothing is."""
        return next((name for name in self._names if not self._field(name).value.strip()), None)

    def _say_keys(self) -> None:
        other = ("f2", tr("F2 password") if self._first_time else tr("F2 activation code"))
        back = (("escape", tr("Esc goes back")),) if self._returns else ()
        keys = (("escape", tr("Esc cancels")),) if self._busy else (("enter", tr("Enter signs in")), other, *back)
        self.query_one(KeysSaid).say(*keys, ("ctrl+q", tr("Ctrl+Q quits")))

    # --- what the app tells

    def say_busy(self, text: str) -> None:
        """A try is under way."""
        self._busy = True
        self.query_one(Trouble).say(text, wrong=False)
        self._say_keys()

    def refuse(self, text: str, name: FieldName | None = None, *, clear: bool = False) -> None:
        """A try has failed: say why, and go to the field to look at, emptied if it has to be typed anew."""
        self._busy = False
        self.query_one(Trouble).say(text)
        self._say_keys()
        if name is not None:
            if self._first_time and name == "password":
                name = "new"
            if clear:
                self._field(name).value = ""
            self._field(name).focus()

    def rest(self) -> None:
        """A try was given up."""
        self._busy = False
        self.query_one(Trouble).say("")
        self._say_keys()

    # --- typing

    @on(OptionList.OptionSelected)
    def _picked(self, event: OptionList.OptionSelected) -> None:
        profile = self._accounts[event.option_index]
        self._server = self._field("server").value = profile.server
        self._field("user").value = profile.user_name
        self._field("password").value = ""
        self._field("password").focus()

    def on_key(self, event: events.Key) -> None:
        """What is typed outside of a field is not lost, and no command."""
        if event.is_printable and event.character is not None and self._type(event.character):
            event.stop()

    def on_paste(self, event: events.Paste) -> None:
        """What is pasted, neither."""
        if self._type(event.text.partition("\n")[0].strip()):
            event.stop()

    def _type(self, text: str) -> bool:
        """Take what was typed outside of a field: in the list of people it is a name; whether it was."""
        if isinstance(self.focused, TextField):
            return False
        field = self._field("user" if isinstance(self.focused, OptionList) else self._missing or "user")
        field.focus()
        field.insert_text_at_cursor(text)
        return True

    @on(TextField.Changed, "#user")
    def _mark_person(self, event: TextField.Changed) -> None:
        """Mark the first person in the list whose name begins so."""
        begins = user_key(event.value)
        for place, profile in enumerate(self._accounts if begins else ()):
            names = (user_key(profile.user_name), f" {user_key(profile.name)}")
            if names[0].startswith(begins) or f" {begins}" in names[1]:
                self.query_one(OptionList).highlighted = place
                return

    @on(events.DescendantBlur)
    def _complete_person(self) -> None:
        """Somebody who signed in here before has a server, and may be named in full."""
        if self._first_time or self._field("server").value != self._server:
            return  # another server was typed
        typed = user_key(self._field("user").value)
        known = [each for each in self._accounts if user_key(each.user_name) == typed]
        # A user name has no blank in it, and may be the same as somebody else's first name.
        known = known or [each for each in self._accounts if " " in typed and user_key(each.name) == typed]
        if len(known) == 1:
            self._server = self._field("server").value = known[0].server
            self._field("user").value = known[0].user_name

    @on(TextField.Submitted)
    def _submitted(self) -> None:
        if self._busy:
            return
        self._complete_person()
        if (missing := self._missing) is not None:
            self._field(missing).focus()
            return
        password = self._field("new" if self._first_time else "password").value
        if self._first_time and not self._new_password_fits(password):
            return
        code = self._field("code").value if self._first_time else None
        self.submit(self._field("server").value, self._field("user").value, password, code)

    def sign_in(self, password: str) -> None:
        """Ask to sign in with a password that was given beforehand, where and as whom the page was opened for."""
        if self._server and self._user_name:
            self.submit(self._server, self._user_name, password)
        else:
            self.refuse(tr("A password was given without a user. Type it here, or give --server and --user too."))

    def submit(self, server: str, user_name: str, password: str, code: str | None = None) -> None:
        """Ask to sign in."""
        if not self._busy:
            self.say_busy(tr("Signing in to {server}", server=server.strip()))
            self.post_message(self.Wanted(server, user_name, password, code))

    def _new_password_fits(self, password: str) -> bool:
        if len(password) < SHORTEST_PASSWORD:
            self.refuse(
                tr(
                    "Choose a longer password: this one has {number} characters, at least {least} are needed.",
                    number=len(password),
                    least=SHORTEST_PASSWORD,
                ),
                "new",
            )
            return False
        if password != self._field("again").value:
            self.refuse(tr("The passwords do not match. Confirm the new password again."), "again", clear=True)
            return False
        return True

    def action_first_time(self) -> None:
        """Ask for a code instead of the password, or the other way round."""
        if not self._busy:
            self.toggle_class("-first-time")
            self.query_one(Trouble).say("")
            self._say_keys()
            self._focus_first()

    def action_give_up(self) -> None:
        """End what is under way; else go back, if there is a way."""
        if self._busy:
            self.post_message(self.GivenUp())
        elif self._returns:
            self.post_message(self.Returned())


def _account(profile: Profile) -> Content:
    server = profile.server.removeprefix("https://")
    where = tr("{user} at {server}", user=visible(profile.user_name), server=visible(server))
    return Content(f"{visible(profile.name)}  {where}")
