"""The app on a real pty: what a person sees, what it costs, and that nothing hostile gets through."""

from __future__ import annotations

import contextlib
import re
import signal
import sys
import time
from pathlib import Path

import pytest

from sellmode_contract.ids import source_id
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.order import Order, OrderLine
from sellmode_contract.records import Record
from sellmode_contract.visibility import Account
from sellmode_tui.journal.journal import Journal
from tests.support.hostile import HOSTILE
from tests.support.terminal import DEADLINE, KEYS, Terminal, foreign_bytes
from tests.tui.on_a_terminal import ROOT, terminal
from tests.tui.screens import counter
from tests.tui.screens.counter import PASSWORD, SERVER


def make(data: Path, customers: int) -> None:
    """Anna's files with so many customers."""
    anna = counter.account_of(counter.demo("associate"), "anna")
    people = [person(anna, str(number), f"Given{number:04}", f"Family{number:04}") for number in range(customers)]
    counter.make_account(data, anna, "associate", [counter.demo("associate").retailer, *people])


def person(owner: Account, key: str, given: str, family: str) -> Customer:
    return Customer(
        id=source_id("customer", "pty", key),
        store=owner.stores[0],
        owner=owner.id,
        given_name=given,
        family_name=family,
        email=f"{key}@example.com",
        phone="+44 20 7946 0000",
        tier="gold",
    )


def bytes_of(opened: Terminal, key: str, wanted: str) -> int:
    before = len(opened.written)
    opened.press(key)
    opened.wait_for(wanted)
    opened.wait_quiet()
    return len(opened.written) - before


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_from_the_sign_in_to_a_profile_and_out(data: Path) -> None:
    make(data, 50)
    with terminal(data) as opened:
        opened.wait_for("50 customers")
        opened.press("down", "enter")
        opened.wait_for("Purchases")
        opened.press("c")
        opened.wait_for("Copied: 1@example.com")
        opened.press("escape")
        opened.wait_for("> Given0001 Family0001")
        opened.press("f10")
        opened.wait_for("Sellmode is locked")
        assert not any("Given" in line for line in opened.screen())
        opened.type(PASSWORD + "\r")
        opened.wait_for("50 customers")
        opened.press("ctrl+c")
        opened.wait_for("Ctrl+Q quits")
        opened.press("ctrl+q")
        assert opened.wait_exit() == 0
        assert foreign_bytes(opened.written, allow=["clipboard"]) == []


def test_keys_that_come_in_one_packet_go_where_they_are_meant(data: Path) -> None:
    make(data, 50)
    with terminal(data) as opened:
        opened.wait_for("50 customers")
        opened.type("/given0007q")  # without the search, q would quit
        opened.wait_for("No customers match")
        opened.press("backspace")
        opened.wait_for("1 customer ")
        opened.press("f9")
        opened.wait_for("Enter signs in")
        opened.press("shift+tab")
        opened.wait_quiet()
        opened.press("ctrl+u")
        opened.type(f"anna\r{PASSWORD}\r")
        opened.wait_for("1 customer ")  # the list as it was left
        assert PASSWORD[:4].encode() not in opened.written


SECRET = "Ωq1 u?ΨdnЖ"
"""A password with keys that are commands elsewhere, and three letters that nothing else writes."""


def shows_secret(opened: Terminal) -> bool:
    return any(letter.encode() in opened.written for letter in "ΩΨЖ")


def several_people(data: Path) -> None:
    """Anna's files with customers, and Teun's."""
    make(data, 5)
    counter.make_account(data, counter.account_of(counter.demo("associate"), "teun"))


def clear_fields(lines: list[str]) -> str:
    """What stands in the fields that are not secret."""
    return "\n".join(line for line in lines if line.lstrip().startswith(("Server", "User name")))


