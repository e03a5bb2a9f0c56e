"""Hostile text through all of it: a retailer's export, the backend, sync, the cache, the commands and the app's screen.

Each string of the corpus is one customer's name, note and tags, and the title of what that customer bought. The
strings after it are titles of the same order too, so that every eighth profile shows them all.
"""

from __future__ import annotations

import base64
import contextlib
import csv
import itertools
import json
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from sellmode_backend.importers.escaping import as_it_was
from sellmode_backend.importers.values import name
from sellmode_contract.text import escaped_json, visible
from sellmode_tui.account.folders import known_accounts
from sellmode_tui.account.session import unlock
from sellmode_tui.account.settings import Settings
from sellmode_tui.commands.customers.profile import as_json_object, profile_lines
from sellmode_tui.records.customers.lists import CustomerQuery
from sellmode_tui.workspace import Workspace
from tests.backend.importers.exports import ORDER, Export, Record, as_csv, customer, product
from tests.support.backend import serve
from tests.support.hostile import BIDI, HOSTILE, UNSTORABLE, foreign_controls
from tests.support.installed import SELLMODE, Machine, Operator, activate, machine
from tests.support.quick import in_earnest
from tests.support.terminal import Terminal, foreign_bytes

PASSWORD = "purple tractor reads 9 maps"
SELLER = "Ada [/b]\x1b]0;x\x07\u202eLee"
STORE = "Store [@click=app.exit]\x9b2J 1"
SAMPLE = sorted({*range(0, len(HOSTILE), 80), HOSTILE.index(BIDI[0]), HOSTILE.index(BIDI[-1])})
"""Of each class of the corpus some: they follow one another in it, and only the one with directions is a short one."""
LONGEST = sorted(range(len(HOSTILE)), key=lambda place: (len(HOSTILE[place]), HOSTILE[place].count("\n")))[-5:]
LINES = 8
"""So many strings are titles in one order."""
PLAIN = re.compile(r"[!-~][ -~]{0,14}[!-~]", re.ASCII)
"""A name that every column of names has room for, and that is shown as it is."""


@dataclass(frozen=True)
class Shop:
    """A retailer all of whose customers are hostile, and a machine that has synced them."""

    machine: Machine
    account: tuple[str, ...]
    """Options of a command that opens the account."""

    def run(self, *arguments: str) -> bytes:
        """A command's output."""
        ended = self.machine("customers", *arguments, *self.account)
        assert ended.said == ""
        assert foreign_controls(ended.out) == []
        return ended.out

    @contextlib.contextmanager
    def workspace(self) -> Iterator[Workspace]:
        """The account's files, opened in this process."""
        (folder,) = known_accounts(self.machine.data)
        with in_earnest(), contextlib.closing(Workspace(unlock(folder, PASSWORD), Settings())) as workspace:
            yield workspace

    @contextlib.contextmanager
    def app(self, columns: int, rows: int) -> Iterator[Terminal]:
        """The app, whose customers stand in the order of the corpus. Afterwards it has neither leaked nor crashed."""
        with self.machine.terminal(*self.account, columns=columns, rows=rows) as app:
            app.wait_for("ONLINE ·")
            if any("Esc Hide" in line for line in app.wait_for("? Keys")):
                app.press("escape")
                app.wait_for(lambda lines: not any("Esc Hide" in line for line in lines))
            for key, order in (("s", "newest first"), ("s", "most first"), ("S", "least first")):
                app.press(key)
                app.wait_for(order)
            yield app
            app.press("ctrl+q")
            assert app.wait_exit() == 0
        assert foreign_bytes(app.written, allow={"clipboard"}) == []
        assert self.machine.crashes == []


def number(place: int) -> str:
    """Customer number of the string at a place."""
    return f"98{place:05}"


def email(place: int) -> str:
    """An address as hostile as one may be."""
    return f"h{place}[/b]'=@example.com"


def tags(text: str) -> list[str]:
    """The tags of a cell with commas between them."""
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def titles(place: int) -> list[str]:
    """What the customer of a string bought."""
    return HOSTILE[place : place + LINES]


def price(place: int) -> str:
    """What the customer of a string has spent: the list can be sorted by it."""
    return f"{(place + 1) / 100:.2f}"


