"""Which language is spoken, and who has chosen it.

A person's choice is kept beside their account on this machine. Where there is none the settings say it, or else the
locale. A page that is open is made anew when its person chooses another one.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable

from sellmode_tui import language
from sellmode_tui.account.folders import AccountFolder, known_accounts
from sellmode_tui.account.settings import LanguageCode
from sellmode_tui.errors import AccountError
from sellmode_tui.shell.current import CurrentAccount


class LanguageChoice:
    """Keeps the app's language."""

    def __init__(
        self,
        current: CurrentAccount,
        named: LanguageCode | None,
        show_anew: Callable[[], Awaitable[None]],
    ) -> None:
        """``named`` in the settings. ``show_anew`` makes the pages anew."""
        self._current = current
        self._default = named or language.fitting_language(os.environ)
        self._show_anew = show_anew

    def begin(self) -> None:
        """Speak what the person who was here last has chosen."""
        try:
            last = max(known_accounts(), key=lambda folder: folder.used_at, default=None)
        except AccountError:
            last = None  # the page to sign in says it
        self._speak(last.language if last else "")

    def opened(self, folder: AccountFolder) -> None:
        """Somebody has signed in."""
        self._speak(folder.language)

    async def choose(self, code: str) -> None:
        """The person wants this one."""
        if code != language.spoken():
            self._current.run(lambda account: account.workspace.session.folder.keep_language(code))
            language.use(code)
            await self._show_anew()

    def _speak(self, kept: str) -> None:
        wanted = next((code for code in (kept, self._default) if code in language.OFFERED), "en")
        if wanted != language.spoken():
            language.use(wanted)