@pytest.mark.parametrize(
    "ways",
    [
        ("f9", "teun", "tab", SECRET, "tab"),
        ("f9", "teun", "enter", SECRET, "tab"),
        ("f9", "quinn", "tab", SECRET, "down"),
        ("f9", "teun bakker", "enter", SECRET),
        ("f9", "tab", "teun", "tab", SECRET),
        ("f9", "down", "enter", SECRET, "tab"),
        ("f9", "enter", SECRET),
        ("f8", "teun", "tab", SECRET),
        ("f10", SECRET),
        ("f10", "f9", "teun", "enter", SECRET),
    ],
    ids=lambda ways: " ".join(way for way in ways if way != SECRET),
)
def test_no_way_to_another_person_shows_a_password(ways: tuple[str, ...], data: Path) -> None:
    several_people(data)
    with terminal(data) as opened:
        opened.wait_for("5 customers")
        opened.type("".join(KEYS.get(way, way) for way in ways))  # in one packet, as over a slow line
        opened.wait_for(lambda lines: any("\u2022" * len(SECRET) in line for line in lines))
        opened.wait_quiet()
        assert not shows_secret(opened)
        typed = next((way for way in ways if way not in KEYS and way != SECRET), None)
        if typed is not None:
            assert typed.partition(" ")[0] in clear_fields(opened.screen())
        assert SERVER in clear_fields(opened.screen()) or "f10" in ways


def test_no_password_shows_where_the_app_starts_with_several_people(data: Path) -> None:
    several_people(data)
    start = "import sys; from sellmode_tui.shell.run import run_app; sys.exit(run_app())"
    with terminal(data, program=start) as opened:
        opened.wait_for("Signed in here before")
        opened.type(f"teun\t{SECRET}")
        opened.wait_for(lambda lines: any("\u2022" * len(SECRET) in line for line in lines))
        opened.wait_quiet()
        assert not shows_secret(opened)


def drafts_of(data: Path) -> list[str]:
    """What the only account's journal keeps of what was typed, read as another process reads it."""
    (path,) = (data / "accounts").glob("*/journal.db")
    with contextlib.closing(Journal(path, counter.KEY)) as journal:
        return journal.drafts.bodies()


def type_note(opened: Terminal, text: str) -> None:
    opened.wait_for("5 customers")
    opened.press("enter")
    opened.wait_for("Consent")
    opened.press("n")
    opened.wait_for("Note about")
    opened.type(text)
    opened.wait_for(text)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_a_note_survives_whatever_ends_the_app(number: signal.Signals, data: Path) -> None:
    make(data, 5)
    with terminal(data) as opened:
        type_note(opened, "likes blue")
        if number == signal.SIGKILL:  # nothing is written any more: a second has to pass
            deadline = time.monotonic() + DEADLINE
            while not any("likes blue" in each for each in drafts_of(data)):
                assert time.monotonic() < deadline
                time.sleep(0.05)
        opened.signal(number)
        opened.wait_exit()
    assert any("likes blue" in each for each in drafts_of(data))
    with terminal(data) as opened:
        opened.wait_for("likes blue")
        opened.type(" too")
        opened.wait_for("likes blue too")
        opened.press("f2")
        opened.wait_for("Saved: note about")
        opened.press("ctrl+q")
        assert opened.wait_exit() == 0
    assert drafts_of(data) == []


def test_a_terminal_that_goes_away_leaves_the_note(data: Path) -> None:
    make(data, 5)
    with terminal(data) as opened:
        type_note(opened, "likes blue")
    with terminal(data) as opened:
        opened.wait_for("likes blue")


def test_two_windows_keep_their_notes_apart(data: Path) -> None:
    make(data, 5)
    with terminal(data) as one:
        type_note(one, "of the first")
        with terminal(data) as other:
            type_note(other, "of the second")
            for opened, text in ((one, "of the first"), (other, "of the second")):
                opened.press("f10")
                opened.wait_for("Sellmode is locked")
                opened.type(PASSWORD + "\r")
                opened.wait_for(text)
    with terminal(data) as opened:  # both have ended: one note lies over the other
        opened.wait_for("of the first")
        opened.press("f2")
        opened.wait_for("of the second")


