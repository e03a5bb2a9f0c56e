"""An app that is stuck locks the account and gives the terminal back, whatever page is open."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from sellmode_tui.account.folders import known_accounts
from sellmode_tui.commands.kit.exit_codes import Exit
from sellmode_tui.watchdog import STALLED
from tests.support.terminal import foreign_bytes
from tests.tui.on_a_terminal import terminal
from tests.tui.screens import briefing, tasking
from tests.tui.screens.counter import PASSWORD, SERVER

_PROGRAM: Final = """
import asyncio, datetime, os, pathlib, sys, threading, time
from textual import events
from sellmode_tui import watchdog
from sellmode_tui.shell import app, run
from sellmode_tui.shell.start import Clock

watchdog.REST_SECONDS = 0.2  # the clock of the test jumps: ten seconds would be waited for otherwise
watchdog.LOOK_SECONDS = 0.05
jumped = 0.0
on_event = app.SellmodeApp.on_event

async def stall(self, event):
    global jumped
    if isinstance(event, events.Mount):
        page = pathlib.Path(os.environ["SELLMODE_DATA_DIR"]).with_name("page")
        self.screen_change_signal.subscribe(self, lambda screen: page.write_text(type(screen).__name__))
    if isinstance(event, events.Key) and event.key == "f12":
        jumped += 301  # the idle lock allows five minutes
        {stall}
    await on_event(self, event)

app.SellmodeApp.on_event = stall
now = datetime.datetime.fromisoformat({now!r})
clock = Clock(lambda: now, lambda: time.monotonic() + jumped)
sys.exit(run.run_app(server={server!r}, user_name={user!r}, password={password!r}, clock=clock))
"""
_LOOP: Final = "threading.Event().wait()"
"""Nothing turns any more."""
_APP: Final = "await asyncio.Event().wait()"
"""The loop turns on, and the app waits for something that never comes."""

_MODES: Final = (1000, 1003, 1004, 1006, 1015, 1049, 2004)
"""Of the terminal, off in the end: mouse, focus, alternate screen, bracketed paste."""


def stalled(data: Path, user: str, *steps: str, stall: str = _LOOP) -> str:
    """Open a page by steps, each a key and where it leads; stall it. Returns what the terminal shows in the end."""
    program = _PROGRAM.format(stall=stall, server=SERVER, user=user, password=PASSWORD, now=tasking.NOW.isoformat())
    page = data.with_name("page")
    with terminal(data, user=user, program=program) as opened:
        before = opened.settings
        opened.wait_for("[1 Customers")
        opened.wait_quiet()
        assert opened.settings != before
        for step in steps:
            key, _, name = step.partition(" ")
            opened.press(key)
            opened.wait_for(lambda _, name=name: page.read_text() == name)  # type: ignore[misc]  # bound now
            opened.wait_quiet()
        opened.press("f12")
        opened.type("rm -r *\r")  # it must not reach the shell
        assert opened.wait_exit() == STALLED
        assert opened.settings == before
        assert foreign_bytes(opened.written) == []
        on, off = ({mode: opened.written.rfind(b"\x1b[?%d%b" % (mode, end)) for mode in _MODES} for end in (b"h", b"l"))
        assert all(off[mode] > on[mode] for mode in _MODES)
        assert opened.written.rfind(b"\x1b[?25h") > opened.written.rfind(b"\x1b[?25l")
        return "\n".join(opened.screen()).strip()


_MANAGER: Final = {
    "customers": (),
    "sign-in": ("f9 SignInScreen",),
    "lock": ("f10 LockScreen",),
    "keys": ("? KeysScreen",),
    "saved filters": ("f SavedFiltersScreen",),
    "profile": ("enter ProfileScreen",),
    "edit": ("e EditCustomerScreen",),
    "add": ("a AddCustomerScreen",),
    "note": ("n NoteForm",),
    "contact": ("l ContactForm",),
    "consent": ("o ConsentForm",),
    "dates": ("d DatesScreen",),
    "own entries": ("N OwnEntriesScreen",),
    "customer's tasks": ("t CustomerTasksScreen",),
    "attention": ("f3 AttentionScreen",),
    "sync": ("f4 SyncScreen",),
    "tasks": ("2 AgendaScreen",),
    "task": ("2 AgendaScreen", "enter TaskScreen"),
    "new task": ("2 AgendaScreen", "a NewTaskForm"),
    "snooze": ("2 AgendaScreen", "s SnoozeBox"),
    "dismiss": ("2 AgendaScreen", "d DismissBox"),
    "hand over": ("2 AgendaScreen", "h HandOverBox"),
    "why": ("2 AgendaScreen", "w WhyScreen"),
    "lookbooks": ("3 LookbooksScreen",),
    "products": ("4 ProductsScreen",),
    "results": ("5 FiguresScreen",),
    "sales": ("$ SalesScreen",),
    "people": ("8 PeopleScreen",),
    "inbox": ("9 InboxScreen",),
    "rules": ("6 RulesScreen",),
    "rule": ("6 RulesScreen", "enter EditRuleForm"),
    "new rule": ("6 RulesScreen", "a TriggerBox"),
    "preview": ("6 RulesScreen", "p PreviewScreen"),
}
_OFFICE: Final = {
    "corporate": ("7 BriefsScreen",),
    "brief": ("7 BriefsScreen", "enter BriefScreen"),
    "new brief": ("7 BriefsScreen", "a BriefForm"),
}


def look(data: Path, shown: str, *, locks: bool) -> None:
    """At what is left: nothing but why, and a report of it without a word of anybody."""
    assert shown.startswith("Sellmode stopped responding. ")
    assert ("Your account is locked" in shown) is locks
    (report,) = (data / "crashes").iterdir()
    assert report.name in shown.replace("\n", "")
    text = report.read_text()
    assert "thread MainThread" in text
    assert " stall\n" in text
    assert not any(name in text for name in ("Mira", "mira", "Hanne", "hanne", "Clara"))
    assert all(folder.known and not folder.known.remembered for folder in known_accounts(data))


@pytest.mark.parametrize("page", _MANAGER)
def test_a_stuck_loop_locks_on_every_page(page: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    tasking.files(data, "mira", "team")
    look(data, stalled(data, "mira", *_MANAGER[page]), locks=page not in ("sign-in", "lock"))


@pytest.mark.parametrize("page", _OFFICE)
def test_a_stuck_loop_locks_on_every_page_of_the_head_office(page: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    briefing.files(data)
    look(data, stalled(data, "hanne", *_OFFICE[page]), locks=True)


def test_an_app_that_waits_for_ever_locks_too(tmp_path: Path) -> None:
    data = tmp_path / "data"
    tasking.files(data, "mira", "team")
    look(data, stalled(data, "mira", "n NoteForm", stall=_APP), locks=True)


def test_the_exit_code_is_the_documented_one() -> None:
    assert Exit(STALLED) is Exit.STALLED
