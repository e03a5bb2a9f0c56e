"""``sellmode attention``: what was refused, what was handed over, who may be there twice; and seeing to it."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from typing import Any, Final, TypeVar

import click

from sellmode_contract.text import visible, visible_lines
from sellmode_tui.commands.entering import Choice, account_options, opened
from sellmode_tui.commands.given import field_values, from_option, read_json, set_option
from sellmode_tui.commands.kept import tell_written
from sellmode_tui.commands.outcome import Exit, Failure, Nothing
from sellmode_tui.commands.output import Table, json_option, minute, plain, print_json, say
from sellmode_tui.visibility import Attention, Door, Duplicate, HandedOver, Lost, NotInTray, Refused
from sellmode_tui.visibility.values import as_text

SHORT_KEY: Final = 8
"""Last characters of a key that a table shows; as many name it. Keys begin with the time, so their ends differ."""
_Sort = TypeVar("_Sort", Lost, Refused, HandedOver, Duplicate)
_SORTS: Final = {"lost": "lost", "refused": "refused", "handed_over": "to be judged", "duplicate": "duplicate"}


@click.group("attention")
def attention_command() -> None:
    """See and resolve what needs attention. `sellmode attention list` lists it.

    KEY is a key that the list shows, or its last eight characters or more.
    """


@attention_command.command("list")
@json_option
@account_options
def list_command(choice: Choice, *, as_json: bool) -> None:
    """List what is lost, refused or handed over to you, and, for managers, customers who may be there twice.

    \b
      sellmode attention list
    """  # noqa: D301  # click's mark for lines to be kept
    with opened(choice) as workspace:
        door = workspace.door
        found, zone, waiting = door.attention(), door.zone(), door.waiting_with_owners()
    if as_json:
        for each in found:
            print_json(_as_object(each))
    elif found:
        table = Table(["SINCE", "WHAT", "ABOUT", "REASON", "KEY"])
        table.print(
            [minute(_since(each), zone), _SORTS[each.source], _words(each), _reason(each), each.key[-SHORT_KEY:]]
            for each in found
        )
    if waiting:
        changes = "1 change waits" if waiting == 1 else f"{waiting:,} changes wait"
        say(f"{changes} to be judged by those who look after the customers.")
    if not found:
        raise Nothing("Nothing needs attention.")


@attention_command.command("show")
@click.argument("key", metavar="KEY")
@json_option
@account_options
def show_command(choice: Choice, key: str, *, as_json: bool) -> None:
    """Show KEY with its values and, where you may see them, the present ones.

    \b
      sellmode attention show 5f1c22aa
    """  # noqa: D301  # click's mark for lines to be kept
    with opened(choice) as workspace:
        found, zone = _named(workspace.door, key), workspace.door.zone()
    if as_json:
        print_json(_as_object(found))
        return
    for line in _lines(found, zone):
        click.echo(line)


@attention_command.command("resend")
@click.argument("key", metavar="KEY")
@set_option
@from_option("Read other values as a JSON object, by field, from FILE.")
@json_option
@account_options
def resend_command(
    choice: Choice, key: str, assignments: tuple[str, ...], source: str | None, *, as_json: bool
) -> None:
    """Write what was refused once more, as it was or with other values, and what was refused with it.

    \b
      sellmode attention resend 5f1c22aa --set phone='+41 44 123 45 67'
    """  # noqa: D301  # click's mark for lines to be kept
    with _seeing_to(choice, key, Refused) as (door, found):
        values = {**(read_json(source) if source else {}), **field_values(assignments, door.retailer())}
        tell_written(door, door.resend(found.key, values), as_json=as_json)


@attention_command.command("hand-over")
@click.argument("key", metavar="KEY")
@json_option
@account_options
def hand_over_command(choice: Choice, key: str, *, as_json: bool) -> None:
    """Give what was refused to whoever looks after the customer.

    \b
      sellmode attention hand-over 5f1c22aa
    """  # noqa: D301  # click's mark for lines to be kept
    with _seeing_to(choice, key, Refused) as (door, found):
        tell_written(door, door.hand_over(found.key), as_json=as_json)


@attention_command.command("copy")
@click.argument("key", metavar="KEY")
@json_option
@account_options
def copy_command(choice: Choice, key: str, *, as_json: bool) -> None:
    """Print the values of what was refused, to be used elsewhere.

    \b
      sellmode attention copy 5f1c22aa
    """  # noqa: D301  # click's mark for lines to be kept
    with _seeing_to(choice, key, Refused) as (door, found):
        text = door.copy_text(found.key)
        if as_json:
            print_json({"key": found.key, "text": text})
        else:
            click.echo("\n".join(visible_lines(text)))


@attention_command.command("discard")
@click.argument("key", metavar="KEY")
@json_option
@account_options
def discard_command(choice: Choice, key: str, *, as_json: bool) -> None:
    """Give up what was refused, and what was refused with it.

    \b
      sellmode attention discard 5f1c22aa
    """  # noqa: D301  # click's mark for lines to be kept
    with _seeing_to(choice, key, Refused) as (door, found):
        door.discard(found.key)
        if as_json:
            print_json({"key": found.key, "words": found.words})
        else:
            click.echo(f"Discarded: {visible(found.words)}.")


@attention_command.command("acknowledge")
@click.argument("key", metavar="KEY")
@json_option
@account_options
def acknowledge_command(choice: Choice, key: str, *, as_json: bool) -> None:
    """Mark what was lost to a damaged file as seen; it is not shown again.

    \b
      sellmode attention acknowledge lost0001
    """  # noqa: D301  # click's mark for lines to be kept
    with _seeing_to(choice, key, Lost) as (door, found):
        door.acknowledge_loss(found.id)
        if as_json:
            print_json({"key": found.key, "words": found.words})
        else:
            click.echo(f"Seen: {found.words}.")


@attention_command.command("accept")
@click.argument("key", metavar="KEY")
@json_option
@account_options
def accept_command(choice: Choice, key: str, *, as_json: bool) -> None:
    """Make a change that was handed over to you your own.

    \b
      sellmode attention accept 5f1c22aa
    """  # noqa: D301  # click's mark for lines to be kept
    with _seeing_to(choice, key, HandedOver) as (door, found):
        tell_written(door, door.accept_parked(found.key), as_json=as_json)


@attention_command.command("reject")
@click.argument("key", metavar="KEY")
@json_option
@account_options
def reject_command(choice: Choice, key: str, *, as_json: bool) -> None:
    """Drop a change that was handed over to you.

    \b
      sellmode attention reject 5f1c22aa
    """  # noqa: D301  # click's mark for lines to be kept
    with _seeing_to(choice, key, HandedOver) as (door, found):
        tell_written(door, door.discard_parked(found.key), as_json=as_json)


@attention_command.command("merge")
@click.argument("key", metavar="KEY")
@click.option("--keep", metavar="CUSTOMER", required=True, help="Id of the customer who stays, or its beginning.")
@click.option("--take", metavar="FIELD", multiple=True, help="A field whose value is the other one's.")
@json_option
@account_options
def merge_command(choice: Choice, key: str, keep: str, take: tuple[str, ...], *, as_json: bool) -> None:
    """Make one customer of two. The stricter consent stays; tags and the like of both are kept.

    \b
      sellmode attention merge 5f1c22aa --keep 019a3c55 --take phone --take email
    """  # noqa: D301  # click's mark for lines to be kept
    with _seeing_to(choice, key, Duplicate) as (door, found):
        kept = [id for id in found.customers if len(keep) >= SHORT_KEY and id.startswith(keep)]
        if len(kept) != 1:
            ids = "\n".join(f"  {id}  {visible(name)}" for id, name in zip(found.customers, found.names, strict=True))
            raise Failure(f"Say which of the two to keep:\n{ids}", Exit.USAGE)
        tell_written(door, door.merge(found.key, kept[0], take), as_json=as_json)


@attention_command.command("dismiss")
@click.argument("key", metavar="KEY")
@json_option
@account_options
def dismiss_command(choice: Choice, key: str, *, as_json: bool) -> None:
    """Say that two customers are two people; nobody is asked again.

    \b
      sellmode attention dismiss 5f1c22aa
    """  # noqa: D301  # click's mark for lines to be kept
    with _seeing_to(choice, key, Duplicate) as (door, found):
        tell_written(door, door.dismiss_pair(found.key), as_json=as_json)


# ------------------------------------------------------------------ which


_WANTED: Final[dict[type[Attention], str]] = {
    Lost: "was lost",
    Refused: "was refused",
    HandedOver: "was handed over to you",
    Duplicate: "is a pair of customers",
}


@contextlib.contextmanager
def _seeing_to(choice: Choice, key: str, sort: type[_Sort]) -> Iterator[tuple[Door, _Sort]]:
    """The door, and what a key names if it is of a sort. Raises Failure."""
    with opened(choice) as workspace:
        found = _named(workspace.door, key)
        if not isinstance(found, sort):
            raise Failure(f"This is for what {_WANTED[sort]}; {visible(key)} is not.", Exit.USAGE)
        try:
            yield workspace.door, found
        except NotInTray as error:
            raise Failure(str(error), Exit.NOTHING) from None


def _named(door: Door, key: str) -> Attention:
    found = door.attention()
    named = [each for each in found if each.key == key] or [
        each for each in found if len(key) >= SHORT_KEY and each.key.endswith(key)
    ]
    if not named:
        raise Failure(f"Nothing that needs attention has the key {visible(key)}.", Exit.NOTHING)
    if len(named) > 1:
        listed = "\n".join(f"  {each.key}" for each in named)
        raise Failure(f"Several are meant; give one of these keys:\n{listed}", Exit.USAGE)
    return named[0]


# ------------------------------------------------------------------ in words and as JSON


def _since(each: Attention) -> dt.datetime | None:
    return None if isinstance(each, Duplicate) else each.since


def _words(each: Attention) -> str:
    if isinstance(each, Duplicate):
        return f"{each.names[0]} and {each.names[1]} may be one customer"
    return f"{each.words}, from {each.author}" if isinstance(each, HandedOver) else each.words


def _reason(each: Attention) -> str:
    match each:
        case Lost():
            return f"the damaged file is kept as {each.kept_as}" if each.kept_as else "the file was missing"
        case Refused():
            return each.reason or each.title
        case HandedOver():
            return "it was handed over to you"
        case Duplicate():
            return f"the same {' and '.join({'email': 'e-mail'}.get(same, same) for same in each.matched)}"


def _actions(each: Attention) -> list[str]:
    """The commands that resolve it."""
    match each:
        case Lost():
            return ["acknowledge"]
        case Refused():
            able = [*(["resend"] if each.can_resend else []), *(["hand-over"] if each.can_hand_over else [])]
            return [*able, "copy", "discard"]
        case HandedOver():
            return ["accept", "reject"]
        case Duplicate():
            return ["merge", "dismiss"]


def _as_object(each: Attention) -> dict[str, Any]:
    """As ``--json`` prints it: every field for each of the sorts."""
    blank: dict[str, Any] = {
        "author": "", "since": None, "refused_at": None, "code": None, "reason": "", "field": "", "customer": None,
        "op": "", "kind": "", "values": [], "dependants": [],
        "customers": [], "names": [], "owners": [], "matched": [], "differences": [],
    }  # fmt: skip
    fields = {name: held for name, held in plain(each).items() if name in blank}
    return {
        "key": each.key, "source": each.source, "words": _words(each), "actions": _actions(each), **blank, **fields,
        "reason": _reason(each),
    }  # fmt: skip


def _lines(each: Attention, zone: dt.tzinfo) -> Iterator[str]:
    yield visible(_words(each))
    yield f"  {visible(_reason(each))}"
    since = _since(each)
    if since is not None:
        yield f"  since {minute(since, zone)}"
    if isinstance(each, Duplicate):
        for id, name, owner in zip(each.customers, each.names, each.owners, strict=True):
            yield f"  {id}  {visible(name)}{f', of {visible(owner)}' if owner else ''}"
        for difference in each.differences:
            one, other = map(as_text, difference.values)
            yield f"  {visible(difference.label)} ({visible(difference.field)}): {visible(one)} | {visible(other)}"
    elif not isinstance(each, Lost):
        for value in each.values:
            present = f"  (now: {visible(value.present_text) or 'nothing'})" if value.known else ""
            yield f"  {visible(value.label)} ({visible(value.field)}): {visible(value.mine_text)}{present}"
    for dependant in each.dependants if isinstance(each, Refused) else ():
        yield f"  with it: {visible(dependant)}"
    yield f"  what you can do: {', '.join(_actions(each))}"
    yield f"  key: {each.key}"
