"""An app that is stopped and goes on: by Ctrl+Z, by a debugger, by whoever freezes a machine."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sellmode_tui.transport.client import CONNECT_SECONDS
from tests.support.terminal import Terminal
from tests.tui.canned import never_connected
from tests.tui.on_a_terminal import terminal
from tests.tui.screens import counter

_TEXT = "".join(chr(ord("a") + place % 26) for place in range(60))


@pytest.fixture
def note(tmp_path: Path) -> Iterator[Terminal]:
    """A note is being written."""
    data = tmp_path / "data"
    anna = counter.account_of(counter.demo("associate"), "anna")
    counter.make_account(data, anna, "associate", counter.demo("associate").records)
    with terminal(data) as opened:
        before = opened.settings
        opened.wait_for("150 customers")
        opened.wait_quiet()
        opened.press("enter")
        opened.wait_for("Consent")
        opened.press("n")
        opened.wait_for("Note about")
        opened.wait_quiet()
        yield opened
        opened.signal(signal.SIGTERM)
        assert opened.wait_exit() == 128 + signal.SIGTERM
        assert opened.settings == before


def test_a_signal_to_end_does_not_wait_for_a_connection(tmp_path: Path) -> None:
    data = tmp_path / "data"
    counter.make_account(data, counter.account_of(counter.demo("associate"), "anna"))
    with never_connected() as server, terminal(data, "--server", server) as opened:
        before = opened.settings
        opened.wait_for(f"Signing in to {server}")
        opened.wait_quiet()
        began = time.monotonic()
        opened.signal(signal.SIGTERM)
        assert opened.wait_exit() == 128 + signal.SIGTERM
        assert time.monotonic() - began < CONNECT_SECONDS / 2
        assert opened.settings == before


def stop(opened: Terminal) -> None:
    """Stop it without a warning; return when it goes on."""
    before = len(opened.written)
    opened.signal(signal.SIGSTOP)
    opened.signal(signal.SIGCONT)
    opened.wait_for_bytes(b"\x1b[?2004h", since=before)


def test_keys_stay_in_order_after_stops(note: Terminal) -> None:
    for _ in range(5):
        stop(note)
    for letter in _TEXT:
        note.type(letter)  # one by one: each may be read by another reader
    note.wait_for(_TEXT)


def test_a_terminal_that_somebody_else_had_is_taken_back(note: Terminal) -> None:
    ours = note.settings
    note.signal(signal.SIGSTOP)
    theirs = note.settings
    theirs[3] |= 0o12  # echo, line by line
    note.settings = theirs
    before = len(note.written)
    note.signal(signal.SIGCONT)
    note.wait_for_bytes(b"Note about", since=before)
    note.wait_for_bytes(b"\x1b[?2004h", since=before)
    assert note.settings == ours
    note.type(_TEXT)
    note.wait_for(_TEXT)


def test_a_size_that_changes_and_changes_back_draws_the_page_again(note: Terminal) -> None:
    before = len(note.written)
    note.signal(signal.SIGWINCH)  # of both changes this is all that the app hears
    note.wait_for_bytes(b"Note about", since=before)


def test_a_stop_that_was_announced_gives_the_terminal_back_meanwhile(note: Terminal) -> None:
    ours, before = note.settings, len(note.written)
    note.signal(signal.SIGTSTP)
    note.wait_for_bytes(b"\x1b[?1049l", since=before)
    note.wait_quiet()
    assert note.settings != ours
    before = len(note.written)
    note.signal(signal.SIGCONT)
    note.wait_for_bytes(b"\x1b[?1049h", since=before)
    note.wait_for_bytes(b"\x1b[?2004h", since=before)
    assert note.settings == ours
    for letter in _TEXT:
        note.type(letter)
    note.wait_for(_TEXT)