def export(folder: Path) -> Export:
    """The corpus as a Shopify export."""
    made = Export(folder)
    made.staff([{"Employee ID": "E1", "Name": SELLER, "Location": STORE, "Role": "associate"}])
    made.customers(
        *(
            customer(
                number(place),
                First_Name=text,
                Last_Name="",
                Email=email(place),
                Note=text,
                Tags=f"associate:E1, {text}",
            )
            for place, text in enumerate(HOSTILE)
        )
    )
    # A product's title may not be empty.
    made.products(*(product(f"S{place}", Title=text) for place, text in enumerate(HOSTILE) if text))
    made.orders(
        *(
            ORDER | {
                "Name": f"#{first}", "Id": str(first + 1), "Email": email(first), "Total": price(first),
                "Lineitem quantity": "1", "Lineitem name": HOSTILE[place], "Lineitem sku": f"S{place}",
                "Lineitem price": price(first) if place == first else "0.00", "Employee": SELLER, "Location": STORE,
            }
            for first in range(len(HOSTILE))
            for place in range(first, min(first + LINES, len(HOSTILE)))
        )
    )  # fmt: skip
    return made


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("hostile")
    operator = Operator(f"sqlite:///{folder / 'backend.db'}", folder)
    imported = operator(
        "import", "shopify", str(export(folder / "export").folder), "--retailer", SELLER, "--mode", "associate"
    )
    assert "rejected" not in imported.said
    assert foreign_controls(imported.err) == []
    code = operator("accounts", "code", "--all-new", "--json").json[0]["code"]
    desk = machine(folder / "home")
    account = ("--user", "E1", "--password-file", str(desk.secret(PASSWORD)))
    with serve(operator.database, folder) as backend:
        activate(desk, backend.url, "E1", code, PASSWORD)
        synced = desk("sync", *account)
        assert f"you see {len(HOSTILE)} customers" in synced.out.decode()
        assert foreign_controls(synced.out + synced.err) == []
        yield Shop(desk, account)


# ------------------------------------------------------------------ what is stored


def test_the_cache_holds_every_character(shop: Shop) -> None:
    with shop.workspace() as workspace:
        for place, text in enumerate(HOSTILE):
            (id,) = workspace.records.customers.named(number(place), 2)
            profile = workspace.records.customers.profile(id)
            assert profile is not None
            person = profile.customer
            assert person.given_name == name(text)
            assert person.email == email(place)
            assert list(person.tags) == tags(text)
            assert [note.text for note in profile.notes] == ([text] if text else [])
            assert [line.title for order in profile.orders for line in order.lines] == titles(place)
            assert profile.owner_name == SELLER
            assert profile.store_name == STORE


def test_each_is_found_by_number(shop: Shop) -> None:
    with shop.workspace() as workspace:
        for place in range(len(HOSTILE)):
            found = workspace.records.customers.find(CustomerQuery(number(place)))
            assert [row.id for row in found.rows(0, 2)] == workspace.records.customers.named(number(place), 2)


# ------------------------------------------------------------------ commands


def test_json_gives_every_character_back(shop: Shop) -> None:
    printed = shop.run("list", "--sort", "spend", "--json").decode()
    rows = [json.loads(line) for line in printed.removesuffix("\n").split("\n")]
    assert [row["tags"] for row in rows] == [tags(text) for text in HOSTILE]
    # Who has no name is listed by e-mail.
    assert [row["name"] for row in rows] == [name(text) or email(place) for place, text in enumerate(HOSTILE)]


def test_a_list_is_a_line_for_each(shop: Shop) -> None:
    printed = shop.run("list", "--sort", "spend").decode().removesuffix("\n").split("\n")
    assert len(printed) == 1 + len(HOSTILE)
    for text, line in zip(HOSTILE, printed[1:], strict=True):
        assert line.startswith(visible(name(text)))


def test_a_list_on_a_terminal_is_as_harmless(shop: Shop) -> None:
    everybody = ("customers", "list", "--limit", str(len(HOSTILE)), *shop.account)
    with Terminal([SELLMODE, *everybody], env=shop.machine.environment) as terminal:
        assert terminal.wait_exit() == 0
    assert foreign_bytes(terminal.written) == []


@pytest.mark.parametrize("place", SAMPLE[::3])
def test_a_profile_is_found_and_shown(shop: Shop, place: int) -> None:
    assert visible(email(place)).encode() in shop.run("show", number(place))
    shown = json.loads(shop.run("show", email(place), "--json"))
    assert shown["customer"]["given_name"] == name(HOSTILE[place])
    assert [note["text"] for note in shown["notes"]] == ([HOSTILE[place]] if HOSTILE[place] else [])
    assert [line["title"] for line in shown["orders"][0]["lines"]] == titles(place)
    assert shop.run("search", number(place)).count(b"\n") == 2


