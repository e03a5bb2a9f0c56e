"""The commands that write, run as a person runs them: kept at once, sent by a sync, refused with a reason."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sellmode_backend.store import duplicates
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.consent import Consent
from tests.support.hostile import HOSTILE, UNSTORABLE, foreign_controls
from tests.support.machine import COMMAND, Machine, Result
from tests.support.proxy import FaultProxy
from tests.support.shop import Shop, customer
from tests.tui.test_cli import Desk, open_desk

FIRST = "C-00000"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened


def feed(machine: Machine, text: str, *arguments: str) -> Result:
    """A command in a process of its own, with something on its standard input."""
    done = subprocess.run(
        [*COMMAND, *arguments, "--password-file", str(machine.password_file)],
        env=machine.environment,
        input=text.encode(),
        capture_output=True,
        check=False,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def shown(machine: Machine, who: str = FIRST) -> dict[str, Any]:
    return machine.ask("customers", "show", who, "--json").objects[0]


def at_backend(shop: Shop, kind: str) -> list[Any]:
    """What the backend has of a kind."""
    return [record for record in shop.world().records if type(record).__name__ == kind]


def another(desk: Desk, name: str, **person: Any) -> Machine:
    """Somebody else at a machine of their own."""
    folder = desk.folder / name
    folder.mkdir(exist_ok=True)
    if not person.pop("known", False):
        desk.shop.person(name, **person)
    machine = Machine(folder)
    assert machine.ask("sync", "--server", desk.shop.url, "--user", name).code == 0
    return machine


# ------------------------------------------------------------------ writing


def test_a_customer_is_added_offline_and_sent_by_a_sync(desk: Desk) -> None:
    added = feed(
        desk, "", "customers", "add", "--given", "Anna", "--family", "Muster", "--phone", "+41 44 123 45 67",
        "--add", "tag=vip", "--set", "sizes.shoes=39", "--json",
    )  # fmt: skip
    assert added.code == 0, added
    (written,) = added.objects
    assert (written["words"], written["nothing"], written["shown"], written["unsent"]) == (
        "new customer Anna Muster", False, True, 1,
    )  # fmt: skip
    assert added.err == "1 not sent yet: `sellmode sync` or the app sends it.\n"
    assert [row["name"] for row in desk.ask("customers", "list", "tag:vip", "anna", "--json").objects] == [
        "Anna Muster"
    ]
    profile = shown(desk, written["id"])
    assert (profile["customer"]["sizes"], profile["owner_name"]) == ({"shoes": "39"}, "Person ada")
    unsent = desk.ask("unsent")
    assert "new customer Anna Muster" in unsent.out
    assert desk.ask("sync").code == 0
    (kept,) = [person for person in at_backend(desk.shop, "Customer") if person.id == written["id"]]
    assert (kept.name, kept.owner, kept.tags) == ("Anna Muster", desk.ada.id, ("vip",))
    assert shown(desk, written["id"])["customer"]["phone"] == "+41 44 123 45 67"
    assert desk.ask("unsent").code == 1


def test_who_is_known_is_not_added_twice_by_mistake(desk: Desk) -> None:
    person = desk.people[0]
    arguments = ["customers", "add", "--given", "Twin", "--email", person.email.upper()]
    refused = desk.ask(*arguments)
    assert refused.code == 7
    assert f"{person.id}  {person.name}, of Person ada: the same e-mail" in refused.err
    assert (refused.out, desk.ask("unsent").code) == ("", 1)
    by_phone = desk.ask("customers", "add", "--given", "Twin", "--phone", person.phone)
    assert (by_phone.code, "the same phone" in by_phone.err) == (7, True)
    hidden = customer(100, None, "Alpha")
    assert desk.ask("customers", "add", "--given", "Twin", "--email", hidden.email).code == 0, (
        "a colleague's says nothing"
    )
    assert desk.ask(*arguments, "--anyway").code == 0
    assert len(desk.ask("customers", "search", "twin", "--json").objects) == 2


def test_fields_are_edited_from_the_command_line_and_from_a_file_nobody_else_sees(desk: Desk) -> None:
    edited = desk.ask(
        "customers", "edit", FIRST, "--set", "phone=+41 44 765 43 21", "--set", "sizes.shoes=42",
        "--set", "given_name=", "--add", "tag=gold", "--add", "preference=silk", "--remove", "tag=vip",
    )  # fmt: skip
    assert edited.code == 0, edited
    assert edited.out == f"Saved: phone number, size of shoes and 3 more fields of {desk.people[0].name}.\n"
    person = shown(desk)["customer"]
    assert (person["phone"], person["sizes"], person["given_name"], person["tags"], person["preferences"]) == (
        "+41 44 765 43 21", {"shoes": "42"}, "", ["gold"], ["silk"],
    )  # fmt: skip
    changes = {"set": {"address": {"lines": ["Weg 1"], "city": "Bern"}, "phone": None}, "add": {"tags": ["vip"]}}
    assert feed(desk, json.dumps(changes), "customers", "edit", FIRST, "--from", "-").code == 0
    file = desk.folder / "changes.json"
    file.write_text(json.dumps({"remove": {"tags": ["gold"]}}))
    assert desk.ask("customers", "edit", FIRST, "--from", str(file)).code == 0
    person = shown(desk)["customer"]
    assert (person["address"]["city"], person["phone"], person["tags"]) == ("Bern", "", ["vip"])
    again = desk.ask("customers", "edit", FIRST, "--set", "sizes.shoes=42", "--json")
    assert (again.code, again.objects[0]["nothing"], again.objects[0]["unsent"]) == (0, True, 3)
    fields = {"given_name": "Bea", "sizes": {"shoes": "38"}}
    assert feed(desk, json.dumps(fields), "customers", "add", "--from", "-", "--family", "Keller").code == 0
    assert [row["name"] for row in desk.ask("customers", "search", "keller", "--json").objects] == ["Bea Keller"]


def test_notes_contacts_consent_and_dates(desk: Desk) -> None:
    assert feed(desk, "Likes blue\nand green\n", "customers", "note", FIRST, "-").code == 0
    assert desk.ask("customers", "note", FIRST, "--private", "For me").code == 0
    assert feed(desk, "Asked for a coat", "customers", "log", FIRST, "call", "-", "--inbound").code == 0
    assert desk.ask("customers", "log", FIRST, "visit", "--at", "2026-11-01T17:30+01:00").code == 0
    assert desk.ask("customers", "consent", FIRST, "sms", "subscribed", "--evidence", "Signed form").code == 0
    assert desk.ask("customers", "consent", FIRST, "email", "unsubscribed").code == 0
    assert desk.ask("customers", "date", FIRST, "add", "birthday", "03-14").code == 0
    assert (
        desk.ask("customers", "date", FIRST, "edit", "Birthday", "03-15", "--year", "1990", "--about", "Tom").code == 0
    )
    assert desk.ask("sync").code == 0
    profile = shown(desk)
    notes = {note["text"]: note["id"] for note in profile["notes"] if note["author"] == desk.ada.id}
    assert notes.keys() == {"Likes blue\nand green", "For me"}
    assert [(each["channel"], each["inbound"], each["summary"]) for each in profile["contacts"]] == [
        ("call", True, "Asked for a coat"), ("visit", False, ""),
    ]  # fmt: skip
    assert profile["contacts"][1]["at"] == "2026-11-01T16:30:00Z"
    assert {each["channel"]: each["state"] for each in profile["consents"]} == {
        "sms": "subscribed", "email": "unsubscribed",
    }  # fmt: skip
    (date,) = profile["dates"]
    assert (date["label"], date["month"], date["day"], date["year"], date["about"]) == ("birthday", 3, 15, 1990, "Tom")
    assert desk.ask("customers", "note", FIRST, "--edit", notes["For me"], "For us").code == 0
    assert desk.ask("customers", "note", FIRST, "--remove", notes["Likes blue\nand green"]).code == 0
    assert desk.ask("customers", "log", FIRST, "--remove", profile["contacts"][0]["id"]).code == 0
    assert desk.ask("customers", "date", FIRST, "remove", date["id"]).code == 0
    profile = shown(desk)
    assert [note["text"] for note in profile["notes"] if note["author"] == desk.ada.id] == ["For us"]
    assert (len(profile["contacts"]), profile["dates"]) == (1, [])


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["edit", FIRST, "--set", "email=anna"], 7, "name@example.com. (field email)"),
        (["edit", FIRST, "--set", "tier=gold"], 7, "cannot be edited. (field tier)"),
        (["edit", FIRST, "--set", "phone"], 2, "--set takes FIELD=VALUE"),
        (["edit", FIRST, "--set", "tags=vip"], 2, "use --add and --remove"),
        (["edit", FIRST, "--set", "address=Weg 1"], 2, "--from"),
        (["edit", FIRST, "--add", "owner=x"], 2, "tag=VALUE"),
        (["edit", FIRST], 2, "Name what to change"),
        (["edit", FIRST, "--from", "/nonexistent"], 2, "No such file"),
        (["edit", "C-99999", "--set", "phone=+41 44 123 45 67"], 1, "No customer"),
        (["edit", "C-00100", "--set", "phone=+41 44 123 45 67"], 1, "No customer"),
        (["add"], 7, "needs a name"),
        (["note", FIRST, " "], 7, "The text is empty. (field text)"),
        (["note", FIRST, "x", "--remove", "y"], 2, "takes no text"),
        (["note", FIRST, "--remove", "unknown-id"], 1, "no such note"),
        (["log", FIRST], 2, "Say what to log"),
        (["log", FIRST, "call", "--at", "sometime"], 2, "yesterday"),
        (["log", FIRST, "call", "--at", "2126-11-22T14:05"], 2, "in the future"),
        (["consent", FIRST, "sms", "subscribed"], 7, "(field evidence)"),
        (["consent", FIRST, "fax", "subscribed"], 2, "fax"),
        (["date", FIRST, "add", "birthday"], 2, "Give a DAY"),
        (["date", FIRST, "add", "birthday", "02-30"], 2, "February has no day 30"),
        (["date", FIRST, "add", "birthday", "1990-03-14", "--year", "1991"], 2, "another year"),
        (["date", FIRST, "remove", "birthday"], 1, "no such date"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(office: Desk, arguments: list[str], code: int, says: str) -> None:
    refused = office.ask("customers", *arguments)
    assert (refused.code, refused.out) == (code, "")
    assert says in refused.err
    assert office.ask("unsent").code == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "cannot be read"),
        ("[]", "one JSON object"),
        ('{"phone": "+41"}', "set, add and remove, not phone"),
        ('{"set": []}', "has to be an object"),
        ('{"add": {"tags": "vip"}}', "lists of texts"),
        ('{"set": {"phone": "\\ud800"}}', "cannot be"),
        ("x" * 70_000, "larger than 64 KB"),
        ("[" * 60_000, "cannot be read"),
    ],
)
def test_bad_json_is_refused_with_its_place_and_not_repeated(office: Desk, text: str, says: str) -> None:
    refused = feed(office, text, "customers", "edit", FIRST, "--from", "-")
    assert refused.code in (2, 7)
    assert says in refused.err
    assert "Traceback" not in refused.err
    assert "+41" not in refused.err


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk at which nothing is changed."""
    with open_desk(tmp_path_factory.mktemp("office")) as opened:
        yield opened


