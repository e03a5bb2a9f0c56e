"""docs/commands.md says everything about the commands, and nothing that is not so."""

from __future__ import annotations

import datetime as dt
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from sellmode_backend.shopper import touches
from sellmode_backend.shopper.touches import Shared
from sellmode_backend.store import settings
from sellmode_backend.store.orders import OrderEntry, write_orders
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.duplicate_pair import DuplicatePair
from sellmode_contract.kinds.order import OrderLine
from sellmode_contract.kinds.parked_edit import ParkedEdit
from sellmode_contract.kinds.request import Request
from sellmode_contract.service_rules import ServiceRules
from sellmode_tui.cli import sellmode
from sellmode_tui.commands.kit.exit_codes import MEANINGS
from tests.support.machine import Machine, Result
from tests.support.shop import NOON
from tests.tui.test_cli import Desk, open_desk
from tests.tui.test_cli_damage import damage_journal
from tests.tui.test_cli_writing import another, feed, refused_consent

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
EXAMPLES = [
    line.removeprefix("$ ")
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    if path.exists()
    for block in re.findall(r"^```\w*\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
    if re.match(r"(\$ )?sellmode(?![\w-])", line)
]


def _commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if path:
        yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from _commands(found, (*path, name))


COMMANDS = list(_commands(sellmode))


def test_every_command_is_documented() -> None:
    assert len(COMMANDS) > 8
    for path, command in COMMANDS:
        if not isinstance(command, click.Group):
            assert re.search(rf"`(sellmode )?{' '.join(path)}\b", DOCUMENT), path


@pytest.mark.parametrize("command", [sellmode, *(command for _, command in COMMANDS)], ids=lambda each: each.name)
def test_every_option_is_documented(command: click.Command) -> None:
    for parameter in command.params:
        for option in parameter.opts if isinstance(parameter, click.Option) else ():
            assert re.search(rf"`{option}\b", DOCUMENT), option


def test_every_documented_option_exists() -> None:
    known = {
        option for _, command in COMMANDS for each in (command, sellmode) for p in each.params for option in p.opts
    }
    assert set(re.findall(r"(?<![\w-])--[a-z-]{2,}", DOCUMENT)) <= known | {"--help"}


@pytest.mark.parametrize("line", dict.fromkeys(EXAMPLES))
def test_every_example_can_be_run_as_it_stands(line: str) -> None:
    words = shlex.split(re.split(r" \| | [<>] ", line)[0], comments=True)[1:]
    command: click.Command = sellmode
    parent: click.Context | None = None
    while True:
        context = command.make_context("sellmode", words, parent=parent)
        if not isinstance(command, click.Group) or not (context._protected_args or context.args):
            break
        _, found, words = command.resolve_command(context, [*context._protected_args, *context.args])
        assert found is not None
        command, parent = found, context
    assert command is sellmode or not isinstance(command, click.Group)


def test_exit_codes_are_the_same_in_help_and_document() -> None:
    documented = re.findall(r"^\| (\d+) \| (.*) \|$", DOCUMENT, re.MULTILINE)
    assert documented == [(str(int(code)), meaning) for code, meaning in MEANINGS.items()]
    with click.Context(sellmode) as context:
        told = " ".join(sellmode.get_help(context).split())
    assert all(" ".join(meaning.split()) in told for meaning in MEANINGS.values())


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_desk(tmp_path_factory.mktemp("office")) as opened:
        yield opened


def test_json_has_the_fields_that_are_documented(office: Desk) -> None:
    rows = re.findall(r"^\| (`[a-z].*?) \| [^|]* \| (.*) \|$", DOCUMENT, re.MULTILINE)
    fields = {name: re.findall(r"`(\w+)`", cell) for names, cell in rows for name in re.findall(r"`([\w -]+)`", names)}
    fields["status"] = [*fields["accounts"], *fields["status"]]
    fields["tasks show"] = [*fields["tasks list"], *fields["tasks show"]]
    fields["requests show"] = [*fields["requests list"], *fields["requests show"]]
    fields["corporate show"] = [*fields["corporate list"], *fields["corporate show"]]
    number = office.people[0].number
    printed = {
        **_written(office),
        **_seen_to(office),
        **_judged(office),
        **_worked(office),
        **_ruled(office),
        **_disputed(office),
        **_reached(office),
        **_asked(office),
        "attention acknowledge": _acknowledged(office),
        "customers list": office.ask("customers", "list", "--json"),
        "customers search": office.ask("customers", "search", number, "--json"),
        "customers show": office.ask("customers", "show", number, "--json"),
        "why customer": office.ask("why", "customer", number, "--json"),
        "why record": office.ask("why", "record", "customer", office.people[0].id, "--json"),
        "sync": office.ask("sync", "--json"),
        "accounts": office.run("accounts", "--json"),
        "status": office.run("status", "--json"),
        "doctor": office.run("doctor", "--json"),
    }
    assert printed.keys() == fields.keys()
    for name, result in printed.items():
        assert result.objects
        for found in result.objects:
            assert list(found) == fields[name]


def _written(office: Desk) -> dict[str, Result]:
    number = office.people[1].number
    lines = (
        "customers add --given Bea --json",
        f"customers edit {number} --add tag=gold --json",
        f"customers note {number} text --json",
        f"customers log {number} call --json",
        f"customers consent {number} email unsubscribed --json",
        f"customers date {number} add birthday 03-14 --json",
        "unsent --json",
        "undo --json",
    )
    return {re.sub(r" (C-\S+|-).*", "", line): office.ask(*line.split()) for line in lines}


def _reached(office: Desk) -> dict[str, Result]:
    with office.shop.database.transaction() as connection:
        settings.change(connection, service=ServiceRules(ways=("chat",)))
    office.ask("sync")
    return {name: office.ask(name, "--json") for name in ("available", "present", "away")}


def _seen_to(office: Desk) -> dict[str, Result]:
    """Something that was refused, four times, each time seen to in another way."""
    ways = {"show": [], "copy": [], "resend": ["--set", "state=unsubscribed"], "hand-over": [], "discard": []}
    printed = {}
    for place, (way, more) in enumerate(ways.items(), 10):
        key = refused_consent(office, place)
        printed[f"attention {way}"] = office.ask("attention", way, key, *more, "--json")
        office.ask("attention", "discard", key)
    return printed


def _acknowledged(office: Desk) -> Result:
    """What was lost, once it was seen."""
    damage_journal(office)
    key = next(each["key"] for each in office.ask("attention", "list", "--json").objects if each["source"] == "lost")
    return office.ask("attention", "acknowledge", key, "--json")


def _judged(office: Desk) -> dict[str, Result]:
    """What others handed over, and pairs, for a manager whose customers they are."""
    mia = office.shop.person("mia", role="manager")
    one, other = office.shop.customers(2, mia, begin=200)
    note = {"op": "create", "kind": "note", "id": "", "doc": {"customer": one.id, "text": "Likes blue"}}
    office.shop.write(
        *(
            ParkedEdit(id=id, customer=one.id, author=office.ada.id, at=NOON, operation={**note, "id": f"note {id}"})
            for id in ("parked-edit-1", "parked-edit-2")
        ),
        *(
            DuplicatePair(id=id, store="Alpha", customers=(one.id, other.id), names=("One", "Other"))
            for id in ("first-pair", "other-pair")
        ),
    )
    folder = office.folder / "mia"
    folder.mkdir()
    machine = Machine(folder)
    assert machine.ask("sync", "--server", office.shop.url, "--user", "mia").code == 0
    return {
        "attention list": machine.ask("attention", "list", "--json"),
        "attention accept": machine.ask("attention", "accept", "parked-edit-1", "--json"),
        "attention reject": machine.ask("attention", "reject", "parked-edit-2", "--json"),
        "attention merge": machine.ask("attention", "merge", "first-pair", "--keep", one.id, "--json"),
        "attention dismiss": machine.ask("attention", "dismiss", "other-pair", "--json"),
    }


def _worked(office: Desk) -> dict[str, Result]:
    """Tasks by hand; a manager gives one and takes it back."""
    office.shop.set_mode("team")
    assert office.ask("sync").code == 0
    added = office.ask("tasks", "add", "Call", "--customer", office.people[5].number, "--due", "2051-03-14", "--json")
    task = added.objects[0]["id"]
    lines = (
        "list --json",
        f"show {task} --json",
        f"edit {task} --title Write --json",
        f"snooze {task} --until 2051-03-15 --json",
        f"claim {task} --json",
        f"release {task} --json",
        f"hand-over {task} --to ben --json",
        f"done {task} --json",
        f"reopen {task} --json",
        f"dismiss {task} --reason over --json",
    )
    printed = {f"tasks {line.split()[0]}": office.ask("tasks", *line.split()) for line in lines}
    printed["why task"] = office.ask("why", "task", task, "--json")
    office.shop.set_mode("associate")
    machine = another(office, "max", role="manager")
    assert machine.ask("tasks", "add", "Look", "--for", "ada").code == 0
    assert machine.ask("sync").code == 0
    given = machine.ask("tasks", "given", "--json")
    everybody = ["customers", "assign", "owner:ada", "--to", "nobody", "--json"]
    return {
        **printed,
        "tasks add": added,
        "tasks given": given,
        "people list": machine.ask("people", "list", "--json"),
        "customers assign --dry-run": machine.ask(*everybody, "--dry-run"),
        "customers assign": machine.ask(*everybody, "--yes"),
        "tasks withdraw": machine.ask("tasks", "withdraw", given.objects[0]["card"], "--json"),
    }


def _ruled(office: Desk) -> dict[str, Result]:
    """A rule, and what a head office asks."""
    machine = another(office, "hq", role="head_office")
    rule = '[[rule]]\nslug = "welcome"\nname = "Welcome"\ntrigger = "new_customer"\ntitle = "Say hello"\n'
    printed = {"rules add": feed(machine, rule, "rules", "add", "-", "--json")}
    for line in ("list", "show welcome", "disable welcome", "enable welcome", "edit welcome --set offset_days=1"):
        printed[f"rules {line.split()[0]}"] = machine.ask("rules", *line.split(), "--json")
    printed["rules preview"] = machine.ask("rules", "preview", "welcome", "--json")
    printed["rules remove"] = machine.ask("rules", "remove", "welcome", "--json")
    brief = '[[corporate_task]]\ntitle = "Dress the window"\n'
    printed["corporate add"] = feed(machine, brief, "corporate", "add", "-", "--json")
    printed["corporate list"] = machine.ask("corporate", "list", "--json")
    asked = printed["corporate list"].objects[0]["id"]
    printed["corporate show"] = machine.ask("corporate", "show", asked, "--json")
    printed["corporate withdraw"] = machine.ask("corporate", "withdraw", asked, "--json")
    return printed


def _disputed(office: Desk) -> dict[str, Result]:
    """Online sales that one is credited with, which somebody else disputes."""
    ben = next(person for person in office.shop.world().accounts if person.user_name == "ben")
    anna, lines = office.people[0].id, (OrderLine(title="Coat", amount=5_000, quantity=1),)
    with office.shop.database.transaction() as connection:
        for account, days in ((ben, 2), (office.ada, 1)):
            shared = Shared("lookbook", f"look-{days}", "Alpha", account.id, anna)
            touches.note(connection, shared, "click", NOON - dt.timedelta(days=days), sku="1")
        sold: dict[str, Any] = {"placed_at": NOON, "currency": "EUR", "store": "Alpha", "channel": "online"}
        orders = [
            OrderEntry(id=id, number=id, customer=anna, total=5_000, lines=lines, **sold) for id in ("w-1", "w-2")
        ]
        write_orders(connection, orders)
    assert office.ask("sync").code == 0
    machine = another(office, "ben", known=True)
    disputed = [machine.ask("sales", "dispute", id, "--reason", "I advised her", "--json") for id in ("w-1", "w-2")]
    assert machine.ask("sync").code == 0
    manager = another(office, "moe", role="manager")
    waiting = manager.ask("attention", "list", "--json").objects
    upheld, declined = (item["key"] for item in waiting if item["source"] == "dispute")
    return {
        "sales list": office.ask("sales", "list", "--json"),
        "sales show": office.ask("sales", "show", "w-1", "--json"),
        "why sale": office.ask("why", "sale", "w-1", "--json"),
        "sales dispute": disputed[0],
        "attention uphold": manager.ask("attention", "uphold", upheld, "--reason", "He did", "--json"),
        "attention decline": manager.ask("attention", "decline", declined, "--reason", "She did", "--json"),
    }


def _asked(office: Desk) -> dict[str, Result]:
    """A request of a customer."""
    id = source_id("request", "test", "kim")
    office.shop.write(Request(id=id, store="Alpha", name="Kim", waiting_since=NOON, asked_at=NOON))
    assert office.ask("sync").code == 0
    printed = {"requests list": office.ask("requests", "list", "--json")}
    for line in (
        "show",
        "why",
        "claim",
        "answer Yes",
        "snooze --until 2051-03-14",
        f"link --customer {office.people[0].number}",
        "close --outcome helped",
        "reopen",
        "release",
    ):
        name, *more = line.split()
        printed[f"requests {name}"] = office.ask("requests", name, id, *more, "--json")
    assert office.ask("requests", "claim", id).code == 0
    printed["requests pass"] = office.ask("requests", "pass", id, "--to", "ben", "--json")
    return printed
