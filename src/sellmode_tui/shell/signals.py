"""Ends the app in order when a signal ends it."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from typing import Final

from sellmode_tui.shell.drafts import DraftKeeper
from sellmode_tui.shell.paged_app import PagedApp

_END_SECONDS: Final = 5.0
"""The longest that the end may take once the last draft is written."""


def end_in_order(app: PagedApp, drafts: DraftKeeper) -> None:
    """Let no signal end an app that draws on a terminal before the last draft is written."""
    if not app.is_headless:
        for number in (signal.SIGHUP, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, _end, app, drafts, number)


def _end(app: PagedApp, drafts: DraftKeeper, number: signal.Signals) -> None:
    """Write the last draft, then end as the signal would have."""
    drafts.write_last()
    if number == signal.SIGTERM:
        late = threading.Timer(_END_SECONDS, os._exit, [128 + number])
        late.daemon = True
        late.start()  # nothing that is still at work keeps it from ending
        app.exit(return_code=128 + number)
    else:  # the terminal has gone: there is nothing to restore
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
