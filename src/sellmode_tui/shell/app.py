"""The app: its keys, and its services put together."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from functools import partial
from typing import ClassVar, Final

from textual import events, on
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.messages import TerminalSupportsSynchronizedOutput

from sellmode_tui.account import session
from sellmode_tui.account.settings import Settings, ThemeName
from sellmode_tui.entrance import CacheDamaged, Entered
from sellmode_tui.errors import AccountError
from sellmode_tui.language import tr, trd
from sellmode_tui.records import CannotUndo, Interrupted, NothingToUndo, Rejected, SealedError
from sellmode_tui.screens.changes.attention import AttentionScreen
from sellmode_tui.screens.changes.sync_page import SyncScreen
from sellmode_tui.screens.customers.customer_page import CustomerPage
from sellmode_tui.screens.customers.list_page import CustomersScreen
from sellmode_tui.screens.customers.timeline import TimelineScreen
from sellmode_tui.screens.entrance.lock import LockScreen
from sellmode_tui.screens.entrance.sign_in import SignInScreen
from sellmode_tui.screens.forms.form_screen import FormScreen
from sellmode_tui.screens.forms.resuming import Resumed
from sellmode_tui.screens.inbox.talk_page import TalkScreen
from sellmode_tui.screens.kit.confirm import ConfirmBox, discarding
from sellmode_tui.screens.kit.desk import Desk, Facts, Looked
from sellmode_tui.screens.kit.desk_screen import DeskScreen
from sellmode_tui.screens.kit.first_keys import FirstKeys
from sellmode_tui.screens.kit.keys import KeysScreen, all_bindings
from sellmode_tui.screens.kit.memory import Threads
from sellmode_tui.screens.kit.palette import Entry, PaletteBox
from sellmode_tui.screens.kit.picture import PictureBox
from sellmode_tui.screens.kit.status_words import tried_now
from sellmode_tui.screens.kit.too_small import TooSmallScreen
from sellmode_tui.screens.lists.main_page import page_keys, pages_of
from sellmode_tui.screens.sales.list_page import SalesScreen
from sellmode_tui.screens.tasks.agenda import CustomerTasksScreen
from sellmode_tui.shell import navigation
from sellmode_tui.shell.availability import Availability
from sellmode_tui.shell.current import CurrentAccount, OpenAccount
from sellmode_tui.shell.drafts import DraftKeeper
from sellmode_tui.shell.idle import IdleLock
from sellmode_tui.shell.language_choice import LanguageChoice
from sellmode_tui.shell.line_watch import LineWatch
from sellmode_tui.shell.paged_app import PagedApp, undo_hint
from sellmode_tui.shell.palette import palette
from sellmode_tui.shell.picture_choice import PictureChoice
from sellmode_tui.shell.request_news import RequestBell
from sellmode_tui.shell.scanning import Scanning
from sellmode_tui.shell.sign_in import SignInFlow
from sellmode_tui.shell.sign_out import SignOutFlow
from sellmode_tui.shell.signals import end_in_order
from sellmode_tui.shell.start import CLOCK, Clock, Start
from sellmode_tui.shell.status import StatusMonitor
from sellmode_tui.shell.theme_choice import ThemeChoice
from sellmode_tui.sync.status import Line
from sellmode_tui.terminal.driver import Continued, TerminalDriver
from sellmode_tui.terminal.environment import is_utf8
from sellmode_tui.terminal.graphics import Graphics

_TOLD: Final = 3
"""Boxes with something typed in them that are named before it is discarded."""

_hidden = partial(Binding, show=False)
_always = partial(Binding, show=False, priority=True)


class SellmodeApp(PagedApp):
    """The app."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "keys", "Keys", tooltip="The keys that work here", id="app.keys"),
        _hidden("ctrl+p,colon", "palette", "Find", tooltip="Find anything by its name", id="app.palette"),
        *page_keys(),
        _hidden("u,ctrl+z", "undo", "Undo", tooltip="Undo your last change", id="app.undo"),
        _hidden("f3", "attention", "Attention", tooltip="What needs attention", id="app.attention"),
        _hidden("f4", "sync_page", "Sync", tooltip="What is not sent yet", id="app.sync"),
        _hidden("at", "available", "Chat", tooltip="Be available for chat, or away", id="app.available"),
        _hidden("dollar_sign", "sales", "Sales", tooltip="Online sales, and who earned them", id="app.sales"),
        _hidden("q", "quit", "Quit", tooltip="Quit", id="app.quit"),
        _hidden("f6", "theme", "Theme", tooltip="Choose a theme", id="app.theme"),
        # These work over every page and box, too.
        _always("f7", "remember", "Stay", tooltip="Stay signed in here", id="app.remember"),
        _always("f8", "sign_out", "Sign out", tooltip="Sign out", id="app.sign-out"),
        _always("f9", "switch_user", "Switch", tooltip="Switch user", id="app.switch-user"),
        Binding("f10", "lock", "Lock", priority=True, tooltip="Lock", id="app.lock"),
        _always("ctrl+q", "quit", "Quit", tooltip="Quit", id="app.quit-always"),
    ]

    def __init__(
        self,
        settings: Settings,
        start: Start | None = None,
        *,
        theme: ThemeName | None = None,
        ascii_only: bool = False,
        draws_pictures: bool = False,
        clock: Clock = CLOCK,
    ) -> None:
        super().__init__(settings, ascii_only=ascii_only)
        self.graphics = Graphics(self.write_to_terminal) if draws_pictures else None
        self.threads = Threads(thread_name_prefix="work")
        self._clock = clock
        self.current = CurrentAccount(self.background)
        self.drafts = DraftKeeper(self, self.current)
        self.sign_in = SignInFlow(self, self.current, self.drafts, start or Start(), clock, self._opened)
        self.line_watch = LineWatch(self, self.sign_in)
        self.sign_out = SignOutFlow(self, self.current, self.drafts, self.sign_in, self.threads)
        self.request_bell = RequestBell(self, self.current)
        self.status = StatusMonitor(self, self.current, self.sign_out, self.request_bell)
        self.scanning = Scanning(self, self.current)
        self.themes = ThemeChoice(self, self.current, theme)
        self.pictures = PictureChoice(self, self.current)
        self.language = LanguageChoice(self.current, settings.language, self._show_anew)
        self.idle = IdleLock(self, self.current, self.status, self.sign_out, clock.seconds)
        self.availability = Availability(self, self.current, self.status, lambda: self.idle.untouched)

    # ------------------------------------------------------------------ beginning and end

    async def on_mount(self) -> None:
        """Choose the first page."""
        if isinstance(self._driver, TerminalDriver):
            self._driver.at_end = self.forget_pictures
        asyncio.get_running_loop().set_default_executor(self.threads)
        self.language.begin()
        self.themes.begin()
        self.set_keymap(self.settings.keys)
        if unknown := sorted(set(self.settings.keys) - {binding.id for _, binding in all_bindings()}):
            names = ", ".join(unknown)
            self.say(tr("settings.toml, keys: unknown names: {names}. docs/keys.md lists them.", names=names))
        self.idle.start()
        self.status.start()
        self.availability.start()
        self.line_watch.start()
        end_in_order(self, self.drafts)
        await self.sign_in.begin()
        if not is_utf8(os.environ):
            self.say(tr("The locale is not UTF-8: drawn in ASCII, names without accents. LANG=C.UTF-8 shows them."))

    async def on_unmount(self) -> None:
        """Close what is open, however it ends."""
        self.sign_in.stop()
        self.line_watch.stop()
        workspace = self.sign_out.let_go(typed=self.drafts.last)  # the pages have gone
        if workspace is not None:
            await asyncio.to_thread(workspace.close)

    async def _opened(self, entered: Entered, facts: Facts, resumed: Resumed) -> None:
        """Show the customers, and what was left open; sync from now on."""
        workspace, looked = entered.workspace, resumed.looked
        journal = workspace.session.journal
        desk = Desk(
            workspace.records,
            journal,
            workspace.session.account.name,
            self._clock.now,
            workspace.preview,
            workspace.typed,
            workspace.session.server,
            facts=facts,
            agenda=looked.agenda,
            customers=looked.customers,
            places=looked.places,
            in_boxes={(draft.kind, draft.subject.get("about", "")): draft for draft in resumed.in_boxes},
            first_run=workspace.session.folder.profile.first_run,
        )
        workspace.before_close = desk.writes.shutdown
        account = self.current.account = OpenAccount(workspace, desk)
        self.language.opened(workspace.session.folder)
        self.themes.opened(workspace.session.folder)
        self.pictures.opened(account, workspace.session.folder)
        self.request_bell.opened(rings=workspace.session.folder.rings)
        self.idle.touch()
        self.status.begin(account)
        await self.show_only(CustomersScreen(desk))
        if self.current.account is not account:
            return  # it was locked, or the app ends
        await self._go_to_page(looked, desk)
        await self.drafts.resume(account, resumed)
        if self.current.account is not account:
            return
        if entered.offline:
            self.say(f"{tr('Working offline.')} {entered.offline}")
        if workspace.session.moved_aside is not None:
            self.say(
                tr(
                    "Damaged data was repaired on this terminal. F3 shows what was lost, if anything. "
                    "The damaged file is kept as {path}.",
                    path=workspace.session.moved_aside,
                )
            )
        if workspace.replaced:
            self.say(tr("The data on this terminal could not be read. It is being downloaded again."), wrong=True)
        await self.availability.begin(account)
        if self.current.account is account:
            self.status.follow(account)

    def _handle_exception(self, error: Exception) -> None:
        self.drafts.remember_last()
        super()._handle_exception(error)

    # ------------------------------------------------------------------ what a person does

    async def on_event(self, event: events.Event) -> None:
        """Every key and every move of the mouse shows that somebody is there, unless it comes too late."""
        if not isinstance(event, events.InputEvent | events.Paste):
            await super().on_event(event)
        elif self.idle.left <= 0:
            await self.sign_out.lock()
        else:
            self.idle.touch()
            await super().on_event(event)
            self.drafts.look_soon()

    def scanned(self, code: str) -> bool:
        """Open what it is of."""
        return self.scanning.take(code)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What can be done only while somebody is signed in."""
        desk = self.current.desk
        if action in ("lock", "sign_out", "sync_page", "attention", "sales", "palette"):
            return desk is not None
        if action == "undo":
            return isinstance(self.screen, DeskScreen) and not isinstance(self.screen, FormScreen)
        if action == "page":
            return desk is not None and navigation.can_go_to(self, parameters[0], desk)
        if action == "switch_user":
            return desk is not None or self.sign_in.locked is not None
        if action == "remember":
            retailer = desk.facts.retailer if desk else None
            return retailer is not None and retailer.keyring_allowed
        return action != "available" or self.availability.is_offered

    def action_help_quit(self) -> None:
        """Ctrl+C is a habit: it must not lose work."""
        self.say(tr("Ctrl+Q quits, F10 locks."))

    async def action_quit(self) -> None:
        """End; what was typed and not saved is discarded only if the person says so."""
        if any(isinstance(page, ConfirmBox) for page in self.pages()):
            return
        desk = self.current.desk
        in_boxes = [draft.title for draft in desk.in_boxes.values()] if desk else []
        if not (navigation.unsaved(self) or in_boxes):
            self._quit()
            return
        told = [tr("Typed and not done: {title}", title=title) for title in in_boxes[:_TOLD]]
        told += [tr("and {number:,} more", number=len(in_boxes) - _TOLD)] if len(in_boxes) > _TOLD else []
        self.open(discarding(told), lambda wanted: self._quit() if wanted else None)

    def _quit(self) -> None:
        self.drafts.discard()
        self.exit()

    def action_keys(self) -> None:
        if not isinstance(self.screen, KeysScreen | TooSmallScreen):
            self.open(KeysScreen(self.screen))

    def action_palette(self) -> None:
        desk = self.current.desk
        if desk is None or isinstance(self.screen, PaletteBox | TooSmallScreen):
            return

        def do(entry: Entry | None) -> None:
            if entry is not None and self.current.desk is desk:
                self.call_next(entry.do)

        self.open(palette(self, desk, self.language.choose, self.pictures, self.request_bell), do)

    def action_theme(self) -> None:
        if not isinstance(self.screen, TooSmallScreen):
            self.themes.ask()

    async def _show_anew(self) -> None:
        """Make the pages anew, where nothing is filled in: that is when a language can be chosen."""
        if (desk := self.current.desk) is not None:
            looked = self.drafts.looked()
            await self.show_only(CustomersScreen(desk))
            await self._go_to_page(looked, desk)

    async def _go_to_page(self, looked: Looked, desk: Desk) -> None:
        if looked.page in pages_of(desk):
            await navigation.go_to(self, looked.page, desk)

    def watch_theme(self, name: str) -> None:
        """Remember it, if a person has chosen it."""
        self.themes.changed(name)
        self.pictures.changed()

    @on(PictureBox.Drawn)
    def _picture_drawn(self) -> None:
        self.pictures.drawn()

    @on(Continued)
    @on(Driver.SignalResume)
    def _show_pictures_anew(self) -> None:
        """Whoever had the terminal meanwhile may have wiped what it keeps."""
        self.forget_pictures()
        self.pictures.read_again()

    @on(TerminalSupportsSynchronizedOutput)
    def _terminal_answered(self) -> None:
        self.pictures.answered()

    async def action_page(self, name: str) -> None:
        if self.current.desk is not None:
            await navigation.go_to(self, name, self.current.desk)

    def action_sync_page(self) -> None:
        navigation.open_once(self, SyncScreen, self.current.desk)

    def action_attention(self) -> None:
        navigation.open_once(self, AttentionScreen, self.current.desk)

    def action_available(self) -> None:
        self.availability.toggle()

    def action_sales(self) -> None:
        navigation.open_once(self, SalesScreen, self.current.desk)

    def action_undo(self) -> None:
        desk = self.current.desk
        if desk is not None:
            self.clear_notifications()
            # After what is still to be written: the last change is what is meant.
            self.current.run(_undo, self._tell_undone, quiet=(Interrupted,), executor=desk.writes)

    def _tell_undone(self, told: tuple[str, Sequence[tuple[str, str]]]) -> None:
        said, records = told
        self.say(said)
        self.status.read_facts()
        if records and isinstance(self.screen, DeskScreen):
            self.screen.brought_back(records)

    def action_remember(self) -> None:
        """Stay signed in on this machine, until a lock or sign-out."""
        self.current.run(
            lambda account: session.remember(account.workspace.session),
            lambda _: self.say(tr("You stay signed in on this machine until you lock it or sign out.")),
        )

    # ------------------------------------------------------------------ getting in and out

    @on(SignInScreen.Wanted)
    @on(LockScreen.Wanted)
    def _try(self, wanted: SignInScreen.Wanted | LockScreen.Wanted) -> None:
        self.sign_in.try_to(wanted)

    @on(SignInScreen.GivenUp)
    @on(LockScreen.GivenUp)
    def _give_up(self) -> None:
        self.sign_in.give_up()

    @on(SignInScreen.Returned)
    async def _go_back(self) -> None:
        await self.sign_in.go_back()

    async def action_lock(self) -> None:
        """Lock now: whoever leaves the terminal is not kept by a question."""
        await self.sign_out.lock()

    async def action_switch_user(self) -> None:
        """Switch user, or the same one whom the server wants to."""
        await self.sign_out.switch_user(another=self.status.status.line is not Line.SIGNED_OUT)

    async def action_sign_out(self) -> None:
        await self.sign_out.sign_out()

    # ------------------------------------------------------------------ what pages ask for, and tell

    @on(CustomersScreen.SyncWanted)
    @on(SyncScreen.RetryWanted)
    def _sync_now(self) -> None:
        """Ask the backend at once, and try to send, whatever went wrong before."""
        if self.current.workspace is not None:
            self.current.workspace.pull_now()
            self.say(tried_now(self.status.status))

    @on(FirstKeys.Hidden)
    def _end_first_run(self) -> None:
        if self.current.desk is not None:
            self.current.desk.first_run = False
            self.current.run(lambda account: account.workspace.session.folder.end_first_run())

    @on(CustomerPage.TasksWanted)
    def _show_tasks(self, message: CustomerPage.TasksWanted) -> None:
        if self.current.desk is not None:
            self.open(CustomerTasksScreen(self.current.desk, message.profile))

    @on(TimelineScreen.TalkWanted)
    def _show_talk(self, message: TimelineScreen.TalkWanted) -> None:
        if self.current.desk is not None:
            gone = tr("This request is no longer visible to you.")
            self.open(TalkScreen(self.current.desk, message.request), lambda over: self.say(gone) if over else None)

    @on(DeskScreen.Wrote)
    def _tell_written(self, message: DeskScreen.Wrote) -> None:
        if self.current.account is None:
            return
        written, said = message.written, message.said
        if written is None and not said:
            self.status.read_facts()
            return
        self.clear_notifications()  # of several changes, one after the other, the last one is enough
        if written is not None and written.nothing:
            self.say(tr("Nothing was changed."))
            return
        if written is not None:
            said = said or tr("Saved: {what}.", what=written.words) + ("" if written.final else undo_hint())
            if isinstance(self.screen, FormScreen | TalkScreen) and not self.screen.ended:
                said = said.removesuffix(undo_hint())  # there u is a letter
            said = said if written.shown else f"{said} {tr('It is saved, but cannot be shown right now.')}"
        self.say(said)
        self.status.read_facts()

    @on(DeskScreen.Failed)
    async def _failed(self, message: DeskScreen.Failed) -> None:
        match message.error:
            case CacheDamaged():
                await self.sign_out.start_anew()
            case SealedError() | AccountError() | Rejected():
                self.say(trd(message.error), wrong=True)
            case error:
                self._handle_exception(error)


def _undo(account: OpenAccount) -> tuple[str, Sequence[tuple[str, str]]]:
    """Take back the last change; what to say of it, and what was changed, by kinds and ids."""
    try:
        undone = account.workspace.records.changes.undo()
    except NothingToUndo:
        return tr("Nothing to undo."), ()
    except CannotUndo as error:
        return tr("Cannot undo: {what}. {why}", what=error.words, why=error.why), ()
    except Rejected as error:
        return tr("Cannot undo: {why}", why=trd(error.detail)), ()
    said = tr("Undone: {what}.", what=undone.words)
    if undone.how == "withdrawn":
        said = f"{said} {tr('It was never sent.')}"
    return said, undone.records
