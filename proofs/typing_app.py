"""The app, which tells the proof of keys where each key has gone: `python -m proofs.typing_app USER`."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import os
import sys
import threading
import time
from typing import Any, NamedTuple

import msgspec
from textual import app as textual_app
from textual import events
from textual.widget import Widget

from sellmode_tui.screens.kit.search_bar import SearchField
from sellmode_tui.screens.lists.main_page import MainPage
from sellmode_tui.shell import app, run
from sellmode_tui.shell.start import Clock
from sellmode_tui.widgets.keys_in_order import KeysInOrder
from tests.support.quick import hurry
from tests.tui.screens.counter import PASSWORD, SERVER

MARK = "\x1b]777;"
"""Stands before each report on the terminal, which takes no notice of it."""


class Report(msgspec.Struct):
    """What became of a burst."""

    went: list[tuple[str, str]] = []
    """Where each key was handed over, and the key; a paste with all of its text."""
    text: str = ""
    """What stands where the keys go in the end."""


def _where(shop: app.SellmodeApp) -> str:
    return f"{type(shop.screen).__name__}:{type(shop.focused).__name__}"


class Base(NamedTuple):
    """The page to return to."""

    place: int = 1
    page: str = ""
    """The main page that it is, if it is one: going to another one has closed it."""
    focus: Widget | None = None


def _base(shop: app.SellmodeApp) -> Base:
    page = shop.screen.page if isinstance(shop.screen, MainPage) else ""
    return Base(len(shop.screen_stack) - 1, page, shop.focused)


async def _go_back(shop: app.SellmodeApp, base: Base) -> None:
    """Close what was opened, empty the search, and wait until the page is as it was."""
    await shop.close_above(base.place)
    if base.page:
        await shop.action_page(base.page)
    for field in shop.screen.query(SearchField):
        field.value = ""
    if base.focus and base.focus.is_attached:
        shop.screen.set_focus(base.focus)
    for _ in range(500):
        # Until the empty search is asked for, the list of the last one counts as settled.
        if not getattr(shop.screen, "searched", "") and getattr(shop.screen, "settled", True):
            return
        await asyncio.sleep(0.01)


def main() -> None:
    """Run it. F11 makes the page that is open the one to return to; F12 reports and returns there.

    With PLANTED no key waits, and with BUSY so many threads are at work all the time.
    """
    hurry()
    report = Report()
    base = [Base()]
    hand_over = textual_app.App.on_event

    async def noted(self: app.SellmodeApp, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            if isinstance(event, events.Key) and event.key in ("f11", "f12"):
                if event.key == "f11":
                    base[0] = _base(self)
                await tell(self)
                return
            typed = event.text if isinstance(event, events.Paste) else event.character or event.key
            report.went.append((_where(self), typed))
        await hand_over(self, event)

    async def tell(self: app.SellmodeApp) -> None:
        focused: Any = self.focused
        report.text = str(getattr(focused, "value", getattr(focused, "text", "")))
        await _go_back(self, base[0])
        if self._driver is not None:
            self._driver.write(f"{MARK}{msgspec.json.encode(report).hex()}\x07")
        report.went, report.text = [], ""

    textual_app.App.on_event = noted  # type: ignore[method-assign,assignment]  # where keys are handed over
    if os.environ.get("PLANTED"):
        KeysInOrder.on_event = noted  # type: ignore[method-assign,assignment]  # at once, as the framework does
    for _ in range(int(os.environ.get("BUSY", "0"))):
        threading.Thread(target=_busy, daemon=True).start()
    now = dt.datetime.fromisoformat(os.environ["NOW"])
    clock = Clock(lambda: now, time.monotonic)
    sys.exit(run.run_app(server=SERVER, user_name=sys.argv[1], password=PASSWORD, clock=clock))


def _busy() -> None:
    while True:
        hashlib.sha256(b"busy" * 200).hexdigest()


if __name__ == "__main__":
    main()