def test_hostile_text_is_written_unchanged_and_never_obeyed(desk: Desk) -> None:
    texts = [text for text in HOSTILE if text.strip() and len(text) <= 60 and text == text.strip()][::5]
    edited = feed(desk, json.dumps({"add": {"tags": texts[:90]}}), "customers", "edit", FIRST, "--from", "-")
    assert edited.code == 0, edited
    note = "".join(texts)[:9000]
    written = feed(desk, note, "customers", "note", FIRST, "-")
    assert (written.code, foreign_controls(written.out.encode())) == (0, [])
    named = feed(
        desk, json.dumps({"set": {"family_name": texts[3]}}), "customers", "edit", FIRST, "--from", "-", "--json"
    )
    assert foreign_controls(named.out.encode()) == []
    for arguments in (["unsent"], ["unsent", "--json"], ["undo"]):
        assert foreign_controls(desk.ask(*arguments).out.encode()) == []
    assert desk.ask("sync").code == 0
    profile = shown(desk)
    assert set(texts[:90]) <= set(profile["customer"]["tags"])
    assert note in [each["text"] for each in profile["notes"]]
    for text, _ in UNSTORABLE[:3]:
        refused = feed(desk, json.dumps({"set": {"family_name": text}}), "customers", "edit", FIRST, "--from", "-")
        assert refused.code == 7
        assert "cannot be stored" in refused.err


