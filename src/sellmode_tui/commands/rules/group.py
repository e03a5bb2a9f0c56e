"""``sellmode rules``: the rules that make tasks, as text, JSON or TOML; changed, and previewed by the server."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import click
import msgspec

from sellmode_contract import wire
from sellmode_contract.kinds.task_rule import TASK_RULE, TaskRule
from sellmode_contract.refusals import Rejected
from sellmode_contract.rules import HELD
from sellmode_contract.rules.checking import problems
from sellmode_contract.rules.files import RULE, read_rules, write_rules
from sellmode_contract.store_time import read_day, read_due
from sellmode_contract.text import visible, visible_lines
from sellmode_contract.visibility import may
from sellmode_tui.commands.kit import resolve
from sellmode_tui.commands.kit.base import Opened, Parameter, command
from sellmode_tui.commands.kit.exit_codes import Exit, Failure, failure
from sellmode_tui.commands.kit.inputs import set_option, typed_values
from sellmode_tui.commands.kit.output import Table, is_terminal, plain, print_json, say
from sellmode_tui.commands.kit.toml_files import read_tables
from sellmode_tui.dates.words import due_words
from sellmode_tui.records import RecordStore, RuleLine, Written
from sellmode_tui.records.rules.preview_words import unseen_words

_RULE: Parameter = click.argument("slug", metavar="RULE")


@click.group("rules")
def rules_command() -> None:
    """List, show, enable, disable, edit and preview the rules that create tasks. For managers and head office.

    RULE is a slug from the list: your store's rule, if it has one with that slug, else the retailer's. A manager's
    change of a retailer's rule creates the store's own version of it.
    """


@command("list", of=rules_command)
def list_command(opened: Opened) -> None:
    """List your store's rules and the retailer's.

    sellmode rules list
    """
    opened.print_list(
        opened.records.rules.lines(),
        {
            "RULE": lambda line: line.rule.slug,
            "STATE": _state,
            "OF": lambda line: line.store_name or "all stores",
            "NAME": lambda line: line.rule.name,
            "WHEN": lambda line: line.words,
        },
        _as_object,
        empty="No rules.",
    )


@command("show", _RULE, of=rules_command)
def show_command(opened: Opened, slug: str) -> None:
    """Show RULE in full, as in a rule file.

    sellmode rules show birthday
    """
    line = _named(opened.records, slug)
    heading = f"# {visible(line.rule.name)}: {visible(line.words)}; {_state(line)}"
    opened.print_one(_as_object(line), [heading, *visible_lines(write_rules([line.rule]).rstrip("\n"))])


@command("enable", _RULE, of=rules_command)
def enable_command(opened: Opened, slug: str) -> None:
    """Enable RULE.

    sellmode rules enable replenishment
    """
    opened.report(opened.records.rules.edit(_named(opened.records, slug).rule.id, {"enabled": True}))


@command("disable", _RULE, of=rules_command)
def disable_command(opened: Opened, slug: str) -> None:
    """Disable RULE. Its open tasks stay.

    sellmode rules disable lapsed
    """
    opened.report(opened.records.rules.edit(_named(opened.records, slug).rule.id, {"enabled": False}))


@command("edit", _RULE, set_option, of=rules_command)
def edit_command(opened: Opened, slug: str, assignments: tuple[str, ...]) -> None:
    """Change fields of RULE, named as in a rule file; separate several values with commas.

    sellmode rules edit birthday --set offset_days=-5 --set due_time=10:00
    sellmode rules edit lapsed --set audience='tag:vip spend>1000'
    """
    if not assignments:
        raise Failure("Name what to change: --set FIELD=VALUE.", Exit.USAGE)
    rule = _named(opened.records, slug).rule
    opened.report(opened.records.rules.edit(rule.id, typed_values(TASK_RULE, assignments)))


@command("add", click.argument("source", metavar="FILE|-"), of=rules_command)
def add_command(opened: Opened, source: str) -> None:
    """Add the rules in a TOML file, or update those with the same slugs.

    sellmode rules export > rules.toml
    sellmode rules add rules.toml
    """
    retailer = opened.records.retailer()
    custom = retailer.custom_fields if retailer else ()
    empty = f"has no rules: they begin with [[{RULE}]]."
    opened.report(*_write_rules(opened.records, read_tables(source, lambda text: read_rules(text, custom), empty)))


@command("remove", _RULE, of=rules_command)
def remove_command(opened: Opened, slug: str) -> None:
    """Remove RULE. Its open tasks expire. If it replaced a rule of the retailer, that one applies again.

    sellmode rules remove lapsed
    """
    opened.report(opened.records.remove("task_rule", _named(opened.records, slug).rule.id))


@command("export", click.argument("slugs", metavar="[RULE]...", nargs=-1), of=rules_command, json=False)
def export_command(opened: Opened, slugs: tuple[str, ...]) -> None:
    """Print rules as TOML: all, or the named ones.

    sellmode rules export > rules.toml
    sellmode rules export birthday lapsed
    """
    found = [_named(opened.records, slug) for slug in slugs] if slugs else opened.records.rules.lines()
    if not found:
        raise Failure("No rules.", Exit.NOTHING)
    text = write_rules(line.rule for line in found)
    click.echo("\n".join(visible_lines(text)) if is_terminal() else text, nl=False)


@command(
    "preview",
    _RULE,
    set_option,
    click.option("--day", metavar="DAY", help="The day, such as 2026-12-24.  [default: the store's next day]"),
    click.option("--store", metavar="STORE", help="The store, if you have several."),
    of=rules_command,
)
def preview_command(
    opened: Opened, slug: str, assignments: tuple[str, ...], day: str | None, store: str | None
) -> None:
    """Preview which tasks RULE would create and hold back; --set tries other values.

    sellmode rules preview birthday
    sellmode rules preview birthday --set offset_days=-7 --day 2026-12-01
    """
    records = opened.records
    rule = msgspec.structs.replace(_named(records, slug).rule, **typed_values(TASK_RULE, assignments))
    _check(records, rule)
    found = opened.workspace.preview(rule, _store(records, store or rule.store), _day(day) if day else None)
    names = records.customers.names(dict.fromkeys(line.customer for line in found.lines if line.customer))
    people = {staff.id: staff.name for staff in records.colleagues()}
    if opened.as_json:
        print_json(_preview_object(found, names, people))
    else:
        _print_preview(found, rule, names, people, records.zone())


# ------------------------------------------------------------------ which rule, and its changes


def _named(records: RecordStore, slug: str) -> RuleLine:
    """The rule of a slug that counts here: the store's, if it has one. Raises Failure."""
    found = [line for line in records.rules.lines() if slug.strip() in (line.rule.slug, line.rule.id)]
    if not found:
        raise resolve.unknown("rule", slug)
    return min(found, key=lambda line: line.in_place)


