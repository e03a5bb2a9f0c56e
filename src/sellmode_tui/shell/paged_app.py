"""An app of pages that are put in place of one another, with a word to the person and a tidy end after any error."""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from rich.text import Text
from textual import events, on
from textual.binding import Binding
from textual.css.query import NoMatches
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.filter import LineFilter, Monochrome, NoColor
from textual.geometry import Size
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.worker import WorkerFailed

from sellmode_contract.text import spell_sequences, visible
from sellmode_tui import language
from sellmode_tui.account.settings import Settings
from sellmode_tui.crash import write_report
from sellmode_tui.language import tr
from sellmode_tui.screens.forms.form_screen import FormScreen
from sellmode_tui.screens.kit.app_page import AppPage, OpenPage, Other, PageEnded
from sellmode_tui.screens.kit.too_small import HEIGHT, WIDTH, TooSmallScreen
from sellmode_tui.shell.background import Background
from sellmode_tui.terminal import opening
from sellmode_tui.terminal.ascii import AsciiFilter
from sellmode_tui.terminal.driver import Continued, TerminalDriver
from sellmode_tui.terminal.environment import is_utf8, needs_ascii
from sellmode_tui.terminal.graphics import Graphics
from sellmode_tui.widgets.keys_in_order import KeysInOrder
from sellmode_tui.widgets.meanings import ERROR, UNTHEMED

_KEY_NAMES = {
    "escape": "Esc",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "delete": "Del",
    "slash": "/",
    "colon": ":",
    "question_mark": "?",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
}

_NO_COLOURS: Final = NoColor()
NOTICE_SECONDS = 6.0
"""How long what is told stays."""