def test_without_a_first_sync_nothing_is_written(tmp_path: Path) -> None:
    assert Machine(tmp_path).run("customers", "note", FIRST, "x").code == 3


# ------------------------------------------------------------------ what is on its way


def test_what_may_not_have_arrived_is_not_said_to_be_sent(desk: Desk) -> None:
    with FaultProxy(int(desk.shop.url.rpartition(":")[2])) as proxy:
        arguments = ("--server", proxy.url, "--user", "ada")
        assert desk.ask("sync", *arguments).code == 0
        proxy.refuse()
        proxy.drop_all()
        assert desk.ask("customers", "note", FIRST, "likes blue", *arguments).code == 0
        assert desk.ask("unsent", *arguments).out.endswith("  (not sent yet)\n")
        assert desk.ask("sync", *arguments).code == 4
        told = desk.ask("unsent", *arguments)
        assert re.search(r"  \((not sent yet|tried, no answer since 20[0-9-]+ [0-9:]{5})\)\n$", told.out), told.out
        proxy.accept()
        assert desk.ask("sync", *arguments).code == 0


def test_nothing_on_its_way_is_no_error(desk: Desk) -> None:
    assert desk.ask("unsent") == Result(1, "", "Everything has been sent.\n")
    assert desk.ask("unsent", "--json").out == ""
    assert desk.ask("attention", "list") == Result(1, "", "Nothing needs attention.\n")


