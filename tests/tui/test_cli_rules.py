"""The commands for rules and for what the head office asks, run as a person runs them."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sellmode_contract.ids import source_id
from sellmode_contract.kinds.consent import Consent
from sellmode_contract.kinds.corporate_task import CorporateTask
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.task_rule import TaskRule, task_rule_id
from sellmode_contract.rules.defaults import DEFAULT_RULES
from tests.support.hostile import HOSTILE, foreign_controls
from tests.support.machine import Machine
from tests.support.shop import Shop
from tests.tui.test_cli import Desk, open_desk
from tests.tui.test_cli_writing import another, at_backend, feed

BIRTHDAY = next(rule for rule in DEFAULT_RULES if rule.slug == "birthday")
LAPSED = next(rule for rule in DEFAULT_RULES if rule.slug == "lapsed")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as opened:
        opened.shop.write(BIRTHDAY, LAPSED)
        yield opened


@pytest.fixture
def mia(desk: Desk) -> Machine:
    """A manager's machine."""
    return another(desk, "mia", role="manager")


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A manager's machine at which nothing is changed."""
    with open_desk(tmp_path_factory.mktemp("counter")) as opened:
        opened.shop.write(BIRTHDAY, LAPSED)
        yield another(opened, "mia", role="manager")


def rules(machine: Machine) -> dict[tuple[str | None, str], dict[str, Any]]:
    """What is listed, by store and slug."""
    found = machine.ask("rules", "list", "--json")
    assert found.code == 0, found
    return {(rule["store"], rule["slug"]): rule for rule in found.objects}


def kept(shop: Shop) -> dict[tuple[str | None, str], TaskRule]:
    return {(rule.store, rule.slug): rule for rule in at_backend(shop, "TaskRule")}


# ------------------------------------------------------------------ rules


def test_rules_are_listed_and_shown_to_everybody_and_changed_by_managers(desk: Desk) -> None:
    assert desk.ask("sync").code == 0
    table = desk.ask("rules", "list").out.splitlines()
    assert table[0].split() == ["RULE", "STATE", "OF", "NAME", "WHEN"]
    assert [line.split()[:4] for line in table[1:]] == [
        ["birthday", "on", "all", "stores"],
        ["lapsed", "on", "all", "stores"],
    ]
    shown = desk.ask("rules", "show", "birthday").out
    assert shown.startswith("# Birthday: 3 days before birthday; on\n[[rule]]\n")
    assert tomllib.loads(shown)["rule"][0]["slug"] == "birthday"
    assert desk.ask("rules", "show", "unknown").code == 1
    for arguments in (["disable", "birthday"], ["remove", "birthday"], ["edit", "birthday", "--set", "offset_days=1"]):
        refused = desk.ask("rules", *arguments)
        assert (refused.code, "rules permission" in refused.err) == (7, True)


def test_a_managers_change_makes_a_rule_of_the_store_in_its_place(desk: Desk, mia: Machine) -> None:
    assert mia.ask("rules", "disable", "lapsed").code == 0
    found = rules(mia)
    assert (found["Alpha", "lapsed"]["enabled"], found[None, "lapsed"]["in_place"]) == (False, True)
    assert "replaced" in mia.ask("rules", "list").out
    edited = mia.ask(
        "rules", "edit", "lapsed", "--set", "audience=tag:vip", "--set", "times_average=", "--set", "after_days=90",
        "--set", "enabled=true", "--set", "action=call", "--set", "daily_cap=",
    )  # fmt: skip
    assert edited.code == 0, edited
    assert (
        mia.ask("rules", "edit", "birthday", "--set", "dates=birthday, name day", "--set", "offset_days=-5").code == 0
    )
    assert mia.ask("sync").code == 0
    ours = kept(desk.shop)["Alpha", "lapsed"]
    assert (ours.audience, ours.times_average, ours.after_days, ours.enabled, ours.action, ours.daily_cap) == (
        "tag:vip", None, 90, True, "call", None,
    )  # fmt: skip
    assert kept(desk.shop)["Alpha", "birthday"].dates == ("birthday", "name day")
    assert kept(desk.shop)[None, "lapsed"] == LAPSED
    assert mia.ask("rules", "remove", "lapsed").code == 0
    assert mia.ask("sync").code == 0
    assert ("Alpha", "lapsed") not in kept(desk.shop)
    assert rules(mia)[None, "lapsed"]["counts"] is True