def test_a_cursor_move_is_cheap_and_idle_costs_nothing(data: Path) -> None:
    make(data, 200)
    with terminal(data) as opened:
        opened.wait_for("SIGNED OUT")
        opened.wait_for(lambda lines: not any("Working offline" in line for line in lines))
        opened.wait_quiet()
        bytes_of(opened, "down", "> Given0001")  # the list has got the row on which that stood, and is drawn whole once
        costs = [bytes_of(opened, "down", f"> Given{number:04}") for number in range(2, 5)]
        assert max(costs) < 1500, costs
        assert opened.count_bytes(2.0) == 0


def test_a_cursor_move_with_the_profile_beside_it(data: Path) -> None:
    make(data, 50)
    with terminal(data, columns=120, rows=30) as opened:
        opened.wait_for("SIGNED OUT")
        opened.wait_for("0@example.com")
        opened.wait_quiet()
        opened.press("down")
        opened.wait_for("1@example.com")


def test_scrolling_a_profile_is_not_animated(data: Path) -> None:
    anna = counter.account_of(counter.demo("associate"), "anna")
    customer = person(anna, "1", "Ann", "Lee")
    notes = [
        Note(
            id=source_id("note", "pty", str(number)),
            customer=customer.id,
            written_at=counter.NOW,
            text=f"note {number}",
        )
        for number in range(100)
    ]
    counter.make_account(data, anna, "associate", [counter.demo("associate").retailer, customer, *notes])
    with terminal(data) as opened:
        opened.wait_for("1 customer ")
        opened.press("enter")
        opened.wait_for("Consent")
        opened.wait_for(lambda lines: not any("Working offline" in line for line in lines))
        opened.wait_quiet()
        before = len(opened.written)
        opened.press("pagedown")
        opened.wait_for("note ")
        opened.wait_quiet()
        assert len(opened.written) - before < 12_000  # animated, it would be five times as much


@pytest.mark.parametrize(
    ("term", "lang", "option"),
    [
        ("linux", "C.UTF-8", "--theme=16-colours"),
        ("vt100", "C.UTF-8", "--theme=ansi"),
        ("xterm-256color", "C.UTF-8", "--ascii"),
        ("xterm-256color", "en_GB", "--theme=no-colours"),
    ],
)
def test_a_plain_terminal_gets_plain_characters(term: str, lang: str, option: str, data: Path) -> None:
    make(data, 5)
    with terminal(data, option, columns=120, rows=30, term=term, lang=lang) as opened:
        opened.wait_for("5 customers")
        opened.press("down", "enter", "?")
        opened.wait_for("[ Esc Close ]")
        opened.press("escape")
        opened.wait_for(lambda lines: not any("[ Esc Close ]" in line for line in lines))
        opened.press("f")
        opened.wait_for("Saved filters")
        opened.press("f10")
        opened.wait_for("Sellmode is locked")
        opened.press("a")
        opened.wait_quiet()
        assert opened.written.isascii()
        assert (b"38;2;" in opened.written) == (option == "--ascii")