# ------------------------------------------------------------------ taking back


def test_undo_withdraws_what_was_not_sent_and_takes_back_what_was(desk: Desk) -> None:
    desk.ask("customers", "note", FIRST, "sent")
    assert desk.ask("sync").code == 0
    desk.ask("customers", "edit", FIRST, "--set", "phone=+41 44 765 43 21")
    name = desk.people[0].name
    withdrawn = desk.ask("undo")
    assert withdrawn.out == f"Undone: phone number of {name} (it was never sent).\n"
    undone = desk.ask("undo", "--json")
    (told,) = undone.objects
    assert [kind for kind, _ in told.pop("records")] == ["note"]
    assert told == {"words": f"note about {name}", "how": "inverse", "shown": True, "unsent": 1}
    assert desk.ask("sync").code == 0
    assert not any(note.text == "sent" for note in at_backend(desk.shop, "Note"))
    nothing = desk.ask("undo")
    assert (nothing.code, nothing.out) == (1, "")
    desk.ask("customers", "consent", FIRST, "sms", "unsubscribed")
    assert desk.ask("sync").code == 0
    refused = desk.ask("undo")
    assert (refused.code, "only the customer can undo that" in refused.err) == (7, True)


# ------------------------------------------------------------------ attention


def refused_consent(desk: Desk, number: int = 0) -> str:
    """A change that the backend refuses: the customer has unsubscribed meanwhile. Its key."""
    person = desk.people[number]
    desk.ask("customers", "consent", person.id, "phone", "subscribed", "--evidence", "Said so")
    desk.shop.write(
        Consent(id=source_id("consent", "other", person.id), customer=person.id, channel="phone", state="unsubscribed")
    )
    assert desk.ask("sync").code == 0
    (item,) = [each for each in desk.ask("attention", "list", "--json").objects if each["source"] == "refused"]
    return str(item["key"])


def test_what_was_refused_is_listed_shown_copied_resent_and_discarded(desk: Desk) -> None:
    assert desk.ask("attention", "list").code == 1
    key = refused_consent(desk)
    listed = desk.ask("attention", "list")
    assert f"consent to phone of {desk.people[0].name}: subscribed" in listed.out
    assert key[-8:] in listed.out
    told = desk.ask("attention", "show", key[-8:])
    assert "consent (state): subscribed  (now: unsubscribed)" in told.out
    (item,) = desk.ask("attention", "show", key, "--json").objects
    assert (item["source"], item["code"], item["field"], item["actions"]) == (
        "refused", "conflict", "state", ["resend", "hand-over", "copy", "discard"],
    )  # fmt: skip
    assert "evidence: Said so" in desk.ask("attention", "copy", key).out
    again = desk.ask("attention", "resend", key)
    assert (again.code, "has unsubscribed" in again.err) == (7, True)
    for wrong in (["accept", key], ["dismiss", key], ["merge", key, "--keep", "x"]):
        assert desk.ask("attention", *wrong).code == 2
    assert desk.ask("attention", "show", "unknown-key").code == 1
    other = desk.ask("attention", "resend", key, "--set", "state=unsubscribed", "--json")
    assert (other.code, other.objects[0]["nothing"]) == (0, True), "it is so already"
    assert desk.ask("attention", "list").code == 1
    key = refused_consent(desk, 1)
    assert desk.ask("attention", "discard", key).code == 0
    assert desk.ask("attention", "list").code == 1


