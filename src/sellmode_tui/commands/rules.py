"""``sellmode rules``: the rules that make tasks, as text, JSON or TOML; changed, and previewed by the server."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any, Final, get_args, get_type_hints

import click
import msgspec

from sellmode_contract import wire
from sellmode_contract.kinds.task_rule import TASK_RULE, TaskRule
from sellmode_contract.mutations import Rejected
from sellmode_contract.rules import HELD
from sellmode_contract.rules.checking import problems
from sellmode_contract.rules.files import LONGEST_FILE, RuleFileError, read_rules, write_rules
from sellmode_contract.store_time import read_due
from sellmode_contract.text import visible, visible_lines
from sellmode_contract.visibility import may
from sellmode_tui.commands.entering import Choice, account_options, opened
from sellmode_tui.commands.given import pairs, read_file
from sellmode_tui.commands.kept import tell_all, tell_written
from sellmode_tui.commands.outcome import Exit, Failure, Nothing, failure
from sellmode_tui.commands.output import Table, is_terminal, json_option, plain, print_json, say
from sellmode_tui.visibility import Door, RuleLine, Written
from sellmode_tui.visibility.due_words import due_words
from sellmode_tui.visibility.preview_words import unseen_words

_FIELDS: Final = [name for name in TaskRule.__struct_fields__ if name in TASK_RULE.edited]
_set_option = click.option(
    "--set", "assignments", metavar="FIELD=VALUE", multiple=True, help="Set FIELD; an empty VALUE takes it away."
)


@click.group("rules")
def rules_command() -> None:
    """List, show, switch and change the rules that make tasks, and preview them. For managers and the head office.

    RULE is a slug that the list shows: your store's rule, if it has one of that slug, else the retailer's. A manager's
    change of a retailer's rule makes a rule of the store, which stands in its place there.
    """


@rules_command.command("list")
@json_option
@account_options
def list_command(choice: Choice, *, as_json: bool) -> None:
    """List the rules of your store and of the retailer.

    \b
      sellmode rules list
    """  # noqa: D301  # click's mark for lines to be kept
    with opened(choice) as workspace:
        found = workspace.door.rules()
    if as_json:
        for line in found:
            print_json(_as_object(line))
    elif found:
        table = Table(["RULE", "STATE", "OF", "NAME", "WHEN"])
        table.print(
            [line.rule.slug, _state(line), line.store_name or "all stores", line.rule.name, line.words]
            for line in found
        )
    if not found:
        raise Nothing("There is no rule to see.")


@rules_command.command("show")
@click.argument("slug", metavar="RULE")
@json_option
@account_options
def show_command(choice: Choice, slug: str, *, as_json: bool) -> None:
    """Show everything that RULE says, as its file has it.

    \b
      sellmode rules show birthday
    """  # noqa: D301  # click's mark for lines to be kept
    with opened(choice) as workspace:
        line = _named(workspace.door, slug)
    if as_json:
        print_json(_as_object(line))
        return
    click.echo(f"# {visible(line.rule.name)}: {visible(line.words)}; {_state(line)}")
    click.echo("\n".join(visible_lines(write_rules([line.rule]).rstrip("\n"))))


@rules_command.command("enable")
@click.argument("slug", metavar="RULE")
@json_option
@account_options
def enable_command(choice: Choice, slug: str, *, as_json: bool) -> None:
    """Let RULE make tasks.

    \b
      sellmode rules enable replenishment
    """  # noqa: D301  # click's mark for lines to be kept
    _switch(choice, slug, on=True, as_json=as_json)


@rules_command.command("disable")
@click.argument("slug", metavar="RULE")
@json_option
@account_options
def disable_command(choice: Choice, slug: str, *, as_json: bool) -> None:
    """Let RULE make no more tasks. Its open ones stay.

    \b
      sellmode rules disable lapsed
    """  # noqa: D301  # click's mark for lines to be kept
    _switch(choice, slug, on=False, as_json=as_json)


@rules_command.command("edit")
@click.argument("slug", metavar="RULE")
@_set_option
@json_option
@account_options
def edit_command(choice: Choice, slug: str, assignments: tuple[str, ...], *, as_json: bool) -> None:
    """Change fields of RULE, called as in its file; several values of a field are parted by commas.

    \b
      sellmode rules edit birthday --set offset_days=-5 --set due_time=10:00
      sellmode rules edit lapsed --set audience='tag:vip spend>1000'
    """  # noqa: D301  # click's mark for lines to be kept
    if not assignments:
        raise Failure("Say what to change: --set FIELD=VALUE.", Exit.USAGE)
    with opened(choice) as workspace:
        door = workspace.door
        line = _named(door, slug)
        changed = _changed(line.rule, assignments)
        fields = {field: getattr(changed, field) for field, _ in pairs(assignments, "--set")}
        tell_written(door, door.edit_rule(line.rule.id, fields), as_json=as_json)


@rules_command.command("add")
@click.argument("source", metavar="FILE|-")
@json_option
@account_options
def add_command(choice: Choice, source: str, *, as_json: bool) -> None:
    """Make the rules of a TOML file, or change those of the same slugs to what it says.

    \b
      sellmode rules export > rules.toml
      sellmode rules add rules.toml
    """  # noqa: D301  # click's mark for lines to be kept
    text = read_file(source, LONGEST_FILE)
    with opened(choice) as workspace:
        door = workspace.door
        retailer = door.retailer()
        try:
            given = read_rules(text, retailer.custom_fields if retailer else ())
        except RuleFileError as error:
            raise _file_failure(source, error) from None
        if not given:
            raise Failure(f"{_file(source)} has no rules: they begin with [[rule]].", Exit.USAGE)
        tell_all(door, _write_rules(door, given), as_json=as_json)


@rules_command.command("remove")
@click.argument("slug", metavar="RULE")
@json_option
@account_options
def remove_command(choice: Choice, slug: str, *, as_json: bool) -> None:
    """Remove RULE. Its open tasks expire. Where it stood in place of the retailer's, that one counts again.

    \b
      sellmode rules remove lapsed
    """  # noqa: D301  # click's mark for lines to be kept
    with opened(choice) as workspace:
        door = workspace.door
        tell_written(door, door.remove_rule(_named(door, slug).rule.id), as_json=as_json)


@rules_command.command("export")
@click.argument("slugs", metavar="[RULE]...", nargs=-1)
@account_options
def export_command(choice: Choice, slugs: tuple[str, ...]) -> None:
    """Print rules as TOML: all, or those named.

    \b
      sellmode rules export > rules.toml
      sellmode rules export birthday lapsed
    """  # noqa: D301  # click's mark for lines to be kept
    with opened(choice) as workspace:
        door = workspace.door
        found = [_named(door, slug) for slug in slugs] if slugs else door.rules()
    if not found:
        raise Failure("There is no rule to see.", Exit.NOTHING)
    text = write_rules(line.rule for line in found)
    click.echo("\n".join(visible_lines(text)) if is_terminal() else text, nl=False)


@rules_command.command("preview")
@click.argument("slug", metavar="RULE")
@_set_option
@click.option("--day", metavar="DAY", help="Of which day: 2026-12-24.  [default: the store's next day]")
@click.option("--store", metavar="STORE", help="In which store, if you have several.")
@json_option
@account_options
def preview_command(
    choice: Choice, slug: str, assignments: tuple[str, ...], day: str | None, store: str | None, *, as_json: bool
) -> None:
    """Ask the server which tasks RULE would make, and which it would hold back, with other values by --set.

    \b
      sellmode rules preview birthday
      sellmode rules preview birthday --set offset_days=-7 --day 2026-12-01
    """  # noqa: D301  # click's mark for lines to be kept
    with opened(choice) as workspace:
        door = workspace.door
        rule = _changed(_named(door, slug).rule, assignments)
        _check(door, rule)
        found = workspace.preview(rule, _store(door, store or rule.store), _day(day) if day else None)
        names = door.customer_names(dict.fromkeys(line.customer for line in found.lines))
        people = {staff.id: staff.name for staff in door.colleagues()}
        zone = door.zone()
    if as_json:
        print_json(_preview_object(found, names, people))
        return
    _print_preview(found, names, people, zone)


# ------------------------------------------------------------------ which, and what of it


def _named(door: Door, slug: str) -> RuleLine:
    """The rule of a slug that stands here: the store's, if it has one. Raises Failure."""
    found = [line for line in door.rules() if slug.strip() in (line.rule.slug, line.rule.id)]
    if not found:
        raise Failure(f"No rule {visible(slug)} is known to you.", Exit.NOTHING)
    return min(found, key=lambda line: line.in_place)