def test_rules_are_exported_and_read_again(desk: Desk, mia: Machine) -> None:
    exported = mia.ask("rules", "export")
    assert exported.code == 0
    assert len(tomllib.loads(exported.out)["rule"]) == 2
    one = mia.ask("rules", "export", "birthday").out
    assert [rule["slug"] for rule in tomllib.loads(one)["rule"]] == ["birthday"]
    file = desk.folder / "rules.toml"
    file.write_text(one.replace("offset_days = -3", "offset_days = -7"), encoding="utf-8")
    assert mia.ask("rules", "add", str(file)).code == 0
    assert rules(mia)["Alpha", "birthday"]["offset_days"] == -7
    file.write_text(one.replace("offset_days = -3", "offset_days = -8"), encoding="utf-8")
    assert mia.ask("rules", "add", str(file)).code == 0
    again = mia.ask("rules", "add", str(file), "--json")
    assert (again.code, again.objects[0]["nothing"]) == (0, True)
    assert mia.ask("sync").code == 0
    assert kept(desk.shop)["Alpha", "birthday"].offset_days == -8
    new = '[[rule]]\nslug = "welcome"\nname = "Welcome"\ntrigger = "new_customer"\ntitle = "Say hello"\n'
    assert feed(mia, new, "rules", "add", "-").code == 0
    assert rules(mia)["Alpha", "welcome"]["trigger"] == "new_customer"


def test_the_head_office_writes_the_rules_of_all_stores(desk: Desk) -> None:
    office = another(desk, "hq", role="head_office")
    new = '[[rule]]\nslug = "welcome"\nname = "Welcome"\ntrigger = "new_customer"\ntitle = "Say hello"\n'
    assert feed(office, new, "rules", "add", "-").code == 0
    assert office.ask("rules", "disable", "birthday").code == 0
    assert office.ask("sync").code == 0
    assert kept(desk.shop)[None, "welcome"].name == "Welcome"
    assert kept(desk.shop)[None, "birthday"].enabled is False


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["edit", "birthday"], 2, "Name what to change"),
        (["edit", "birthday", "--set", "offset_days"], 2, "--set takes FIELD=VALUE"),
        (
            ["edit", "birthday", "--set", "offset_days=soon"],
            2,
            "offset_days cannot have this value: it is a whole number: write it like 1500, 1,500 or 1500.50.",
        ),
        (["edit", "birthday", "--set", "enabled=perhaps"], 2, "enabled cannot have this value: it is true or false."),
        (["edit", "birthday", "--set", "consent=fax"], 2, "it is one of (nothing), email, sms, phone, any"),
        (["edit", "birthday", "--set", "action=fax"], 2, "it is one of call, visit, email, sms, chat"),
        (["edit", "birthday", "--set", "colour=red"], 2, "colour is not a field; there are name, enabled,"),
        (["edit", "birthday", "--set", "slug=other"], 2, "slug cannot be changed."),
        (["edit", "birthday", "--set", "trigger=lapsed"], 2, "trigger cannot be changed."),
        (["edit", "birthday", "--set", "title="], 7, "(field title)"),
        (["edit", "birthday", "--set", "dates="], 7, "(field dates)"),
        (["edit", "birthday", "--set", "audience=tag:("], 7, "(field audience)"),
        (["edit", "birthday", "--set", "offset_days=9999"], 7, "(field offset_days)"),
        (["preview", "birthday", "--set", "audience=tag:vip nope:1"], 2, "\n  tag:vip nope:1\n          ^"),
        (["preview", "birthday", "--day", "24.12."], 2, "--day has to be a day such as 2026-12-24"),
        (["preview", "birthday", "--day", "2026-12-24T15:00"], 2, "without a time"),
        (["preview", "unknown"], 1, "No rule unknown"),
        (["export", "unknown"], 1, "No rule unknown"),
        (["remove", "unknown"], 1, "No rule unknown"),
        (["add", "/nonexistent"], 2, "No such file"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(
    counter: Machine, arguments: list[str], code: int, says: str
) -> None:
    refused = counter.ask("rules", *arguments)
    assert (refused.code, refused.out) == (code, "")
    assert says in refused.err
    assert counter.ask("unsent").code == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Standard input has no rules"),
        ("[[rule]\n", "Standard input, line 1, column "),
        ('[[rule]]\nslug = "a"\ncolour = 1\n', "line 3, column 1: a: colour: no such field"),
        ('[[rule]]\nslug = "a"\nname = "A"\ntitle = "A"\ntrigger = "never"\n', "line 5, column 11: a: trigger"),
        (
            '[[rule]]\nslug = "a"\nname = "A"\ntitle = "A"\ntrigger = "new_customer"\naudience = "tag:vip nope:1"\n',
            "line 6, column 21: a: audience",
        ),
        (
            '[[rule]]\nslug = "birthday"\nname = "A"\ntitle = "A"\ntrigger = "new_customer"\nstore = "Beta"\n',
            "birthday: Nothing was written. Store: It is not a rule of your store.",
        ),
        ("\x1b[31m", "Standard input, line 1, column 1"),
    ],
)
def test_a_file_that_is_wrong_is_pointed_at_and_nothing_written(counter: Machine, text: str, says: str) -> None:
    refused = feed(counter, text, "rules", "add", "-")
    assert refused.code in (2, 7)
    assert says in refused.err
    assert foreign_controls(refused.err.encode()) == []
    assert counter.ask("unsent").code == 1