def _check(records: RecordStore, rule: TaskRule) -> None:
    """Raises Failure for a rule that makes no sense, which points at what is wrong with its audience."""
    retailer = records.retailer()
    for problem in problems(rule, retailer.custom_fields if retailer else ()):
        pointed = ""
        if problem.start is not None and rule.audience == visible(rule.audience):
            pointed = f"\n  {rule.audience}\n  {' ' * problem.start}{'^' * max(1, (problem.end or 0) - problem.start)}"
        raise Failure(f"{problem.field}: {visible(problem.detail)}{pointed}", Exit.USAGE)


def _write_rules(records: RecordStore, given: list[TaskRule]) -> list[Written]:
    """Rules of a file made, or changed where there are some of their slugs. Raises Failure, which says at which one."""
    account = records.account()
    ours = account.stores[0] if account and len(account.stores) == 1 and not may(account, "announce") else None
    known = {(line.rule.store, line.rule.slug): line.rule for line in records.rules.lines()}
    written: list[Written] = []
    for rule in given:
        store = rule.store or ours  # what a manager adds is of their store
        present = known.get((store, rule.slug))
        fields = {name: getattr(rule, name) for name in TASK_RULE.content}
        try:
            if present is None:
                written.append(records.rules.create({**fields, "store": store}))
            elif present.trigger != rule.trigger:
                raise Rejected(
                    "invalid", ("The trigger of a rule cannot be changed: remove the rule first."), field="trigger"
                )
            else:
                written.append(records.rules.edit(present.id, {name: fields[name] for name in TASK_RULE.edited}))
        except Rejected as error:
            told = failure(error)
            if told is None:
                raise
            before = f" The {len(written)} before it are saved." if written else ""
            raise Failure(f"{visible(rule.slug)}: {told.message}{before}", Exit(told.exit_code)) from None
    return written


def _store(records: RecordStore, named: str | None) -> str:
    account = records.account()
    stores = account.stores if account else ()
    if named is not None:
        return resolve.store(records, named)
    if len(stores) == 1:
        return stores[0]
    retailer = records.retailer()
    names = {each.id: each.name for each in retailer.stores} if retailer else {}
    listed = ", ".join(visible(names.get(id, id)) for id in stores) or "none"
    raise Failure(f"Name the store, with --store. Yours are: {listed}.", Exit.USAGE)


def _day(text: str) -> dt.date:
    try:
        return read_day(text)
    except ValueError as error:
        raise Failure(f"--day has to be a day such as 2026-12-24: {error}.", Exit.USAGE) from None


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
    lines = [
        {
            **plain(line),
            "customer_name": names.get(line.customer, ""),
            "person_name": people.get(line.person or "", ""),
            "held_words": HELD.get(line.held, line.held),
        }
        for line in found.lines
    ]
    return {**plain(found), "lines": lines}


def _print_preview(
    found: wire.Preview, rule: TaskRule, names: dict[str, str], people: dict[str, str], zone: dt.tzinfo
) -> None:
    due = "1 task" if found.due == 1 else f"{found.due:,} tasks"
    click.echo(f"{visible(found.day)}: {due}, {found.held:,} held back.")
    if found.lines:
        about = {"stale_picks": "PICKS", "late_request": "REQUEST"}.get(rule.trigger, "CUSTOMER")
        Table([about, "DUE", "FOR", "HELD BACK"]).print(_preview_rows(found, names, people, zone))
    if (left := found.due + found.held - len(found.lines)) > 0:
        say(f"{left:,} more are not listed.")
    if found.unseen is not None:
        say(f"{unseen_words(found.unseen, rule.trigger)}.")


def _preview_rows(
    found: wire.Preview, names: dict[str, str], people: dict[str, str], zone: dt.tzinfo
) -> Iterator[list[str]]:
    now = dt.datetime.now(dt.UTC)
    for line in found.lines:
        due = due_words(read_due(line.due), now, zone) if line.due else ""
        person = people.get(line.person, "a colleague") if line.person else "nobody"
        yield [line.picks or line.request or names[line.customer], due, person, HELD.get(line.held, line.held)]
