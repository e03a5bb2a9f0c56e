"""Pictures on a terminal that draws them itself: sent once, shown where their cells are, gone with the account."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sellmode_tui.widgets.picture import STANDS_FOR
from tests.support.terminal import Terminal
from tests.tui.on_a_terminal import terminal
from tests.tui.pictures.drawn import png
from tests.tui.screens import picturing
from tests.tui.terminal.test_questions import KITTY, OLD

CELL = STANDS_FOR.encode()
SENT = re.compile(rb"\x1b_Ga=T,U=1,f=100,i=(\d+),c=24,r=15,q=2,m=0;[A-Za-z0-9+/=]+\x1b\\")


@pytest.fixture
def answer() -> str:
    return KITTY


@pytest.fixture
def opened(tmp_path: Path, answer: str) -> Iterator[Terminal]:
    """The coat's page."""
    data = tmp_path / "data"
    picturing.files(data)
    with terminal(data, term="xterm-kitty") as opened:
        opened.wait_for_bytes(b"\x1b[c")
        opened.type(answer)
        opened.wait_for("3 customers")
        opened.wait_quiet()
        opened.press("4")
        opened.wait_for("Vale Wool Coat")
        opened.type("/wool coat\r")
        opened.wait_for("1 product")
        opened.wait_quiet()
        opened.press("enter")
        opened.wait_for("b lists who bought it")
        opened.wait_quiet()
        yield opened


def number(opened: Terminal) -> bytes:
    """The picture's, which was sent."""
    (found,) = SENT.findall(opened.written)
    return bytes(found)


def colour(number: bytes) -> bytes:
    """Of the cells that stand for it."""
    value = int(number)
    return b"38;2;%d;%d;%d" % (value >> 16, value >> 8 & 255, value & 255)


def test_it_is_sent_once_and_stood_for_by_its_cells(opened: Terminal) -> None:
    of_it = colour(number(opened))
    assert opened.written.count(of_it) >= opened.written.count(CELL) >= 24 * 15
    assert len(SENT.search(opened.written)[0]) < 2 * len(png())  # type: ignore[index]  # it was found above
    before = len(opened.written)
    opened.press("?")  # over it, and away again
    opened.wait_for("Keys: type")
    opened.press("escape")
    opened.wait_for("b lists who bought it")
    opened.wait_quiet()
    opened.resize(100, 30)
    opened.wait_quiet()
    since = opened.written[before:]
    assert since.count(CELL) >= 2 * 24 * 15
    assert b"\x1b_G" not in since


@pytest.mark.parametrize(("key", "shown"), [("f10", "Locked"), ("ctrl+q", "")])
def test_nothing_of_it_stays_with_the_terminal(opened: Terminal, key: str, shown: str) -> None:
    deleted = b"\x1b_Ga=d,d=I,i=" + number(opened) + b",q=2\x1b\\"
    before = len(opened.written)
    opened.press(key)
    end = opened.wait_for_bytes(deleted, since=before)
    if shown:
        opened.wait_for_bytes(b"Password", since=before)
        opened.wait_quiet()
        assert CELL not in opened.written[opened.wait_for_bytes(b"\x1b[2J", since=before) :]
    else:
        assert opened.wait_exit() == 0
        assert opened.written.index(b"\x1b[?1049l", before) > end - len(deleted)


@pytest.mark.parametrize("answer", [KITTY.replace("kitty(", "WezTerm("), KITTY.replace("i=31;OK", "i=31;ENOTSUP"), OLD])
def test_one_that_does_not_say_so_gets_half_blocks(opened: Terminal) -> None:
    opened.wait_for("▀▀▀")
    assert CELL not in opened.written
    assert b"a=T" not in opened.written