class PagedApp(KeysInOrder[None]):
    """What the app can do whoever is signed in. Everything that blocks runs in the background."""

    TITLE = "Sellmode"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    ToastRack { layer: default; margin-bottom: 1; max-height: 6; overflow: hidden; }  /* has room of its own */
    Toast { border: none; background: $surface-lighten-1; color: $foreground; padding: 0 1; margin: 0; }
    Toast { width: 1fr; max-width: 100%; }
    Toast.-error { color: $error; text-style: bold; }
    .-ascii .box { border: ascii $primary; }
    /* Where a theme leaves the ground to the terminal, a line shows what is to be typed into. */
    Screen:ansi, Toast:ansi { background: $background; color: $foreground; }
    Toast.-error:ansi { color: $error; }
    TextField:ansi, PlainTextArea:ansi { background: $surface; color: $foreground; text-style: underline; }
    """

    def __init__(self, settings: Settings, *, ascii_only: bool = False) -> None:
        super().__init__()
        self.animation_level = "none"
        self.settings = settings
        self.ascii_only = ascii_only or settings.ascii or needs_ascii(os.environ)
        self.graphics: Graphics | None = None
        """Pictures that the terminal draws; None if it draws none."""
        letters = is_utf8(os.environ)
        self._ascii = AsciiFilter(letters=letters) if self.ascii_only else None
        language.draw_in_ascii(self.ascii_only and not letters)
        self.background = Background(self, self.say, self.crash)
        self._lasting: deque[str] = deque(maxlen=20)
        """What was said last that counts on any page."""
        spell_sequences(self.ascii_only)
        self.set_class(self.ascii_only, "-ascii")

    def get_driver_class(self) -> type[Driver]:
        """Textual's for this machine, made safe where it is a terminal's own."""
        found = super().get_driver_class()
        return TerminalDriver if found is LinuxDriver else found

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """What styles ask for that Textual's own themes do not say."""
        return UNTHEMED

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What all that is drawn goes through. NO_COLOR chooses a theme; Textual would turn every one grey."""
        filters = [each for each in super().get_line_filters() if not isinstance(each, Monochrome | NoColor)]
        if self.theme == "no-colours":
            filters.append(_NO_COLOURS)
        return [*filters, self._ascii] if self._ascii else filters

    @on(Continued)
    def _take_terminal(self) -> None:
        if isinstance(self._driver, TerminalDriver):
            self._driver.take_terminal()
            self.refresh(layout=True)

    def copy_to_clipboard(self, text: str) -> None:
        """Copy, by OSC 52. A character that has no encoding is copied as a question mark."""
        super().copy_to_clipboard(text.encode("utf-8", "replace").decode("utf-8"))

    def open_url(self, url: str, *, new_tab: bool = True) -> None:  # noqa: ARG002  # Textual's signature
        """Open a link on the desktop, where there is one."""
        if not opening.open_link(url, os.environ):
            self.say(tr("There is no browser on this terminal: copy the link, or scan the code."))

    def forget_clipboard(self) -> None:
        """Keep nothing of what was copied here."""
        self._clipboard = ""

    def forget_pictures(self) -> None:
        """The terminal keeps none of them."""
        if self.graphics is not None:
            self.graphics.forget()

    def write_to_terminal(self, sequence: str) -> None:
        """Write a sequence, after all that is drawn by now."""
        if self._driver is not None:
            self._driver.write(sequence)

    def wipe_terminal(self) -> None:
        """What the terminal keeps of its screen goes too; then the page is drawn whole."""
        if self._driver is not None:
            self.write_to_terminal("\x1b[H\x1b[2J")
            self.refresh(layout=True)

    @property
    def event_loop(self) -> asyncio.AbstractEventLoop | None:
        """The loop that the app runs in, for other threads."""
        return self._loop

    # ------------------------------------------------------------------ talking

    def say(self, text: str, *, wrong: bool = False) -> None:
        """Tell something that goes away by itself, or what went wrong; what is shown already is not said twice."""
        said = visible(text)
        shown = _signed(said) if wrong else said
        if all(each.message != shown for each in self._notifications):
            self._lasting.append(shown)
            self.notify(said, markup=False, timeout=NOTICE_SECONDS, severity="error" if wrong else "information")

    def notify(  # as the framework has it
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Show a notice; one of an error begins with the sign of errors."""
        message = _signed(message) if severity == "error" else message
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def _drop_hints(self, ending: str = "") -> None:
        """Take away what a page told itself, which counts only there; or what ends with a text."""
        for each in list(self._notifications):
            if each.message.endswith(ending) if ending else each.message not in self._lasting:
                self._unnotify(each)

    def clear_notifications(self) -> None:
        """Take away what was said, and the lines on which it stood: the framework leaves one of each empty."""
        super().clear_notifications()
        self._lasting.clear()
        for page in self.pages():
            page.query("ToastHolder").remove()

    # ------------------------------------------------------------------ pages

    def typed_ahead_was_dropped(self) -> None:
        """Say so."""
        self.say(tr("What you typed ahead was discarded."))

    # This is the only place where pages come and go. All of it runs in the app's own task: see screens/kit/app_page.py.

    def open(self, page: Screen[Other], then: Callable[[Other | None], None] | None = None) -> None:
        """Open a page over the topmost one; `then` gets its result."""
        self.post_message(OpenPage(page, self.screen, then))

    @on(OpenPage)
    def _open(self, wanted: OpenPage) -> None:
        if wanted.over is self.screen:
            self._drop_hints()
            if isinstance(wanted.page, FormScreen):
                self._drop_hints(undo_hint())
            self.push_screen(wanted.page, wanted.then)

    @on(PageEnded)
    def _close_ended(self) -> None:
        """Close what has ended and has nothing over it any more."""
        while isinstance(page := self.screen, AppPage) and page.ended:
            self._drop_hints()
            page.dismiss(page.result)

    async def close_above(self, place: int) -> None:
        """Close all pages above a place in the stack."""
        while len(self.screen_stack) > place + 1:
            await self.pop_screen()

    async def show_only(self, screen: Screen[None]) -> None:
        """Put one page in place of all there are; nothing of them stays, neither widgets nor what they said."""
        self.end_turns()
        self.clear_notifications()
        with self.batch_update():
            await self.close_above(1)
            if len(self.screen_stack) == 2:
                await self.switch_screen(screen)
            else:
                await self.push_screen(screen)
        self._fit(self.size)

    def on_resize(self, event: events.Resize) -> None:
        """A window may become too small, and large enough again."""
        self._fit(event.size)
        self.refresh(layout=True)  # one that was changed and changed back is reported once, and shows less than before

    def _fit(self, size: Size) -> None:
        if len(self.screen_stack) < 2:
            return
        small = size.width < WIDTH or size.height < HEIGHT
        shown = [page for page in self.screen_stack if isinstance(page, TooSmallScreen) and not page.ended]
        if small and not shown:
            self.push_screen(TooSmallScreen())
        elif not small:
            for page in shown:  # a question may stand over it
                page.end()

    def get_key_display(self, binding: Binding) -> str:
        """A key as it is printed on keyboards; every terminal can draw it."""
        if binding.key_display:
            return binding.key_display
        modifiers, key = binding.parse_key()
        name = _KEY_NAMES.get(key, key if len(key) == 1 else key.replace("_", " ").capitalize())
        if modifiers:
            name = name.upper()
        return "+".join((*(modifier.capitalize() for modifier in modifiers), name))

    def pages(self) -> list[Screen[object]]:
        """What is open, the topmost last."""
        return list(self.screen_stack)

    # ------------------------------------------------------------------ errors that nobody expected

    def crash(self, error: BaseException) -> None:
        """End because of an error."""
        self._handle_exception(error if isinstance(error, Exception) else RuntimeError(type(error).__name__))

    def crash_from_thread(self, error: BaseException) -> None:
        """End because of an error in another thread."""
        self.background.hand_back(self.crash, error)

    def _handle_exception(self, error: Exception) -> None:
        """End with an id on the screen; the framework's own traceback would show what variables hold."""
        if isinstance(error, WorkerFailed) and isinstance(error.error, Exception):
            error = error.error
        if self._exit and isinstance(error, NoMatches):
            return  # a page that was being put up when the app ended misses its widgets
        self._return_code = 1
        if self._exception is None:  # the first one counts, for tests that wait for it
            self._exit_renderables.append(Text(str(write_report(error))))
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()

    def _fatal_error(self) -> None:
        """What the framework would draw; it has been seen to already."""


def undo_hint() -> str:
    """What ends a notice of a change that can be undone."""
    return f" {tr('u to undo.')}"


def _signed(text: str) -> str:
    return f"{ERROR.sign} {text}"
