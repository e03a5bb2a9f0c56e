"""The commands, run as a person runs them: what they print, where, and how they end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sellmode_contract.ids import source_id
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.order import Order, OrderLine
from sellmode_contract.visibility import Account
from sellmode_tui import misplaced, sealed
from sellmode_tui.account.session import unlock
from sellmode_tui.sync.leader import Leader
from tests.support.hostile import HOSTILE, foreign_controls
from tests.support.machine import COMMAND, Machine
from tests.support.proxy import DEADLINE, PASS, FaultProxy, Gate, Plan, after_head, canned, captive_portal, hold
from tests.support.quick import PROGRAM, QUICKLY
from tests.support.shop import NOON, PASSWORD, Shop, customer, open_shop
from tests.support.terminal import Terminal as Pty


@dataclass
class Desk(Machine):
    """A machine with an account that has synced."""

    shop: Shop
    ada: Account
    people: list[Customer]


@contextlib.contextmanager
def open_desk(folder: Path) -> Iterator[Desk]:
    with open_shop(f"sqlite:///{folder / 'backend.db'}") as shop:
        ada = shop.person("ada")
        people = shop.customers(60, ada)
        shop.customers(5, shop.person("ben"), begin=100)
        desk = Desk(folder, shop, ada, people)
        first = desk.ask("sync", "--server", shop.url, "--user", "ada")
        assert first.code == 0, first
        assert "you see 60 customers" in first.out
        yield desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk at which nothing is changed."""
    with open_desk(tmp_path_factory.mktemp("office")) as opened:
        yield opened


@pytest.fixture
def empty(tmp_path: Path) -> Machine:
    """A machine on which nobody has signed in."""
    return Machine(tmp_path)


# ------------------------------------------------------------------ customers


def test_a_list_is_a_table_cut_nowhere_but_by_its_limit(office: Desk) -> None:
    everybody = office.ask("customers", "list")
    assert (everybody.code, everybody.err) == (0, "")
    heading, *rows = everybody.out.splitlines()
    assert heading.split() == ["NAME", "TIER", "LAST", "PURCHASE", "SPEND", "LAST", "CONTACT", "ID"]
    assert len(rows) == 60
    assert rows[0].startswith("Given00000 Family00")
    some = office.ask("customers", "list", "--limit", "7")
    assert some.out.splitlines() == [heading, *rows[:7]]
    assert some.err == "7 of 60 customers; 53 more with a larger --limit.\n"


def test_json_is_an_object_a_line_with_every_field(office: Desk) -> None:
    result = office.ask("customers", "list", "tag:vip", "--sort", "name", "--reverse", "--json")
    assert result.code == 0
    vip = sorted(person.id for person in office.people if person.tags)
    assert sorted(row["id"] for row in result.objects) == vip
    assert set(result.objects[0]) == {
        "id", "name", "tier", "tags", "last_purchase", "spend", "currency", "last_contact", "owner", "owner_name",
        "store",
    }  # fmt: skip
    assert result.objects[-1]["name"] == "Given00000 Family00"


def test_the_list_names_owners_in_team_mode_only(desk: Desk) -> None:
    assert "OWNER" not in desk.ask("customers", "list").out
    desk.shop.set_mode("team")
    assert "you see 65 customers" in desk.ask("sync").out
    table = desk.ask("customers", "list").out
    assert "OWNER" in table
    assert table.count("Person ben") == 5


def test_a_search_takes_words_as_words(office: Desk) -> None:
    found = office.ask("customers", "search", "family03", "given00003", "--json")
    assert [row["name"] for row in found.objects] == ["Given00003 Family03"]
    assert office.ask("customers", "search", "0003", "--json").objects
    for words in (["tag:vip"], ["owner:me", "or", "("], ['given"', "\\"]):
        assert office.ask("customers", "search", *words).code in (0, 1)
    nothing = office.ask("customers", "search", '"', "\\")
    assert (nothing.code, "Nothing to search for" in nothing.err) == (2, True)
    many = office.ask("customers", "search", *(f"word{number}" for number in range(40)))
    assert (many.code, "leave out" in many.err) == (2, True)
    nobody = office.ask("customers", "search", "zzyzx")
    assert (nobody.code, nobody.out) == (1, "")