def _switch(choice: Choice, slug: str, *, on: bool, as_json: bool) -> None:
    with opened(choice) as workspace:
        door = workspace.door
        tell_written(door, door.edit_rule(_named(door, slug).rule.id, {"enabled": on}), as_json=as_json)


def _changed(rule: TaskRule, assignments: Iterable[str]) -> TaskRule:
    """A rule with other values, as they are typed. Raises Failure."""
    fields = msgspec.structs.asdict(rule)
    hints = get_type_hints(TaskRule)
    defaults = dict(zip(reversed(TaskRule.__struct_fields__), reversed(TaskRule.__struct_defaults__), strict=False))
    for field, value in pairs(assignments, "--set"):
        if field not in _FIELDS:
            made = field in ("id", *TASK_RULE.by_name)
            fixed = " stays as it was made." if made else f" is no field; there are {', '.join(_FIELDS)}."
            raise Failure(f"{visible(field)}{fixed}", Exit.USAGE)
        if not value and field in defaults and isinstance(defaults[field], str | int | float | tuple | None):
            fields[field] = defaults[field]
            continue
        several = hints[field] == tuple[str, ...]
        given: Any = [part.strip() for part in value.split(",")] if several else value
        try:
            fields[field] = msgspec.convert(given, hints[field], strict=False)
        except msgspec.ValidationError:
            raise Failure(f"{field} cannot be that: it is {_kind(hints[field])}.", Exit.USAGE) from None
    return TaskRule(**fields)


