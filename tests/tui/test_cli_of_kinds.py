"""The commands of a kind that declares some: made of its declaration, run as a person runs them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from msgspec import structs

from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.fields import Rows, Text
from sellmode_tui.cli import sellmode
from sellmode_tui.commands.kinds.field_options import given_rows
from sellmode_tui.commands.kit.exit_codes import Exit, Failure
from tests.tui.test_cli import Desk, open_desk
from tests.tui.test_cli_writing import FIRST, another, at_backend, feed

DECLARED: dict[str, dict[str, Any]] = {
    "note": {"command": "memos", "listed": ("text", "private")},
    "contact": {"command": "calls-and-visits", "listed": ("channel", "summary")},
    "manual_task": {"command": "errands", "listed": ("title", "customer", "due", "assignee")},
    "task_rule": {"command": "recipes", "listed": ("name", "enabled")},
}
"""Kinds that have other commands, or none, with some that are made of their declarations."""


@pytest.fixture(autouse=True)
def _declared(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, more in DECLARED.items():
        monkeypatch.setitem(KINDS, name, structs.replace(KINDS[name], **more))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened


def test_what_is_declared_is_listed_shown_written_and_sent(desk: Desk) -> None:
    person = desk.people[0]
    added = desk.ask("memos", "add", "--customer", FIRST, "--text", "Likes silk", "--private", "--json")
    assert added.code == 0, added
    (written,) = added.objects
    assert (written["words"], written["unsent"]) == (f"private note about {person.name}", 1)
    (memo,) = desk.ask("memos", "list", "silk", "--json").objects
    assert (memo["id"], memo["text"], memo["private"]) == (written["id"], "Likes silk", True)
    beginning = written["id"][:13]
    shown = desk.ask("memos", "show", beginning)
    assert f"private note about {person.name}" in shown.out
    assert "not sent yet" in shown.out
    assert desk.ask("sync").code == 0
    (kept,) = [note for note in at_backend(desk.shop, "Note") if note.id == written["id"]]
    assert (kept.text, kept.private, kept.author) == ("Likes silk", True, desk.ada.id)

    assert desk.ask("memos", "edit", beginning, "--no-private").code == 0
    assert feed(desk, "Likes\nlinen\n", "customers", "note", FIRST, "--edit", beginning, "-").code == 0
    (shown_object,) = desk.ask("memos", "show", beginning, "--json").objects
    assert (shown_object["text"], shown_object["private"], shown_object["unsent"]) == ("Likes\nlinen", False, True)
    assert shown_object["names"][person.id] == person.name
    (why,) = desk.ask("memos", "why", beginning, "--json").objects
    assert (why["kind"], why["id"]) == ("note", written["id"])
    assert why["rule"].startswith("whoever can see the customer")
    assert f"note about {person.name} is visible to" in desk.ask("memos", "why", beginning).out

    assert desk.ask("memos", "remove", beginning).code == 0
    assert desk.ask("sync").code == 0
    assert written["id"] not in [note.id for note in at_backend(desk.shop, "Note")]
    assert desk.ask("memos", "show", beginning).code == 1


def test_each_field_is_given_as_people_say_it(desk: Desk) -> None:
    added = desk.ask(
        "errands", "add", "--title", "Call", "--due", "2051-03-14 15:00", "--action", "call", "--assignee", "ada",
        "--json",
    )  # fmt: skip
    assert added.code == 0, added
    id = added.objects[0]["id"]
    (errand,) = desk.ask("errands", "list", "--json").objects
    assert (errand["title"], errand["due"], errand["action"], errand["assignee"]) == (
        "Call", "2051-03-14T15:00", "call", desk.ada.id,
    )  # fmt: skip
    assert "Person ada" in desk.ask("errands", "list").out
    assert desk.ask("errands", "edit", id, "--action", "none", "--due", "").code == 0
    (errand,) = desk.ask("errands", "show", id, "--json").objects
    assert (errand["action"], errand["due"]) == (None, "")
    number = desk.people[3].number
    about = desk.ask("errands", "add", "--title", "Look", "--customer", number, "--json").objects[0]["id"]
    assert desk.ask("errands", "show", about, "--json").objects[0]["customer"] == desk.people[3].id
    assert "--customer" not in desk.run("errands", "edit", "--help").out, "whom it is about stays"


def test_elements_and_numbers_are_given_one_by_one(desk: Desk) -> None:
    office = another(desk, "hq", role="head_office")
    rule = '[[rule]]\nslug = "soon"\nname = "Soon"\ntrigger = "date"\ntitle = "Thank"\ndates = ["birthday"]\n'
    id = feed(office, rule, "rules", "add", "-", "--json").objects[0]["id"]
    edited = office.ask("recipes", "edit", id, "--offset-days", "-5", "--dates", "birthday", "--dates", "name day")
    assert edited.code == 0, edited
    (recipe,) = office.ask("recipes", "list", "soon", "--json").objects
    assert (recipe["offset_days"], recipe["dates"]) == (-5, ["birthday", "name day"])
    refused = office.ask("recipes", "edit", id, "--offset-days", "soon")
    assert (refused.code, "Offset days cannot have this value: it is a whole number" in refused.err) == (2, True)
    refused = office.ask("recipes", "edit", id, "--dates", "")
    assert (refused.code, "(field dates)" in refused.err) == (7, True)


def test_fields_come_from_a_file_or_standard_input(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    document = json.dumps({"text": "From a file", "private": True})
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(document.encode())))
    added = desk.ask("calls-and-visits", "add", "--customer", FIRST, "--from", "-")
    assert (added.code, "The JSON has channel, inbound, summary, at, not private." in added.err) == (2, True)
    file = desk.folder / "memo.json"
    file.write_text(document)
    id = desk.ask("memos", "add", "--customer", FIRST, "--from", str(file), "--json").objects[0]["id"]
    assert desk.ask("memos", "show", id, "--json").objects[0]["private"] is True
    assert desk.ask("memos", "edit", id).code == 2
    refused = desk.ask("memos", "add", "--customer", FIRST, "--text", " ")
    assert (refused.code, "(field text)" in refused.err) == (7, True)


def test_lists_are_searched_sorted_and_cut_and_ids_are_named_by_their_beginnings(desk: Desk) -> None:
    for text in ("banana", "apple", "cherry"):
        assert desk.ask("memos", "add", "--customer", FIRST, "--text", text).code == 0
    texts = [memo["text"] for memo in desk.ask("memos", "list", "--sort", "text", "--reverse", "--json").objects]
    assert [text for text in texts if text in ("apple", "banana", "cherry")] == ["cherry", "banana", "apple"]
    cut = desk.ask("memos", "list", "--limit", "1")
    assert (cut.code, len(cut.out.splitlines())) == (0, 2)
    assert "more with a larger --limit" in cut.err
    assert (desk.ask("memos", "list", "nowhere").code, desk.ask("memos", "list", "nowhere").out) == (1, "")
    ids = [memo["id"] for memo in desk.ask("memos", "list", "--json").objects]
    assert desk.ask("memos", "show", ids[0][:7]).code == 1
    assert desk.ask("memos", "remove", "00000000-0000").err == "Error: No note 00000000-0000 that you can see.\n"


def test_a_kind_has_the_commands_of_its_verbs(desk: Desk) -> None:
    with click.Context(sellmode) as context:
        calls, memos = (sellmode.get_command(context, name) for name in ("calls-and-visits", "memos"))
        assert isinstance(calls, click.Group)
        assert isinstance(memos, click.Group)
        assert set(memos.commands) - set(calls.commands) == {"edit"}
        assert {"memos", "calls-and-visits", "customers"} <= set(sellmode.list_commands(context))
        assert "List and show calls and visits, and write them." in sellmode.get_help(context)
    assert desk.run("unheard").code == 2


LINES = Rows(name="lines", fields=(Text(name="sku"), Text(name="note")))
HELD = [{"sku": "A", "note": ""}, {"sku": "B", "note": ""}, {"sku": "C", "note": ""}]


@pytest.mark.parametrize(
    ("given", "skus"),
    [
        ({}, None),
        ({"add_lines": ("sku=D, note=For the opera, in black",)}, "ABCD"),
        ({"add_lines": ("D , note=For the opera, in black", "E")}, "ABCDE"),
        ({"remove_lines": (1, 3)}, "B"),
        ({"move_lines": ((3, 1),)}, "CAB"),
        ({"add_lines": ("sku=D",), "remove_lines": (2,), "move_lines": ((3, 1), (2, 3))}, "DCA"),
    ],
)
def test_rows_go_then_come_then_move(given: dict[str, Any], skus: str | None) -> None:
    rows = given_rows(LINES, given, HELD)
    assert (rows and "".join(row["sku"] for row in rows)) == skus


def test_a_comma_parts_rows_fields_where_a_field_follows() -> None:
    rows = given_rows(LINES, {"add_lines": ("sku=A,B, note=For the opera, in black",)}, ())
    assert rows == [{"sku": "A,B", "note": "For the opera, in black"}]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"remove_lines": (4,)}, "No line 4: there are 3."),
        ({"move_lines": ((0, 1),)}, "No line 0: there are 3."),
        ({"add_lines": ("sku=A", "colour=A")}, "--add-line takes [sku=]VALUE, note=VALUE."),
    ],
)
def test_places_and_fields_of_rows_have_to_be_there(given: dict[str, Any], says: str) -> None:
    with pytest.raises(Failure) as refused:
        given_rows(LINES, given, HELD)
    assert refused.value.message == says


def test_a_lookbook_is_previewed_and_shared_with_its_link_and_what_changed(desk: Desk) -> None:
    fields = ("--customer", FIRST, "--title", "For the opera")
    assert "No product NO-SUCH" in desk.ask("lookbooks", "add", *fields, "--add-item", "NO-SUCH").err
    given = json.dumps({"items": [{"sku": "NO-SUCH", "note": "Warm"}]})
    (made,) = feed(desk, given, "lookbooks", "add", *fields, "--from", "-", "--json").objects
    id = made["id"]
    assert desk.ask("lookbooks", "link", id).code == Exit.AGAINST_RULES
    shared = desk.ask("lookbooks", "share", id, "--json")
    (written,) = shared.objects
    assert written["link"].startswith(f"{desk.shop.url}/l/")
    assert written["changed"] == {"NO-SUCH": "no longer sold"}
    assert "NO-SUCH: no longer sold." in shared.err
    before = desk.ask("lookbooks", "link", id)
    assert (before.out.strip(), "works once the server has it" in before.err) == (written["link"], True)
    assert desk.ask("sync").code == 0
    assert desk.ask("lookbooks", "link", id).err == ""
    assert "For the opera" in desk.ask("lookbooks", "preview", id, "--html").out
    assert written["link"] in desk.ask("lookbooks", "preview", id).out
    assert desk.ask("picks", "check").code == 1
