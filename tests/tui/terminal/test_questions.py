"""What a terminal is asked, and what is made of its answers."""

from __future__ import annotations

import os
import pty
import termios
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_tui.terminal.abilities import abilities
from sellmode_tui.terminal.questions import Answers, ask, questions, read_answers
from tests.support.machine import COMMAND
from tests.support.terminal import Terminal
from tests.tui.on_a_terminal import ROOT

KITTY = (
    "\x1bP>|kitty(0.35.2)\x1b\\\x1b[?0u\x1b[?2004;2$y\x1b[?1006;2$y\x1b[?2026;2$y\x1b_Gi=31;OK\x1b\\\x1bP1$r0;38:2:1:2:3m\x1b\\\x1b[1;2R"
    "\x1b[?62;52;c"
)
OLD = "\x1b[5;3R\x1b[?6c"
UTF8 = {"LANG": "en_GB.UTF-8"}


@pytest.fixture
def line() -> Iterator[tuple[int, int]]:
    """Both ends of a terminal's line."""
    ours, theirs = pty.openpty()
    yield ours, theirs
    os.close(ours)
    os.close(theirs)


def test_a_new_terminal_says_all() -> None:
    assert read_answers(KITTY) == Answers(
        answered=True,
        name="kitty(0.35.2)",
        kitty_keys=True,
        mouse=True,
        paste=True,
        whole_frames=True,
        full_colour=True,
        clipboard=True,
        utf8=True,
        pictures=True,
    )


def test_an_old_one_says_little_and_that_it_reads_bytes() -> None:
    assert read_answers(OLD) == Answers(answered=True, utf8=False)


@pytest.mark.parametrize(("state", "can"), [(0, False), (1, True), (2, True), (3, True), (4, False)])
def test_the_states_of_a_mode(state: int, can: bool) -> None:
    assert read_answers(f"\x1b[?2026;{state}$y\x1b[?6c").whole_frames is can


@given(st.text(alphabet="\x1b[]P?0123456789;:$ryuRcm\\>|é", max_size=60))
def test_whatever_is_answered_is_read(said: str) -> None:
    read_answers(said)
    list(abilities(read_answers(said), UTF8, (80, 24)))


@pytest.mark.parametrize("term", ["linux", "vt100"])
def test_what_would_draw_a_control_string_is_sent_none(term: str) -> None:
    assert "\x1bP" not in questions(term)
    assert "\x1b[>" not in questions(term)


@pytest.mark.parametrize("answer", [KITTY, OLD])
def test_it_is_asked_and_left_as_it_was(answer: str, line: tuple[int, int]) -> None:
    ours, theirs = line
    before = termios.tcgetattr(theirs)

    def terminal() -> None:
        asked = b""
        while not asked.endswith(b"\x1b[c"):
            asked += os.read(ours, 1024)
        os.write(ours, answer.encode())

    thread = threading.Thread(target=terminal)
    thread.start()
    try:
        assert ask(theirs, "xterm-256color", 10) == read_answers(answer)
    finally:
        thread.join()
    assert termios.tcgetattr(theirs) == before


def test_one_that_is_silent_is_not_waited_for(line: tuple[int, int]) -> None:
    assert ask(line[1], "xterm", 0.01) == Answers()


def test_what_is_no_terminal_is_not_asked() -> None:
    reading, writing = os.pipe()
    try:
        assert ask(reading, "xterm", 10) == Answers()
    finally:
        os.close(reading)
        os.close(writing)


@pytest.mark.parametrize(
    ("answers", "environment", "size", "name", "advice"),
    [
        (Answers(), {"TERM": "dumb"}, (80, 24), "name", "cannot draw"),
        (Answers(), {"TERM": "xterm"}, (79, 24), "size", "80x24"),
        (Answers(full_colour=True), {"TERM": "xterm-256color"}, (80, 24), "colours", "COLORTERM=truecolor"),
        (Answers(), {"TERM": "screen"}, (80, 24), "colours", "TERM=screen-256color"),
        (Answers(utf8=True), {"LANG": "C"}, (80, 24), "UTF-8", "C.UTF-8"),
        (Answers(utf8=False), UTF8, (80, 24), "UTF-8", "--ascii"),
        (Answers(mouse=False), UTF8, (80, 24), "mouse", "use the keys"),
        (Answers(), {"TMUX": "/run/tmux"}, (80, 24), "clipboard", "set-clipboard on"),
        (Answers(paste=False), UTF8, (80, 24), "pastes", "one line"),
        (Answers(whole_frames=False), UTF8, (80, 24), "whole frames", "F6"),
        (read_answers(KITTY), UTF8 | {"TERM": "xterm-kitty"}, (80, 24), "pictures", "COLORTERM=truecolor"),
    ],
)
def test_what_is_missing_comes_with_what_to_do(
    answers: Answers, environment: dict[str, str], size: tuple[int, int], name: str, advice: str
) -> None:
    (found,) = [each for each in abilities(answers, environment, size) if each.name == name]
    assert advice in found.advice


def test_of_a_terminal_that_can_do_all_there_is_nothing_to_say() -> None:
    environment = {"TERM": "xterm-kitty", "COLORTERM": "truecolor", **UTF8}
    assert [each for each in abilities(read_answers(KITTY), environment, (120, 40)) if each.advice] == []


def test_the_doctor_asks_the_terminal_it_is_called_from(tmp_path: Path) -> None:
    folders = {name: str(tmp_path) for name in ("SELLMODE_DATA_DIR", "SELLMODE_CONFIG_DIR")}
    with Terminal([*COMMAND, "doctor"], rows=60, cwd=ROOT, env={**folders, "NO_COLOR": "1"}) as terminal:
        terminal.wait_for_bytes(b"\x1b[c")
        terminal.type(KITTY)
        terminal.wait_for("kitty(0.35.2)")
        terminal.wait_for("the theme no-colours fits")
        terminal.wait_for("every combination (kitty")
        terminal.wait_for("yes (OSC 52)")