def test_a_filter_that_cannot_be_read_is_pointed_at(office: Desk) -> None:
    result = office.ask("customers", "list", "tag:vip", "tear:gold")
    assert (result.code, result.out) == (2, "")
    _, text, caret, message = result.err.splitlines()
    assert text == "tag:vip tear:gold"
    assert caret == "        ^^^^"
    assert "tear" in message


@pytest.mark.parametrize("by", ["id", "short id", "number", "email", "EMAIL"])
def test_a_customer_is_shown_by_what_names_it(office: Desk, by: str) -> None:
    person = office.people[4]
    name = {"id": person.id, "short id": person.id[:8], "number": person.number, "email": person.email}.get(
        by, person.email.upper()
    )
    shown = office.ask("customers", "show", name)
    assert shown.code == 0
    assert shown.out.startswith("Given00004 Family04\n")
    assert f"note about {person.number}" in shown.out
    assert "Scarf" in shown.out
    document = office.ask("customers", "show", name, "--json").objects[0]
    assert document["customer"]["id"] == person.id
    assert [order["number"] for order in document["orders"]] == [f"O-{person.number}"]
    assert {entry["kind"] for entry in document["timeline"]} == {"order", "note"}


def test_several_of_one_email_are_told_apart(desk: Desk) -> None:
    twins = [msgspec.structs.replace(person, email="both@example.com") for person in desk.people[:2]]
    desk.shop.write(*twins)
    desk.ask("sync")
    result = desk.ask("customers", "show", "both@example.com")
    assert result.code == 2
    assert "both@example.com: Several match; pick one:\n" in result.err
    assert all(f"  {person.id}  {person.name}" in result.err for person in twins)
    only = desk.people[2]
    assert (
        desk.ask("customers", "show", f"{only.given_name} {only.family_name}".lower(), "--json").objects[0]["customer"][
            "id"
        ]
        == only.id
    )


def test_who_is_not_visible_and_who_does_not_exist_answer_alike(office: Desk) -> None:
    bens = customer(100, None, "Alpha")
    for command in (["customers", "show"], ["why", "customer"]):
        hidden = office.ask(*command, bens.id)
        nobody = office.ask(*command, "0" * 36)
        assert (hidden.code, hidden.out) == (nobody.code, nobody.out) == (1, "")
        assert hidden.err.replace(bens.id, "") == nobody.err.replace("0" * 36, "")


def test_why_tells_rule_mode_owner_and_audience(desk: Desk) -> None:
    person = desk.people[0]
    told = desk.ask("why", "customer", person.number).out
    assert "visible to Person ada" in told
    assert "Associate Mode" in told
    document = desk.ask("why", "customer", person.number, "--json").objects[0]
    assert document["audience"] == f"person:Alpha:{desk.ada.id}"
    note = source_id("note", "shop", person.id)
    assert f"note about {person.name} is visible to Person ada." in desk.ask("why", "record", "note", note[:8]).out
    assert desk.ask("why", "record", "note", "0" * 36).code == 1
    desk.shop.set_mode("team")
    desk.ask("sync")
    told = desk.ask("why", "customer", person.number).out
    assert "everyone in Alpha" in told
    assert "Team Mode" in told


# ------------------------------------------------------------------ sync and its ends


def test_a_sync_tells_what_came(desk: Desk) -> None:
    assert desk.ask("sync").out == "Nothing is new; you see 60 customers.\n"
    desk.shop.customers(2, desk.ada, begin=300)
    told = desk.ask("sync", "--json").objects[0]
    assert told["received"] >= 8
    assert told["customers"] == 62
    assert told["mode"] == "associate"


def test_a_sync_tells_what_became_of_what_was_written(desk: Desk) -> None:
    kept, gone = desk.shop.customers(2, desk.ada, begin=310)
    desk.ask("sync")
    desk.ask("customers", "note", kept.number, "likes blue")
    desk.ask("customers", "note", gone.number, "likes red")
    desk.shop.write(removed=[("customer", gone.id)])
    told = desk.ask("sync")
    assert told.code == 0
    assert told.out.startswith("1 sent, 1 refused or handed over.\n")
    assert "1 needs attention; see `sellmode attention list`" in told.err
    desk.ask("customers", "note", kept.number, "likes green")
    document = desk.ask("sync", "--json").objects[0]
    assert (document["sent"], document["refused"], document["unsent"], document["attention"]) == (1, 0, 0, 1)