def _kind(hint: Any) -> str:
    """What a field holds, in words."""
    choices = [each for option in (hint, *get_args(hint)) for each in get_args(option) if isinstance(each, str)]
    if choices:
        return f"one of {', '.join(choice or '(nothing)' for choice in choices)}"
    return "true or false" if hint is bool else "a number"


def _check(door: Door, rule: TaskRule) -> None:
    retailer = door.retailer()
    for problem in problems(rule, retailer.custom_fields if retailer else ()):
        pointed = ""
        if problem.start is not None and rule.audience == visible(rule.audience):
            pointed = f"\n  {rule.audience}\n  {' ' * problem.start}{'^' * max(1, (problem.end or 0) - problem.start)}"
        raise Failure(f"{problem.field}: {visible(problem.detail)}{pointed}", Exit.USAGE)


def _write_rules(door: Door, given: list[TaskRule]) -> list[Written]:
    """Rules of a file made, or changed where there are some of their slugs. Raises Failure, which says at which one."""
    account = door.account()
    ours = account.stores[0] if account and len(account.stores) == 1 and not may(account, "announce") else None
    known = {(line.rule.store, line.rule.slug): line.rule for line in door.rules()}
    written: list[Written] = []
    for rule in given:
        fields = {name: getattr(rule, name) for name in TaskRule.__struct_fields__ if name != "id"}
        store = rule.store or ours  # what a manager adds is of their store
        present = known.get((store, rule.slug))
        try:
            if present is None:
                written.append(door.create_rule({**fields, "store": store}))
            else:
                if present.trigger != rule.trigger:
                    raise Rejected("invalid", "The trigger of a rule stays: remove it first.", field="trigger")
                changes = {name: value for name, value in fields.items() if name in TASK_RULE.edited}
                written.append(door.edit_rule(present.id, changes))
        except Rejected as error:
            told = failure(error)
            if told is None:
                raise
            before = f" The {len(written)} before it are kept." if written else ""
            raise Failure(f"{visible(rule.slug)}: {told.message}{before}", Exit(told.exit_code)) from None
    return written


def _file_failure(source: str, error: RuleFileError) -> Failure:
    return Failure(f"{_file(source)}, {error}", Exit.USAGE)


def _file(source: str) -> str:
    return "Standard input" if source == "-" else visible(source)


def _store(door: Door, named: str | None) -> str:
    account = door.account()
    stores = account.stores if account else ()
    if named is not None:
        return named
    if len(stores) == 1:
        return stores[0]
    listed = ", ".join(map(visible, stores)) or "none"
    raise Failure(f"Say in which store, with --store. Yours are: {listed}.", Exit.USAGE)


def _day(text: str) -> dt.date:
    try:
        due = read_due(text.strip())
    except ValueError as error:
        raise Failure(f"--day is a day such as 2026-12-24: {error}.", Exit.USAGE) from None
    if due.time is not None:
        raise Failure("--day is a day such as 2026-12-24, without a time.", Exit.USAGE)
    return due.day


# ------------------------------------------------------------------ in words and as JSON


def _state(line: RuleLine) -> str:
    if line.in_place:
        return "replaced"
    return "on" if line.rule.enabled else "off"


def _as_object(line: RuleLine) -> dict[str, Any]:
    return {
        **plain(line.rule), "store_name": line.store_name, "words": line.words, "counts": line.counts,
        "in_place": line.in_place, "editable": line.editable,
    }  # fmt: skip


def _preview_object(found: wire.Preview, names: dict[str, str], people: dict[str, str]) -> dict[str, Any]:
    return {
        **plain(found),
        "lines": [
            {
                **plain(line),
                "customer_name": names[line.customer],
                "person_name": people.get(line.person or "", ""),
                "held_words": HELD.get(line.held, line.held),
            }
            for line in found.lines
        ],
    }


def _print_preview(found: wire.Preview, names: dict[str, str], people: dict[str, str], zone: dt.tzinfo) -> None:
    due = "1 task" if found.due == 1 else f"{found.due:,} tasks"
    click.echo(f"{visible(found.day)}: {due}, {found.held:,} held back.")
    if found.lines:
        table = Table(["CUSTOMER", "DUE", "FOR", "HELD BACK"])
        table.print(_preview_rows(found.lines, names, people, zone))
    if (left := found.due + found.held - len(found.lines)) > 0:
        say(f"{left:,} more are not listed.")
    if found.unseen is not None:
        say(f"{unseen_words(found.unseen)}.")


def _preview_rows(
    lines: Iterable[wire.PreviewLine], names: dict[str, str], people: dict[str, str], zone: dt.tzinfo
) -> Iterator[list[str]]:
    now = dt.datetime.now(dt.UTC)
    for line in lines:
        due = due_words(read_due(line.due), now, zone) if line.due else ""
        person = people.get(line.person, "a colleague") if line.person else "nobody"
        yield [names[line.customer], due, person, HELD.get(line.held, line.held)]