def test_every_profile_is_printed_harmlessly(shop: Shop, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """As `show` prints it, without opening the account for each."""
    with shop.workspace() as workspace:
        for place, text in enumerate(HOSTILE):
            profile = workspace.records.customers.profile(*workspace.records.customers.named(number(place), 2))
            assert profile is not None
            click.echo("\n".join(profile_lines(profile, workspace.records.zone())))
            printed = capfdbinary.readouterr().out
            assert foreign_controls(printed) == []
            if PLAIN.fullmatch(text):
                assert printed.count(text.encode()) >= 3  # name, title, note; and tags, if it is one
            document = escaped_json(as_json_object(profile))
            assert foreign_controls(document.encode()) == []
            assert json.loads(document)["customer"]["given_name"] == name(text)


# ------------------------------------------------------------------ the app


def test_the_app_lists_them_all(shop: Shop) -> None:
    with shop.app(80, 24) as app:
        seen: dict[int, str] = {}
        while len(HOSTILE) not in seen:
            seen |= _rows(app.wait_for(_shows_others_than(seen)))
            app.press("pagedown")
        assert sorted(seen) == list(range(1, len(HOSTILE) + 1))
    for place, text in enumerate(HOSTILE):
        if PLAIN.fullmatch(text):
            assert f" {text} " in seen[place + 1]


def test_the_app_shows_every_string_in_profiles_beside_the_list(shop: Shop) -> None:
    with shop.app(112, 60) as app:
        seen = 0
        for place in range(0, len(HOSTILE), LINES):
            # By its bytes: to look through a screen of this size each time takes long.
            seen = app.wait_for_bytes(f"Spend USD {price(place)}".encode(), since=seen)
            app.press(*["down"] * LINES)


@pytest.mark.parametrize("places", [SAMPLE, LONGEST], ids=["some", "longest"])
def test_the_app_opens_profiles(shop: Shop, places: list[int]) -> None:
    with shop.app(80, 24) as app:
        for place in places:
            app.press("/")
            app.wait_for("Tab Autocomplete")
            app.type(number(place))
            app.wait_for("1 customer ·")
            app.press("enter")
            app.wait_for("Enter Open")
            app.press("enter")
            app.wait_for("e Edit")
            app.wait_for(f"Spend USD {price(place)}")
            app.press("end")
            before = len(app.written)
            app.press("c")
            # What is pasted into a shell neither ends a line there nor hides anything.
            copied = base64.b64encode(visible(email(place)).encode())
            app.wait_for_bytes(b"\x1b]52;c;" + copied + b"\x07", since=before)
            app.press("w")
            app.wait_for("Why you see this customer")
            app.press("escape")
            app.wait_for(lambda lines: not any("Why you see" in line for line in lines))
            app.press("escape")
            app.wait_for("/ Search")
            app.press("escape")
            app.wait_for(f"{len(HOSTILE)} customers")


_ROW = re.compile(r"[> ] .* 14 May 2026 +(?:USD )?(?P<units>\d+)\.(?P<cents>\d\d)(?: |$)")


def _list(lines: list[str]) -> list[str]:
    """The lines of the list on the screen: below its headings, above what is said of the row under the cursor."""
    heading = next((place for place, line in enumerate(lines) if line.startswith("  Name ")), len(lines))
    return list(itertools.takewhile(_ROW.match, lines[heading + 1 :]))


def _rows(lines: list[str]) -> dict[int, str]:
    """The lines of the list on the screen, by what was spent in cents."""
    rows = filter(None, map(_ROW.match, _list(lines)))
    return {int(row["units"] + row["cents"]): row.string for row in rows}


def _shows_others_than(seen: Collection[int]) -> Callable[[list[str]], bool]:
    """Whether a page is on the screen, whole, with rows that were not seen yet."""

    def shows(lines: list[str]) -> bool:
        rows = list(_rows(lines))
        # While it is being drawn, some rows are of the page before.
        whole = rows == list(range(rows[0], rows[0] + len(_list(lines)))) if rows else False
        return whole and not set(rows) <= set(seen)

    return shows


# ------------------------------------------------------------------ what cannot be stored


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_what_cannot_be_stored_is_rejected_with_its_place(tmp_path: Path, encoding: str) -> None:
    """Each in one field of one row; rows between them go in."""
    fields = ("First Name", "Note", "Tags")
    bad = [customer(f"{1000 + place}") | {fields[place % 3]: text} for place, (text, _) in enumerate(UNSTORABLE)]
    good = [customer(f"{2000 + place}") for place in range(len(UNSTORABLE))]
    rows: list[Record] = [row for pair in zip(bad, good, strict=True) for row in pair]
    folder = Export(tmp_path / "export").staff().folder
    content = as_csv(rows).encode(encoding, "surrogatepass")
    (folder / "customers.csv").write_bytes(content)
    operator = Operator(f"sqlite:///{tmp_path / 'backend.db'}", tmp_path)
    imported = operator("import", "shopify", str(folder), "--retailer", "M", "--mode", "team", "--currency", "EUR",
                        "--rejects", str(tmp_path / "rejects"), code=3)  # fmt: skip
    assert f"{len(rows)} rows read, {len(bad)} rejected" in imported.said
    assert foreign_controls(imported.err) == []

    (path,) = (tmp_path / "rejects").iterdir()
    assert path.name == "customers.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rejected = list(csv.DictReader(file))
    assert [int(row["Sellmode Line"]) for row in rejected] == [2 + 2 * place for place in range(len(bad))]
    for place, (text, at) in enumerate(UNSTORABLE):
        assert rejected[place]["Sellmode Column"] == fields[place % 3]
        assert f"character {at + 1} of the field" in rejected[place]["Sellmode Reason"]
        if text[at] == "\0":
            assert "NUL" in rejected[place]["Sellmode Reason"]
        else:
            assert ("not UTF-8" if encoding == "utf-8" else "half of a character") in rejected[place]["Sellmode Reason"]
        kept = as_it_was(rejected[place]["Sellmode Row"])
        original = kept.encode("utf-8", "surrogateescape" if encoding == "utf-8" else "surrogatepass")
        assert text.encode("utf-8", "surrogatepass") in original
    assert foreign_controls(path.read_bytes(), allowed="\r\n") == []