def test_commands_work_with_the_line_down_and_sync_says_why_not(desk: Desk) -> None:
    with FaultProxy(int(desk.shop.url.rpartition(":")[2])) as proxy:
        arguments = ("--server", proxy.url, "--user", "ada")
        assert desk.ask("sync", *arguments).code == 0
        proxy.refuse()
        proxy.drop_all()
        assert desk.ask("customers", "list", *arguments).code == 0
        offline = desk.ask("sync", *arguments)
        assert (offline.code, offline.out) == (4, "")
        assert "Nothing answers" in offline.err
        proxy.accept()
        for reply in (captive_portal(), canned(503)):
            proxy.script = [Plan(reply=reply)]
            assert desk.ask("sync", *arguments).code == 4
        assert desk.ask("sync", *arguments).code == 0


def test_several_accounts_are_told_apart_and_none_is_guessed(desk: Desk) -> None:
    assert desk.ask("sync", "--server", desk.shop.url, "--user", "BEN").code == 0
    which = desk.ask("customers", "list")
    assert which.code == 2
    assert "--user ada" in which.err
    assert "--user ben" in which.err
    assert len(desk.ask("customers", "list", "--user", "ben", "--json").objects) == 5
    assert desk.ask("customers", "list", "--user", "nobody").code == 3