def test_the_trigger_of_a_rule_stays_and_what_came_before_is_told(desk: Desk, mia: Machine) -> None:
    assert mia.ask("rules", "disable", "birthday").code == 0
    new = '[[rule]]\nslug = "{}"\nname = "N"\ntrigger = "new_customer"\ntitle = "T"\n'
    refused = feed(mia, new.format("welcome") + new.format("birthday"), "rules", "add", "-")
    assert refused.code == 7
    assert "birthday: Nothing was written. The trigger of a rule cannot be changed" in refused.err
    assert "The 1 before it are saved" in refused.err
    assert ("Alpha", "welcome") in rules(mia)


def test_hostile_rules_are_shown_and_never_obeyed(desk: Desk, mia: Machine) -> None:
    texts = [text for text in HOSTILE if text.strip() and len(text) <= 60]
    desk.shop.write(
        msgspec.structs.replace(
            BIRTHDAY, id=task_rule_id(None, "hostile"), slug="hostile", name=texts[40], title=texts[60],
            details="\n".join(texts)[:4900],
        )
    )  # fmt: skip
    assert mia.ask("sync").code == 0
    for arguments in (["list"], ["list", "--json"], ["show", "hostile"], ["show", "hostile", "--json"]):
        shown = mia.ask("rules", *arguments)
        assert (shown.code, foreign_controls(shown.out.encode())) == (0, [])
    exported = mia.ask("rules", "export", "hostile")
    assert tomllib.loads(exported.out)["rule"][0]["name"] == texts[40]


# ------------------------------------------------------------------ the preview


def test_a_preview_says_what_would_be_made_and_what_held_back_without_writing(desk: Desk, mia: Machine) -> None:
    day = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=30)
    for number, person in enumerate(desk.people[:4]):
        desk.shop.write(
            ImportantDate(id=f"date-{number}", customer=person.id, label="birthday", month=day.month, day=day.day)
        )
    desk.shop.write(
        *(
            Consent(
                id=source_id("consent", "x", channel), customer=desk.people[1].id, channel=channel, state="unsubscribed"
            )
            for channel in ("email", "sms", "phone")
        )
    )
    eve = day - dt.timedelta(days=3)
    own = mia.ask("rules", "preview", "birthday", "--day", eve.isoformat(), "--json").objects[0]
    assert (own["due"], own["lines"], own["unseen"]) == (0, [], 65)
    said = mia.ask("rules", "preview", "birthday", "--day", eve.isoformat())
    assert "Not counted: about 65 customers of the store whom you do not see." in said.err
    desk.shop.set_mode("team")
    found = mia.ask("rules", "preview", "birthday", "--day", eve.isoformat(), "--json")
    assert found.code == 0, found
    (preview,) = found.objects
    assert (preview["day"], preview["due"] + preview["held"]) == (eve.isoformat(), 4)
    named = {line["customer"]: line for line in preview["lines"]}
    assert named.keys() == {person.id for person in desk.people[:4]}
    assert mia.ask("sync").code == 0
    shown = mia.ask("rules", "preview", "birthday", "--day", eve.isoformat(), "--json").objects[0]
    assert {line["customer_name"] for line in shown["lines"]} == {person.name for person in desk.people[:4]}
    assert {line["person_name"] for line in shown["lines"]} == {"Person ada"}
    held = {line["customer"]: line["held_words"] for line in shown["lines"] if line["held"]}
    assert held[desk.people[1].id] == "has unsubscribed"
    table = mia.ask("rules", "preview", "birthday", "--day", eve.isoformat()).out
    assert table.startswith(f"{eve.isoformat()}: {preview['due']} task")
    assert f"{preview['held']} held back." in table
    assert "has unsubscribed" in table
    other = mia.ask("rules", "preview", "birthday", "--day", eve.isoformat(), "--set", "consent=", "--json").objects[0]
    assert (other["due"], other["held"]) == (4, 0)
    vip = mia.ask(
        "rules",
        "preview",
        "birthday",
        "--day",
        eve.isoformat(),
        "--set",
        "consent=",
        "--set",
        "audience=tag:vip",
        "--json",
    ).objects[0]
    assert vip["due"] == sum("vip" in person.tags for person in desk.people[:4])
    assert mia.ask("unsent").code == 1
    assert ("Alpha", "birthday") not in kept(desk.shop)


