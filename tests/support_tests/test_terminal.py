"""The pty harness and its reader of foreign bytes."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.support.terminal import Foreign, Terminal, TerminalTimeout, foreign_bytes


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


TEXTUAL_APP = """
from textual.app import App
from textual.widgets import Button, DataTable, Footer, Header, Input

class Small(App):
    BINDINGS = [("f2", "copy", "Copy"), ("f3", "bell", "Bell"), ("f4", "quit", "Quit")]
    def compose(self):
        yield Header()
        yield Input("grüße 山田太郎", select_on_focus=False)
        yield Button("Press")
        table = DataTable()
        table.add_columns("a", "b")
        table.add_rows([[str(n), "row"] for n in range(100)])
        yield table
        yield Footer()
    def action_copy(self):
        self.copy_to_clipboard("Ann")
Small().run()
"""


def test_shows_what_a_command_prints_and_how_it_ends() -> None:
    with Terminal(python("import sys; print('hello'); print('grüße 山'); sys.exit(3)")) as terminal:
        assert terminal.wait_exit() == 3
        assert terminal.screen()[0] == "hello"
        assert terminal.screen()[1].startswith("grüße 山")
        assert terminal.written == "hello\r\ngrüße 山\r\n".encode()
        assert foreign_bytes(terminal.written) == []


def test_the_pty_is_the_controlling_terminal_and_has_the_wanted_size() -> None:
    code = """
import os
print(os.getsid(0) == os.getpid(), os.ttyname(0), open("/dev/tty").isatty(), *os.get_terminal_size())
"""
    with Terminal(python(code), columns=61, rows=7) as terminal:
        assert terminal.wait_exit() == 0
        assert terminal.screen()[0].split()[0::2] == ["True", "True", "7"]
        assert terminal.screen()[0].split()[3] == "61"


def test_nothing_of_the_surroundings_gets_in_but_the_path() -> None:
    with Terminal(python("import os; print(*sorted(os.environ), os.environ['HOME'])"), env={"EXTRA": "1"}) as terminal:
        terminal.wait_exit()
        names = terminal.screen()[0].split()
    assert set(names) - {"LC_CTYPE"} == {"EXTRA", "HOME", "LANG", "PATH", "TERM", "/nonexistent"}


def test_keys_reach_the_command_and_resizing_is_signalled() -> None:
    code = """
import os, signal, sys, termios, tty
tty.setraw(0)
signal.signal(signal.SIGWINCH, lambda *_: os.write(1, repr(os.get_terminal_size().columns).encode()))
os.write(1, b"ready")
while not (key := os.read(0, 16)).endswith(b"q"):  # keys may come together
    os.write(1, repr(key).encode())
"""
    with Terminal(python(code)) as terminal:
        terminal.wait_for("ready")
        terminal.press("down")
        terminal.wait_for(r"b'\x1b[B'")
        terminal.press("ctrl+a")
        terminal.wait_for(r"b'\x01'")
        terminal.click(4, 2)
        terminal.wait_for(r"b'\x1b[<0;5;3M")
        terminal.resize(50, 10)
        terminal.wait_for_bytes(b"50")
        assert len(terminal.screen()) == 10
        terminal.press("q")
        assert terminal.wait_exit() == 0


def test_waiting_ends_with_the_screen_in_the_message() -> None:
    with Terminal(python("print('some words')")) as terminal, pytest.raises(TerminalTimeout, match="some words"):
        terminal.wait_for("other words")
    with Terminal(python("print('some words', flush=True); input()")) as terminal:
        with pytest.raises(TerminalTimeout, match=r"0\.2 s"):
            terminal.wait_for("other words", timeout=0.2)
        with pytest.raises(TerminalTimeout, match="does not end"):
            terminal.wait_exit(timeout=0.2)


def test_counts_what_an_idle_and_a_busy_command_write() -> None:
    busy = "import sys, time\nwhile True: sys.stdout.write('x'); sys.stdout.flush(); time.sleep(0.01)"
    with Terminal(python(busy)) as terminal:
        terminal.wait_for("x")
        assert terminal.count_bytes(0.3) > 3
        with pytest.raises(TerminalTimeout, match="not quiet"):
            terminal.wait_quiet(0.2, timeout=0.5)
    with Terminal(python("print('x'); input()")) as terminal:
        terminal.wait_for("x")
        terminal.wait_quiet()
        assert terminal.count_bytes(0.3) == 0


def test_leaving_hangs_the_command_up(tmp_path: Path) -> None:
    mark = tmp_path / "hung-up"
    code = f"""