def test_a_wrong_password_opens_nothing(office: Desk, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("not the password\n")
    for command in (["customers", "list"], ["sync"]):
        refused = office.run(*command, "--password-file", str(other))
        assert (refused.code, refused.out) == (3, "")
        assert "password" in refused.err


def test_a_password_file_must_be_private_and_say_something(desk: Desk, tmp_path: Path) -> None:
    desk.password_file.chmod(0o644)
    refused = desk.ask("customers", "list")
    assert refused.code == 6
    assert "chmod 600" in refused.err
    empty = tmp_path / "empty"
    empty.touch()
    assert desk.run("customers", "list", "--password-file", str(empty)).code == 2
    assert desk.run("customers", "list", "--password-file", str(tmp_path / "none")).code == 2


def test_a_session_that_ended_at_the_server_is_begun_anew(desk: Desk) -> None:
    desk.shop.disable(desk.ada)
    with desk.shop.database.transaction() as connection:
        from sellmode_backend.accounts import directory

        directory.enable(connection, desk.ada)
    desk.shop.customers(1, desk.ada, begin=400)
    again = desk.ask("sync")
    assert (again.code, again.err.count("Synced")) == (0, 1)
    assert "you see 61 customers" in again.out


def test_a_disabled_account_is_sealed(desk: Desk) -> None:
    assert desk.ask("customers", "note", "C-00000", "silk").code == 0
    desk.shop.disable(desk.ada)
    refused = desk.ask("sync")
    assert refused.code == 5
    assert "disabled. All your changes have been sent." in refused.err
    folder = desk.account
    assert not folder.opens_offline
    assert not folder.cache_path.exists()
    assert folder.journal_path.exists()
    assert desk.ask("customers", "list").code == 5
    assert desk.run("accounts", "--json").objects[0]["state"] == "disabled"


def test_another_process_that_syncs_is_waited_for(desk: Desk) -> None:
    folder = desk.account
    other = Leader(folder.lock_path)
    assert other.lead()
    with desk.start("sync") as waiting:
        assert waiting.stderr is not None
        assert "waiting for it" in waiting.stderr.readline()
        other.close()
        assert waiting.wait(20) == 0


# ------------------------------------------------------------------ files


def _damaged(path: Path, how: str) -> None:
    content = bytearray(path.read_bytes())
    if how == "truncated":
        path.write_bytes(content[: len(content) // 2 + 100])
    elif how == "emptied":
        path.write_bytes(b"")
    else:
        start = 100 if how == "first page" else 4096
        content[start:] = bytes(byte ^ 0x5A for byte in content[start:])
        path.write_bytes(content)


@pytest.mark.parametrize("how", ["first page", "other pages", "truncated", "emptied"])
def test_a_damaged_cache_is_fetched_anew(desk: Desk, how: str) -> None:
    folder = desk.account
    _damaged(folder.cache_path, how)
    told = desk.ask("customers", "list")
    assert (told.code, told.out) == (6, "")
    assert "sellmode sync" in told.err
    assert desk.ask("sync").code == 0
    assert len(desk.ask("customers", "list", "--json").objects) == 60
    _damaged(folder.cache_path, how)
    assert desk.ask("sync").code == 0
    assert len(desk.ask("customers", "list", "--json").objects) == 60


def test_a_cache_of_a_newer_version_is_fetched_anew(desk: Desk) -> None:
    folder = desk.account
    session = unlock(folder, PASSWORD)
    connection = sealed.connect(folder.cache_path, session.key)
    connection.execute("INSERT INTO migration VALUES ('of_next_year', '2027-01-01')")
    connection.close()
    session.close()
    synced = desk.ask("sync")
    assert synced.code == 0
    assert "downloading everything again" in synced.err
    assert len(desk.ask("customers", "list", "--json").objects) == 60


def test_a_disk_without_room_is_told_and_loses_nothing(desk: Desk) -> None:
    """The kernel refuses to let a file grow, as a full disk does."""
    desk.shop.customers(300, desk.ada, begin=1000)
    folder = desk.account
    limit = folder.cache_path.stat().st_size + 60_000
    code = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}));{PROGRAM}"
    full = subprocess.run(
        [sys.executable, "-c", code, "sync", "--password-file", str(desk.password_file)],
        env=desk.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert full.returncode == 6, full
    assert "Check the disk" in full.stderr
    assert len(desk.ask("customers", "list", "--json").objects) >= 60
    assert "you see 360 customers" in desk.ask("sync").out


@pytest.mark.parametrize("after", [10, 2_500, 6_000])
def test_a_first_sync_that_is_killed_goes_on(empty: Machine, sqlite_url: str, after: int) -> None:
    gate = Gate()
    with open_shop(sqlite_url) as shop, FaultProxy(int(shop.url.rpartition(":")[2])) as proxy:
        shop.customers(150, shop.person("ada"))
        account = ["--server", proxy.url, "--user", "ada"]
        proxy.script = [PASS, Plan(down=[after_head(hold(gate, after))])]  # signing in, and the sync
        with empty.start("sync", *account) as syncing:
            gate.wait_reached()
            syncing.kill()
            assert syncing.communicate() == ("", "")
        gate.release()
        half = empty.ask("customers", "list", *account)
        assert half.code in (0, 1)
        assert "not complete" in half.err
        done = empty.ask("sync", *account)
        assert (done.code, "you see 150 customers" in done.out) == (0, True)
        assert len(empty.ask("customers", "list", "--json", *account).objects) == 150


# ------------------------------------------------------------------ what opens no account


def test_accounts_and_status_open_nothing(desk: Desk) -> None:
    folder = desk.account
    folder.slot_path.chmod(0o000)
    folder.cache_path.write_bytes(b"nothing that could be read")
    account = desk.run("accounts", "--json").objects[0]
    assert (account["user_name"], account["server"], account["state"]) == ("ada", desk.shop.url, "ready")
    status = desk.run("status", "--json").objects[0]
    assert status["line"] == "unknown"
    assert status["synced_at"] is not None
    assert PASSWORD not in str(status)
    assert "Person ada" in desk.run("status").out
    assert "Person ada" in desk.run("accounts").out


def test_status_and_doctor_tell_what_is_not_sent_without_opening_anything(desk: Desk) -> None:
    def told() -> tuple[tuple[Any, Any], str, str, str]:
        status = desk.run("status", "--json").objects[0]
        (check,) = [each for each in desk.run("doctor", "--json").objects if each["check"] == "changes"]
        (line,) = [line for line in desk.run("status").out.splitlines() if line.startswith("  changes ")]
        return (
            (status["unsent"], status["refused"]),
            line.removeprefix("  changes ").strip(),
            *(check[name] for name in ("result", "detail")),
        )

    assert told() == ((0, 0), "everything sent", "ok", "ada: everything sent")
    assert desk.ask("customers", "note", "C-00000", "silk").code == 0
    assert told() == ((1, 0), "1 not sent", "warning", "ada: 1 not sent")
    with contextlib.closing(unlock(desk.account, PASSWORD)):
        numbers, line, result, _ = told()
        assert (numbers, line.partition(":")[0], result) == ((None, None), "unknown until you sign in", "warning")
    assert told()[0] == (1, 0)
    assert desk.ask("sync").code == 0
    assert told()[0] == (0, 0)


def test_status_and_doctor_tell_of_records_that_were_sent_here_by_mistake(desk: Desk) -> None:
    assert desk.run("status", "--json").objects[0]["misplaced"] == 0
    misplaced.note(desk.account.cache_path, 3)
    assert desk.run("status", "--json").objects[0]["misplaced"] == 3
    told = "3 records sent here by mistake and not shown: tell your server's administrator"
    assert told in desk.run("status").out
    (check,) = [each for each in desk.run("doctor", "--json").objects if each["check"] == "records"]
    assert (check["result"], check["detail"]) == ("warning", f"ada: {told}")


def test_a_machine_without_accounts(empty: Machine) -> None:
    for command in ("accounts", "status"):
        assert empty.run(command).code == 1
    assert empty.run("customers", "list").code == 3
    assert empty.run("sync").code == 3
    assert empty.run("doctor").code == 0


def test_the_doctor_finds_what_is_wrong_with_files(desk: Desk) -> None:
    folder = desk.account
    well = desk.run("doctor", "--json")
    assert well.code == 0
    assert {check["check"] for check in well.objects} == {
        "version", "sqlite", "settings", "files", "changes", "disk", "keyring", "terminal", "clock",
    }  # fmt: skip
    folder.cache_path.chmod(0o640)
    (folder.path / "link").symlink_to("/etc/passwd")
    ill = desk.run("doctor", "--json")
    assert ill.code == 6
    failures = [check["detail"] for check in ill.objects if check["result"] == "failure"]
    assert any("chmod 600" in detail and "cache.db" in detail for detail in failures)
    assert any("link" in detail for detail in failures)


def test_the_doctor_names_the_settings_that_are_ones_own(empty: Machine) -> None:
    file = Path(empty.environment["SELLMODE_CONFIG_DIR"]) / "settings.toml"
    file.parent.mkdir()
    for text, told in (
        ("", "none, and none are needed"),
        ('server = "https://sell.example.com"\ntheme = "light"\n[keys]\n"app.undo" = "z"\n',
         "server https://sell.example.com, theme, keys"),
    ):  # fmt: skip
        file.write_text(text)
        (check,) = [each for each in empty.run("doctor", "--json").objects if each["check"] == "settings"]
        assert check["detail"] == told


def test_the_doctor_asks_only_a_terminal_that_is_its_own(empty: Machine) -> None:
    """Not one that belongs to another session, and where the caller has closed the input there is none."""
    ours, theirs = os.openpty()
    with open(ours, "rb"), open(theirs, "rb") as stranger:  # noqa: PTH123  # descriptors
        for command in ([*COMMAND, "doctor"], ["sh", "-c", 'exec "$@" <&-', "sh", *COMMAND, "doctor"]):
            done = subprocess.run(
                command, check=False, stdin=stranger, env=empty.environment, capture_output=True, text=True,
                start_new_session=True,
            )  # fmt: skip
            assert (done.returncode, done.stderr) == (0, "")
            assert "none; the app needs one" in done.stdout


def test_the_doctor_asks_servers_when_told_to(desk: Desk) -> None:
    (there,) = [check for check in desk.run("doctor", "--online", "--json").objects if check["check"] == "server"]
    assert there["result"] == "ok"
    with FaultProxy(int(desk.shop.url.rpartition(":")[2])) as proxy:
        desk.ask("sync", "--server", proxy.url, "--user", "ada")
        proxy.drop_all()
        proxy.otherwise = Plan(reply=captive_portal())
        checks = [check for check in desk.run("doctor", "--online", "--json").objects if check["check"] == "server"]
    assert sorted(check["result"] for check in checks) == ["ok", "warning"]


def test_status_and_doctor_look_at_the_accounts_that_are_named(desk: Desk) -> None:
    with FaultProxy(int(desk.shop.url.rpartition(":")[2])) as proxy:
        assert desk.ask("sync", "--server", proxy.url, "--user", "ada").code == 0
    assert len(desk.run("status", "--user", "ADA", "--json").objects) == 2
    (status,) = desk.run("status", "--server", desk.shop.url, "--json").objects
    assert status["server"] == desk.shop.url
    nobody = desk.run("status", "--user", "nobody")
    assert (nobody.code, nobody.out, f"--server {proxy.url} --user ada" in nobody.err) == (3, "", True)
    named = desk.run("doctor", "--online", "--server", desk.shop.url, "--json").objects
    assert [check["result"] for check in named if check["check"] in ("changes", "server")] == ["ok", "ok"]
    assert desk.run("doctor", "--user", "nobody").code == 3
    elsewhere = desk.run(
        "doctor", "--online", "--server", proxy.url.replace("127.0.0.1", "localhost"), "--json"
    ).objects
    (server,) = [check for check in elsewhere if check["check"] in ("changes", "server")]
    assert (server["check"], server["result"]) == ("server", "warning")


LOADED = """
import sys
sys.argv = ["sellmode", *sys.argv[1:]]
from sellmode_tui.cli import main
try:
    main()
except SystemExit:
    pass
print(*sys.modules, file=sys.stderr)
"""


@pytest.mark.no_cover  # a tracer brings modules of its own
@pytest.mark.parametrize(
    "arguments",
    [
        ["accounts"],
        ["status"],
        ["doctor"],
        ["customers", "list"],
        ["why", "customer", "C-00001"],
        ["sync"],
        ["attention", "list"],
        ["unsent"],
        ["undo"],
        ["customers", "edit", "C-00001", "--set", "tier=gold"],
    ],
)
def test_what_commands_load(office: Desk, arguments: list[str]) -> None:
    opens = arguments[0] not in ("accounts", "status", "doctor")
    password = ["--password-file", str(office.password_file)] if opens else []
    done = subprocess.run(
        [sys.executable, "-c", QUICKLY + LOADED, *arguments, *password],
        env=office.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stderr.splitlines()[-1].split())
    assert "sellmode_tui.cli" in loaded
    assert not loaded & {"textual", "rich", "keyring", "sqlite3", "sqlalchemy", "sellmode_backend"}
    assert opens == ("sellmode_tui.cache" in loaded)


# ------------------------------------------------------------------ hostile text and hostile ends


def test_hostile_text_is_drawn_and_never_obeyed(desk: Desk) -> None:
    """As name, note and product title, through import's own tables, sync, list, profile and why, and back by JSON."""
    texts = [text for text in HOSTILE if text]
    people = [
        Customer(
            id=source_id("customer", "hostile", str(number)),
            store="Alpha",
            owner=desk.ada.id,
            given_name=text,
            tier=text[:100],
            tags=(text,),
        )
        for number, text in enumerate(texts)
    ]
    first = people[0]
    notes = [
        Note(id=source_id("note", "hostile", str(number)), customer=first.id, written_at=NOON, text=text)
        for number, text in enumerate(texts)
    ]
    lines = tuple(OrderLine(title=text, amount=1, quantity=1) for text in texts)
    order = Order(
        id=source_id("order", "hostile", "1"), customer=first.id, number=texts[0], placed_at=NOON,
        currency="EUR", total=1, channel="store", lines=lines,
    )  # fmt: skip
    desk.shop.write(*people, *notes, order)
    assert desk.ask("sync").code == 0
    for command in (["customers", "list"], ["customers", "show", first.id], ["why", "customer", first.id]):
        for flags in ([], ["--json"]):
            printed = desk.ask(*command, *flags)
            assert printed.code == 0
            assert foreign_controls(printed.out.encode()) == []
    rows = {row["id"]: row["name"] for row in desk.ask("customers", "list", "--json").objects}
    assert all(rows[person.id] == person.name for person in people)
    shown = desk.ask("customers", "show", first.id, "--json").objects[0]
    assert sorted(note["text"] for note in shown["notes"]) == sorted(texts)
    assert [line["title"] for line in shown["orders"][0]["lines"]] == texts
    for text in ("\x1b[2J", "\x9b6n", "\u202eeel", "a\nb"):
        for command in (["customers", "show"], ["customers", "list"], ["customers", "search"], ["why", "customer"]):
            said = desk.ask(*command, text)
            assert foreign_controls(said.err.encode()) == []


def test_a_reader_that_goes_away_ends_a_command_quietly(desk: Desk) -> None:
    desk.shop.write(*(customer(number, desk.ada, "Alpha") for number in range(1000, 1600)))
    assert desk.ask("sync").code == 0
    with desk.start("customers", "list", "--json") as command:
        assert command.stdout is not None
        assert command.stderr is not None
        assert command.stdout.readline().startswith("{")
        command.stdout.close()
        assert command.stderr.read() == ""
        assert command.wait(DEADLINE) == 141


@pytest.mark.parametrize("program", [["sellmode_tui"], ["sellmode_backend"]])
def test_output_that_cannot_be_written_is_no_fault(program: list[str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", *program, "--help"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, env={"HOME": str(tmp_path)}
        )
    assert (done.returncode, done.stderr.removeprefix("Error: ")) == (
        6, "The output cannot be written: No space left on device.\n",
    )  # fmt: skip


def test_a_closed_output_is_no_fault(tmp_path: Path) -> None:
    command = f"{sys.executable} -m sellmode_tui --version >&-"
    done = subprocess.run(
        ["/bin/sh", "-c", command], stderr=subprocess.PIPE, text=True, check=False, env={"HOME": str(tmp_path)}
    )
    assert (done.returncode, done.stderr) == (6, "The output cannot be written: it is closed.\n")


def interrupted(process: subprocess.Popen[str]) -> tuple[str, str]:
    """What it says when it is interrupted. A signal between Python's look for signals and a system call that blocks is
    heard after the call, as in every program in Python: a person presses Ctrl+C again.
    """
    for patience in (DEADLINE / 4, DEADLINE):
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=patience)
    raise TimeoutError("it does not end")


def test_an_interrupt_ends_a_command_with_130(desk: Desk) -> None:
    with FaultProxy(int(desk.shop.url.rpartition(":")[2])) as proxy:
        account = ["--server", proxy.url, "--user", "ada"]
        assert desk.ask("sync", *account).code == 0
        gate = Gate()
        proxy.script = [Plan(down=[hold(gate)])]
        with desk.start("sync", *account) as syncing:
            gate.wait_reached()
            assert interrupted(syncing) == ("", "Interrupted.\n")
        gate.release()
        assert syncing.returncode == 130


def test_an_unexpected_error_leaves_an_id_and_a_scrubbed_report(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError("Ann Lee's secret")

    monkeypatch.setattr("sellmode_tui.records.customers.access.Customers.find", fails)
    result = office.ask("customers", "list")
    assert result.code == 70
    assert "Traceback" not in result.err
    assert "secret" not in result.err
    (report,) = (office.data / "crashes").iterdir()
    assert report.stem.rpartition("-")[2] in result.err
    assert report.stat().st_mode & 0o777 == 0o600
    written = report.read_text()
    assert "ZeroDivisionError" in written
    assert "commands/customers/group.py" in written
    assert "secret" not in written


def test_the_password_is_asked_for_on_the_terminal_and_not_shown(office: Desk) -> None:
    with Pty([*COMMAND, "customers", "list", "--limit", "3"], env=office.environment) as pty:
        pty.wait_for("Password of Person ada")
        pty.type(f"{PASSWORD}\r")
        assert pty.wait_exit() == 0
        assert PASSWORD.encode() not in pty.written
        assert "3 of 60 customers" in pty.written.decode()
        assert foreign_controls(pty.written, allowed="\r\n") == []


def test_without_a_terminal_and_a_password_file_it_says_so(office: Desk) -> None:
    done = subprocess.run(
        [*COMMAND, "customers", "list"],
        env=office.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )
    assert done.returncode == 3
    assert "--password-file" in done.stderr


def test_the_password_may_come_from_standard_input(office: Desk) -> None:
    done = subprocess.run(
        [*COMMAND, "customers", "list", "--json", "--password-file", "-"],
        env=office.environment,
        input=f"{PASSWORD}\n",
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(done.stdout.splitlines()) == 60


def test_account_options_before_a_command_are_refused(empty: Machine) -> None:
    result = empty.run("--user", "ada", "customers", "list")
    assert result.code == 2
    assert "after the command" in result.err