def test_a_preview_is_refused_to_who_may_not_and_needs_the_line(desk: Desk, mia: Machine) -> None:
    assert desk.ask("sync").code == 0
    refused = desk.ask("rules", "preview", "birthday")
    assert (refused.code, refused.out) == (5, "")
    other = mia.ask("rules", "preview", "birthday", "--store", "Beta")
    assert (other.code, other.out) == (5, "")
    far = mia.ask("rules", "preview", "birthday", "--day", "2126-01-01")
    assert (far.code, "within a year" in far.err) == (5, True)


# ------------------------------------------------------------------ what the head office asks


BRIEF = '[[corporate_task]]\ntitle = "Dress the window"\nstores = ["Alpha"]\ndue = 2051-03-14\nmessage = "Dear all"\n'


def test_the_head_office_asks_lists_and_takes_back(desk: Desk) -> None:
    office = another(desk, "hq", role="head_office")
    assert office.ask("corporate", "list").code == 1
    asked = feed(office, BRIEF, "corporate", "add", "-")
    assert asked.code == 0, asked
    (line,) = office.ask("corporate", "list", "--json").objects
    assert (line["title"], line["due"], line["stores"], line["withdrawn"], line["editable"]) == (
        "Dress the window", "2051-03-14", ["Alpha"], False, True,
    )  # fmt: skip
    assert office.ask("sync").code == 0
    (kept,) = at_backend(desk.shop, "CorporateBrief")
    assert kept.title == "Dress the window"
    assert desk.ask("sync").code == 0
    table = desk.ask("corporate", "list").out
    assert "asked" in table
    assert line["id"][:13] in table
    assert (desk.ask("corporate", "withdraw", line["id"]).code, desk.ask("unsent").code) == (7, 1)
    _has_done(desk, line["id"])
    assert office.ask("sync").code == 0
    assert "1 of 2" in office.ask("corporate", "list").out
    shown = office.ask("corporate", "show", line["id"][:13])
    assert "Alpha: 1 of 2" in shown.out
    assert "Person ada" not in shown.out
    (told,) = office.ask("corporate", "show", line["id"], "--json").objects
    assert told["stores_led"][0]["progress"] == {"open": 1, "done": 1, "dismissed": 0, "expired": 0}
    assert "  done " not in desk.ask("corporate", "show", line["id"]).out
    assert office.ask("corporate", "show", "nothing-like-it").code == 1
    assert office.ask("corporate", "withdraw", line["id"][:13]).code == 0
    assert office.ask("sync").code == 0
    assert at_backend(desk.shop, "CorporateBrief")[0].withdrawn is True
    assert "withdrawn" in office.ask("corporate", "list").out
    assert office.ask("corporate", "withdraw", line["id"][:13]).code == 1


def _has_done(desk: Desk, brief: str) -> None:
    """Let Ada have done it, and somebody else have it."""
    given: dict[str, Any] = {"store": "Alpha", "brief": brief, "title": "Dress the window"}
    done = CorporateTask(id="of-ada", person=desk.ada.id, state="done", done_by=desk.ada.id, **given)
    desk.shop.write(done, CorporateTask(id="of-ben", person="somebody-else", **given))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "has no corporate tasks"),
        (BRIEF.replace("Alpha", "Nowhere"), "line 3, column 10: Dress the window: stores: There is no store Nowhere."),
        (BRIEF.replace("title", "titel"), "line 2, column 1"),
        (BRIEF.replace("2051-03-14", '"soon"'), "line 4, column 7: Dress the window: due: Not a valid due date"),
        (BRIEF.replace("message", "expires = 2051-03-13\nmessage"), "expires: It would expire before it is due."),
        (BRIEF, "Nothing was written"),
    ],
)
def test_what_cannot_be_asked_is_pointed_at(counter: Machine, text: str, says: str) -> None:
    refused = feed(counter, text, "corporate", "add", "-")
    assert refused.code in (2, 7)
    assert says in refused.err
    assert counter.ask("unsent").code == 1