import pathlib, signal, sys
def hung_up(*_):
    pathlib.Path({str(mark)!r}).touch()
    sys.exit()
signal.signal(signal.SIGHUP, hung_up)
print("ready", flush=True)
signal.pause()
"""
    with Terminal(python(code)) as terminal:
        terminal.wait_for("ready")
        pid = terminal.pid
    assert mark.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_signals_the_command_itself() -> None:
    with Terminal(python("print('ready', flush=True); input()")) as terminal:
        terminal.wait_for("ready")
        terminal.signal(signal.SIGKILL)
        assert terminal.wait_exit() == -signal.SIGKILL


@pytest.mark.parametrize("term", ["xterm-256color", "linux", "screen", "xterm-kitty"])
def test_all_that_a_textual_app_sends_is_known(term: str) -> None:
    with Terminal(python(TEXTUAL_APP), env={"TERM": term, "TEXTUAL_ANIMATIONS": "none"}) as terminal:
        terminal.wait_for("grüße 山田太郎")
        terminal.press("a", "tab", "tab", "pagedown")
        terminal.click(3, 8)
        terminal.resize(60, 20)
        terminal.wait_quiet()
        assert foreign_bytes(terminal.written) == []
        terminal.press("f2", "f3")
        terminal.wait_for_bytes(b"\x07", since=terminal.wait_for_bytes(b"\x1b]52;c;QW5u\x07"))
        assert {each.text for each in foreign_bytes(terminal.written)} == {"\x1b]52;c;QW5u\x07", "\x07"}
        assert foreign_bytes(terminal.written, allow=("clipboard", "bell")) == []
        terminal.press("f4")
        assert terminal.wait_exit() == 0
        assert foreign_bytes(terminal.written, allow=("clipboard", "bell")) == []
        assert terminal.screen()[0] == ""


def test_a_leak_through_textual_is_found() -> None:
    leaky = """
from textual.app import App
from textual.content import Content
from textual.widgets import Static
class Leaky(App):
    def compose(self):
        yield Static(Content("Ann\\u202e\\x9b31mLee\\x1b]52;c;ZXZpbA==\\x07"))
Leaky().run()
"""
    with Terminal(python(leaky)) as terminal:
        terminal.wait_for("Ann")
        terminal.wait_quiet()
        found = [each.text for each in foreign_bytes(terminal.written)]
    assert "\u202e" in found
    assert "\x9b31m" in found
    assert any(text.startswith("\x1b]52;c;ZXZpbA==") for text in found)


@pytest.mark.parametrize(
    "text",
    [
        "\x1b]0;title\x07",
        "\x1b]8;;http://x\x1b\\",
        "\x1b[6n",
        "\x1b[c",
        "\x1b[?1048h",
        "\x1b[201~",
        "\x1b[1;31",
        "\x1b",
        "\x1bc",
        "\x1b(0",
        "\x1bP$q\x1b\\",
        "\x1b_G\x1b\\",
        "\x1b[38:2::1:2:3m",
        "\n",
        "\r",
        "\t",
        "\x00",
        "\x08",
        "\x7f",
        "\x85",
        "\x9b31m",
        "\x9d0;t\x07",
        "\u202e",
        "\u2066",
        "\u200f",
        "\u061c",
        "\u200b",
        "\u2028",
        "\ufeff",
        "\u00ad",
        "\ufe0f",
        "\ue000",
        "\U000e0041",
    ],
)
def test_foreign(text: str) -> None:
    found = foreign_bytes(f"before {text} after".encode())
    assert found
    assert found[0].offset == 7
    assert found[0].text[0] == text[0]
    assert "before" not in "".join(each.text for each in found)


def test_foreign_bytes_that_are_no_text_keep_their_place() -> None:
    data = "山".encode() + b"\xff" + b"\x1b[0m" + b"\x1b]52;c;QQ==\x07" + b"\xed\xa0\x80"
    assert foreign_bytes(data) == [
        Foreign(3, "\udcff"),
        Foreign(8, "\x1b]52;c;QQ==\x07"),
        Foreign(20, "\udced"),
        Foreign(21, "\udca0"),
        Foreign(22, "\udc80"),
    ]


def test_writing_in_many_scripts_is_not_foreign() -> None:
    text = "Zoë Ø Łukasz 山田太郎 김 علی\u200cرضا क्\u200dष 👩 🇳🇱 é ▁▂█ ␛ ⟨U+202E⟩\u00a0\u3000"
    assert foreign_bytes(text.encode()) == []
