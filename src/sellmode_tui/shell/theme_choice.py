"""Which theme is shown, and who has chosen it.

A person's choice is kept beside their account on this machine. Where there is none the settings say it, or else the
terminal: see `terminal.environment`. What is chosen before anybody has signed in belongs to who does next.
"""

from __future__ import annotations

import os

from sellmode_tui.account.folders import AccountFolder, known_accounts
from sellmode_tui.account.settings import ThemeName
from sellmode_tui.errors import AccountError
from sellmode_tui.screens.kit.theme_box import ThemeBox
from sellmode_tui.screens.kit.themes import THEMES
from sellmode_tui.shell.current import CurrentAccount
from sellmode_tui.shell.paged_app import PagedApp
from sellmode_tui.terminal.environment import fitting_theme


class ThemeChoice:
    """Keeps the app's theme."""

    def __init__(self, app: PagedApp, current: CurrentAccount, named: ThemeName | None) -> None:
        """``named`` when the app was called: goes before what anybody has chosen earlier."""
        self._app = app
        self._current = current
        self._named = named
        self._default: str = named or app.settings.theme or fitting_theme(os.environ)
        self._shown = app.theme
        """What it was set to here; another one was chosen by the person."""
        self._chosen = ""
        """By whom is not known yet."""

    def begin(self) -> None:
        """Offer the themes, and show what the person who was here last has chosen."""
        others = list(self._app.available_themes)
        for theme in THEMES.values():
            self._app.register_theme(theme)
        try:
            last = max(known_accounts(), key=lambda folder: folder.used_at, default=None)
        except AccountError:
            last = None  # the page to sign in says it
        self._show(last.theme if last else "")
        for name in others:
            self._app.unregister_theme(name)

    def opened(self, folder: AccountFolder) -> None:
        """Somebody has signed in."""
        if self._chosen:
            self._keep(self._chosen)
        else:
            self._show(folder.theme)
        self._chosen = ""

    def ask(self) -> None:
        """Let the person choose."""
        if not isinstance(self._app.screen, ThemeBox):
            self._app.open(ThemeBox(self._current.desk, self._app.theme), self._take)

    def _take(self, name: str | None) -> None:
        if name is not None:
            self._app.theme = name

    def changed(self, name: str) -> None:
        """The app has another theme, by whatever way it was chosen."""
        if name == self._shown:
            return
        self._shown, self._named = name, None
        if self._current.account is None:
            self._chosen = name
        else:
            self._keep(name)

    def _show(self, kept: str) -> None:
        known = kept if kept in THEMES and self._named is None else self._default
        self._shown = self._app.theme = known

    def _keep(self, name: str) -> None:
        self._current.run(lambda account: account.workspace.session.folder.keep_theme(name))
