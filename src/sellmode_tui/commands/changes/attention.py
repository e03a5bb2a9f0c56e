"""``sellmode attention``: what was refused, what was handed over, who may be there twice; and seeing to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any, Final

import click

from sellmode_contract.text import visible, visible_lines
from sellmode_tui.commands.kit import resolve
from sellmode_tui.commands.kit.base import Opened, Parameter, command
from sellmode_tui.commands.kit.exit_codes import Exit, Failure
from sellmode_tui.commands.kit.inputs import field_values, from_option, read_json, set_option
from sellmode_tui.commands.kit.output import minute, plain, say
from sellmode_tui.records import Attention, Disputed, Duplicate, HandedOver, Lost, NotInTray, RecordStore, Refused
from sellmode_tui.records.ids import MIN_ID
from sellmode_tui.records.values import as_text

_SOURCES: Final = {
    "lost": "lost",
    "refused": "refused",
    "handed_over": "to review",
    "duplicate": "duplicate",
    "dispute": "to answer",
}
_KEY: Parameter = click.argument("key", metavar="KEY")


@click.group("attention")
def attention_command() -> None:
    """Show and resolve what needs attention. `sellmode attention list` lists it.

    KEY is a key that the list shows, or its last eight characters or more.
    """


@command("list", of=attention_command)
def list_command(opened: Opened) -> None:
    """List what was lost or refused, what you have to review and, for managers, possible duplicate customers.

    sellmode attention list
    """
    zone = opened.records.zone()
    if waiting := opened.records.changes.waiting_with_owners():
        changes = "1 change waits" if waiting == 1 else f"{waiting:,} changes wait"
        say(f"{changes} for review by the customers' owners.")
    opened.print_list(
        opened.records.changes.attention(),
        {
            "SINCE": lambda each: minute(_since(each), zone),
            "WHAT": lambda each: _SOURCES[each.source],
            "ABOUT": _words,
            "REASON": _reason,
            # Keys begin with the time, so their ends differ.
            "KEY": lambda each: each.key[-MIN_ID:],
        },
        _as_object,
        empty="Nothing needs attention.",
    )


@command("show", _KEY, of=attention_command)
def show_command(opened: Opened, key: str) -> None:
    """Show KEY with its values and, where you may see them, the present ones.

    sellmode attention show 5f1c22aa
    """
    found = _named(opened.records, key)
    opened.print_one(_as_object(found), _lines(found, opened.records.zone()))


_FOR: Final[dict[type[Attention], str]] = {
    Lost: "was lost",
    Refused: "was refused",
    HandedOver: "was sent to you for review",
    Duplicate: "is a pair of customers",
    Disputed: "is a dispute about a sale",
}


def _resolving(
    name: str, source: type[Attention], *parameters: Parameter
) -> Callable[[Callable[..., None]], click.Command]:
    """A command of this group on what comes from one source."""

    def decorate(body: Callable[..., None]) -> click.Command:
        def run(opened: Opened, key: str, **given: Any) -> None:
            found = _named(opened.records, key)
            if not isinstance(found, source):
                raise Failure(f"This is for what {_FOR[source]}; {visible(key)} is not.", Exit.USAGE)
            try:
                body(opened, found, **given)
            except NotInTray as error:
                raise Failure(str(error), Exit.NOTHING) from None

        run.__doc__ = body.__doc__
        return command(name, _KEY, *parameters, of=attention_command)(run)

    return decorate


@_resolving("resend", Refused, set_option, from_option("Read other values as a JSON object, by field, from FILE."))
def resend_command(opened: Opened, found: Refused, assignments: tuple[str, ...], source: str | None) -> None:
    """Send a refused change again, unchanged or with other values, and what was refused with it.

    sellmode attention resend 5f1c22aa --set phone='+41 44 123 45 67'
    """
    values = {**(read_json(source) if source else {}), **field_values(assignments, opened.records.retailer())}
    opened.report(opened.records.changes.resend(found.key, values))


@_resolving("hand-over", Refused)
def hand_over_command(opened: Opened, found: Refused) -> None:
    """Send a refused change to the customer's owner for review.

    sellmode attention hand-over 5f1c22aa
    """
    opened.report(opened.records.changes.hand_over(found.key))


@_resolving("copy", Refused)
def copy_command(opened: Opened, found: Refused) -> None:
    """Print the values of a refused change, to use elsewhere.

    sellmode attention copy 5f1c22aa
    """
    text = opened.records.changes.copy_text(found.key)
    opened.print_one({"key": found.key, "text": text}, visible_lines(text))


@_resolving("discard", Refused)
def discard_command(opened: Opened, found: Refused) -> None:
    """Discard a refused change, and what was refused with it.

    sellmode attention discard 5f1c22aa
    """
    opened.records.changes.discard(found.key)
    opened.print_one({"key": found.key, "words": found.words}, [f"Discarded: {visible(found.words)}."])


@_resolving("acknowledge", Lost)
def acknowledge_command(opened: Opened, found: Lost) -> None:
    """Mark what was lost to a damaged file as seen, so that it is not shown again.

    sellmode attention acknowledge lost0001
    """
    opened.records.changes.acknowledge_loss(found.id)
    opened.print_one({"key": found.key, "words": found.words}, [f"Seen: {found.words}."])


@_resolving("accept", HandedOver)
def accept_command(opened: Opened, found: HandedOver) -> None:
    """Accept a change that was sent to you for review.

    sellmode attention accept 5f1c22aa
    """
    opened.report(opened.records.changes.accept_parked(found.key))


@_resolving("reject", HandedOver)
def reject_command(opened: Opened, found: HandedOver) -> None:
    """Reject a change that was sent to you for review.

    sellmode attention reject 5f1c22aa
    """
    opened.report(opened.records.changes.discard_parked(found.key))


@_resolving(
    "merge",
    Duplicate,
    click.option("--keep", metavar="CUSTOMER", required=True, help="The customer to keep, by id or its beginning."),
    click.option("--take", metavar="FIELD", multiple=True, help="A field whose value to take from the other customer."),
)
def merge_command(opened: Opened, found: Duplicate, keep: str, take: tuple[str, ...]) -> None:
    """Merge two customers into one. The stricter consent applies; tags and the like are combined.

    sellmode attention merge 5f1c22aa --keep 019a3c55 --take phone --take email
    """
    kept = [id for id in found.customers if len(keep) >= MIN_ID and id.startswith(keep)]
    if len(kept) != 1:
        ids = "\n".join(f"  {id}  {visible(name)}" for id, name in zip(found.customers, found.names, strict=True))
        raise Failure(f"Say which of the two to keep:\n{ids}", Exit.USAGE)
    opened.report(opened.records.customers.merge(found.key, kept[0], take))


@_resolving("dismiss", Duplicate)
def dismiss_command(opened: Opened, found: Duplicate) -> None:
    """Keep two customers as different people; this is not asked again.

    sellmode attention dismiss 5f1c22aa
    """
    opened.report(opened.records.customers.dismiss_pair(found.key))


_WORDS: Final[Parameter] = click.option("--reason", metavar="TEXT", required=True, help="Why, in words; it is kept.")


@_resolving("uphold", Disputed, _WORDS)
def uphold_command(opened: Opened, found: Disputed, reason: str) -> None:
    """Uphold a dispute: what the store is credited with of the sale goes to whoever disputes it.

    sellmode attention uphold 5f1c22aa --reason 'Ada advised the customer'
    """
    opened.report(opened.records.sales.answer(found.key, "upheld", reason))


@_resolving("decline", Disputed, _WORDS)
def decline_command(opened: Opened, found: Disputed, reason: str) -> None:
    """Decline a dispute: the credit for the sale stays as it is.

    sellmode attention decline 5f1c22aa --reason 'The later touch decided it'
    """
    opened.report(opened.records.sales.answer(found.key, "declined", reason))


def _named(records: RecordStore, key: str) -> Attention:
    found = {each.key: each for each in records.changes.attention()}
    return found[resolve.one_of(found, key, "key", by_end=True)]


# ------------------------------------------------------------------ in words and as JSON


def _since(each: Attention) -> dt.datetime | None:
    return None if isinstance(each, Duplicate) else each.since


def _words(each: Attention) -> str:
    if isinstance(each, Duplicate):
        return f"{each.names[0]} and {each.names[1]} may be the same customer"
    return f"{each.words}, from {each.author}" if isinstance(each, HandedOver | Disputed) else each.words


def _reason(each: Attention) -> str:
    match each:
        case Lost():
            return f"the damaged file is kept as {each.kept_as}" if each.kept_as else "the file was missing"
        case Refused():
            return each.reason or each.title
        case HandedOver():
            return "it was sent to you for review"
        case Disputed():
            return each.reason
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
        case Disputed():
            return ["uphold", "decline"]


def _as_object(each: Attention) -> dict[str, Any]:
    """As ``--json`` prints it: every field for each of the sorts."""
    blank: dict[str, Any] = {
        "author": "", "since": None, "refused_at": None, "code": None, "reason": "", "field": "", "customer": None,
        "op": "", "kind": "", "values": [], "dependants": [],
        "customers": [], "names": [], "owners": [], "matched": [], "differences": [], "sale": "",
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
    elif not isinstance(each, Lost | Disputed):
        for value in each.values:
            by = f", by {visible(value.edited_by)} on {minute(value.edit.at, zone)}" if value.edit else ""
            present = f"  (now: {visible(value.present_text) or 'nothing'}{by})" if value.known else ""
            yield f"  {visible(value.label)} ({visible(value.field)}): {visible(value.mine_text)}{present}"
    for dependant in each.dependants if isinstance(each, Refused) else ():
        yield f"  with it: {visible(dependant)}"
    yield f"  what you can do: {', '.join(_actions(each))}"
    yield f"  key: {each.key}"