def test_what_was_handed_over_is_judged_by_whoever_has_the_customer(desk: Desk) -> None:
    ben = another(desk, "ben", known=True)
    desk.shop.set_mode("team")
    for machine in (desk, ben):
        assert machine.ask("sync").code == 0
    key = refused_consent(desk)
    assert desk.ask("attention", "hand-over", key).code == 0
    for machine in (desk, ben):
        assert machine.ask("sync").code == 0
    (item,) = ben.ask("attention", "list", "--json").objects
    assert (item["source"], item["author"], item["actions"]) == ("handed_over", "Person ada", ["accept", "reject"])
    refused = ben.ask("attention", "accept", item["key"])
    assert (refused.code, "has unsubscribed" in refused.err) == (7, True)
    assert ben.ask("attention", "reject", item["key"]).code == 0
    for machine in (ben, desk):
        assert machine.ask("sync").code == 0
        assert machine.ask("attention", "list").code == 1


def test_an_edit_of_somebody_who_has_moved_is_handed_over_by_the_backend(desk: Desk) -> None:
    ben = another(desk, "ben", known=True)
    desk.ask("customers", "edit", FIRST, "--set", "phone=+41 44 765 43 21")
    ben_account = next(each for each in desk.shop.world().accounts if each.user_name == "ben")
    desk.shop.reassign([desk.people[0]], ben_account)
    assert desk.ask("sync").code == 0
    (item,) = desk.ask("attention", "list", "--json").objects
    assert (item["code"], item["words"], item["customer"], item["actions"]) == (
        "moved", "phone number of a customer", None, ["copy", "discard"],
    )  # fmt: skip
    assert [(value["mine"], value["known"]) for value in item["values"]] == [("+41 44 765 43 21", False)]
    assert ben.ask("sync").code == 0
    (parked,) = ben.ask("attention", "list", "--json").objects
    assert ben.ask("attention", "accept", parked["key"]).code == 0
    assert shown(ben)["customer"]["phone"] == "+41 44 765 43 21"
    assert ben.ask("sync").code == 0
    (kept,) = [person for person in at_backend(desk.shop, "Customer") if person.number == FIRST]
    assert kept.phone == "+41 44 765 43 21"


def test_managers_merge_and_dismiss_pairs(desk: Desk) -> None:
    mia = another(desk, "mia", role="manager")
    for number, action in ((0, "merge"), (1, "dismiss")):
        person = desk.people[number]
        added = desk.ask("customers", "add", "--given", "Twin", "--email", person.email, "--anyway", "--json")
        assert desk.ask("sync").code == 0
        duplicates.catch_up(desk.shop.database, dt.datetime.now(dt.UTC))
        assert mia.ask("sync").code == 0
        (pair,) = mia.ask("attention", "list", "--json").objects
        assert (pair["source"], pair["matched"], sorted(pair["customers"])) == (
            "duplicate", ["email"], sorted([person.id, added.objects[0]["id"]]),
        )  # fmt: skip
        assert "may be the same customer" in mia.ask("attention", "show", pair["key"]).out
        keep = ["--keep", person.id] if action == "merge" else []
        if keep:
            assert mia.ask("attention", "merge", pair["key"], "--keep", "neither").code == 2
            # Of customers whom she does not see she chooses who stays, and no value.
            assert mia.ask("attention", "merge", pair["key"], *keep, "--take", "given_name").code == 7
        assert mia.ask("attention", action, pair["key"], *keep).code == 0
        assert mia.ask("sync").code == 0
        assert mia.ask("attention", "list").code == 1
        assert desk.ask("sync").code == 0
        twins = {row["id"] for row in desk.ask("customers", "search", "twin", "--json").objects}
        assert (added.objects[0]["id"] in twins) == (action == "dismiss")
        assert desk.ask("customers", "show", person.id).code == 0