def test_without_a_terminal_it_says_so(data: Path) -> None:
    import subprocess

    done = subprocess.run(
        [sys.executable, "-m", "sellmode_tui"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 2
    assert "no terminal" in done.stderr


# ------------------------------------------------------------------ hostile text


def hostile_records() -> list[Record]:
    """A customer for every hostile string, which stands in each of its texts, and in what belongs to it."""
    world = counter.demo("associate")
    anna = counter.account_of(world, "anna")
    store = anna.stores[0]
    records: list[Record] = [world.retailer]
    for number, text in enumerate(HOSTILE):
        id = source_id("customer", "hostile", str(number))
        records += [
            Customer(
                id=id,
                store=store,
                owner=anna.id,
                number=f"H{number}",
                given_name=f"{number:04} {text}",
                email=text,
                phone=text,
                tier=text,
                tags=(text,),
                sizes={text: text},
                preferences=(text,),
                custom={"skin_type": text, text or "x": text, "pet": [{"name": text, text: text}]},
                sources={"email": text},
            ),
            Note(id=source_id("note", "hostile", str(number)), customer=id, written_at=counter.NOW, text=text),
            Contact(
                id=source_id("contact", "hostile", str(number)),
                customer=id,
                at=counter.NOW,
                channel="call",
                summary=text,
            ),
            Order(
                id=source_id("order", "hostile", str(number)),
                customer=id,
                number=text,
                placed_at=counter.NOW,
                currency="EUR",
                total=1,
                channel="store",
                lines=(OrderLine(title=text, amount=1, quantity=1),),
            ),
        ]
    return records


def cursor_at(lines: list[str]) -> int:
    """The number of the customer under the cursor; -1 while that is not on the screen."""
    return next((int(line[2:6]) for line in lines if re.match(r"> \d{4} ", line)), -1)


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (160, 60)])
def test_no_hostile_text_reaches_the_terminal_raw(columns: int, rows: int, data: Path) -> None:
    """Pages through the list, and opens a profile on every third page to its end."""
    anna = counter.account_of(counter.demo("associate"), "anna")
    counter.make_account(data, anna, "associate", hostile_records())
    last = len(HOSTILE) - 1
    with terminal(data, columns=columns, rows=rows) as opened:
        opened.wait_for(f"{len(HOSTILE):,} customers")
        opened.press("end")
        opened.wait_for(f"> {last:04} ")
        opened.press("home")
        opened.wait_for("> 0000 ")
        number = pages = 0
        while number < last:
            if pages % 3 == 0:
                opened.press("enter")
                opened.wait_for(lambda lines: not any("Enter Open" in line for line in lines))  # the profile's keys
                opened.press("end", "c", "w")
                opened.wait_for("Why you see this customer")
                opened.press("escape")
                opened.wait_for(lambda lines: not any("[ Esc Close ]" in line for line in lines))
                opened.press("escape")  # from beside the list, or from over it
                opened.wait_for("Enter Open")
                opened.wait_for(f"> {number:04} ")
            opened.press("pagedown")
            opened.wait_for(lambda lines, before=number: cursor_at(lines) > before)  # type: ignore[misc]  # bound now
            number, pages = cursor_at(opened.screen()), pages + 1
        opened.press("q")
        assert opened.wait_exit() == 0
        assert foreign_bytes(opened.written, allow=["clipboard", "bell"]) == []


# ------------------------------------------------------------------ errors that nobody expected

_RAISING = f"""
from sellmode_tui.screens.customers.list_page import CustomersScreen
from sellmode_tui.account.settings import Settings
from sellmode_tui.account.process import harden_process
import threading

def fail(self):
    name, token = "Jane Canary", "canary-token"
    raise RuntimeError(f"could not sort {{name}} with {{token}}")

def fail_in_a_thread(self):
    threading.Thread(target=lambda: fail(self)).start()

def fail_in_a_worker(self):
    self.run_worker(lambda: fail(self), thread=True)

CustomersScreen.action_sort = fail
CustomersScreen.action_filters = fail_in_a_thread
CustomersScreen.action_reverse = fail_in_a_worker
from sellmode_tui.shell.run import run_app
import sys
sys.exit(run_app(server={SERVER!r}, user_name="anna", password={PASSWORD!r}))
"""


@pytest.mark.parametrize("key", ["s", "f", "S"], ids=["in a handler", "in a thread", "in a worker"])
def test_an_error_nobody_expected_shows_an_id_and_tells_nothing_about_anybody(key: str, data: Path) -> None:
    make(data, 5)
    with terminal(data, program=_RAISING) as opened:
        opened.wait_for("5 customers")
        opened.press(key)
        assert opened.wait_exit() == 1
        screen = "\n".join(opened.screen())
        assert "Sellmode made a mistake and had to stop (error " in screen
        assert b"anary" not in opened.written
        assert b"Traceback" not in opened.written
        assert foreign_bytes(opened.written) == []
    (report,) = (data / "crashes").iterdir()
    assert report.stat().st_mode & 0o777 == 0o600
    text = report.read_text()
    assert "anary" not in text
    assert "RuntimeError" in text
    assert " fail\n" in text
    assert report.stem.rpartition("-")[2] in screen
