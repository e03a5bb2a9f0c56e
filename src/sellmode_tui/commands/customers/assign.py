"""``sellmode customers assign``: customers given to somebody else of the store, after it is said what comes of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, Final

import click

from sellmode_contract.filters import FilterError
from sellmode_contract.text import visible
from sellmode_tui.commands.kit import resolve
from sellmode_tui.commands.kit.base import Opened, command
from sellmode_tui.commands.kit.exit_codes import Exit, Failure, Nothing
from sellmode_tui.commands.kit.output import plain, say
from sellmode_tui.records import NOBODY, AssignPreview, OwnedQuery, RecordStore, RefusedAmong
from sellmode_tui.records.writing import MAX_AT_ONCE

_NOBODY: Final = "nobody"


@command(
    "assign",
    click.argument("filter_words", metavar="[FILTER]...", nargs=-1),
    click.option("--customer", "named", metavar="CUSTOMER", multiple=True, help="This customer, instead of a filter."),
    click.option(
        "--from", "giver", metavar="PERSON", help=("Only this colleague's customers; nobody: those without an owner.")
    ),
    click.option("--to", "taker", metavar="PERSON", required=True, help="A colleague's user name or name, or nobody."),
    click.option("--dry-run", is_flag=True, help="Only show what would change."),
    click.option("--yes", is_flag=True, help="Do not ask."),
)
def assign_command(
    opened: Opened,
    filter_words: tuple[str, ...],
    named: tuple[str, ...],
    giver: str | None,
    taker: str,
    *,
    dry_run: bool,
    yes: bool,
) -> None:
    """Assign customers to a colleague in the store, or to nobody: all of them or, if one fails, none. For managers.

    It shows who will see more customers and who fewer, and asks. In Associate Mode, FILTER can use what a
    manager sees: words of the name, owner, tier, last_contact.

    sellmode customers assign --from nobody tier:gold --to ben --dry-run
    sellmode customers assign --customer C-00042 --to ben --yes
    """
    opened.check_may("reassign")
    records = opened.records
    ids = _meant(records, filter_words, named, giver)
    to = None if taker.strip().casefold() == _NOBODY else resolve.colleague(records.people.owners(), taker).id
    preview = records.people.preview(ids, to)
    if not preview.customers:
        raise Nothing("Nothing to change: already assigned this way.")
    if dry_run:
        opened.print_one(_as_object(preview), _lines(preview))
        return
    if not yes:
        _ask(preview)
    try:
        opened.report(*records.people.assign([each.id for each in preview.customers], to))
    except RefusedAmong as error:
        at_fault = visible(preview.customers[error.number].name)
        raise Failure(f"Nothing was written. {visible(error.detail)} ({at_fault})", Exit.AGAINST_RULES) from None


def _meant(records: RecordStore, words: tuple[str, ...], named: tuple[str, ...], giver: str | None) -> list[str]:
    """The ids of the customers who are meant. Raises Failure."""
    text = " ".join(words)
    if named:
        if text or giver is not None:
            raise Failure("Give a filter (and --from), or --customer; not both.", Exit.USAGE)
        ids = [resolve.known_customer(records, each) for each in named]
    elif not text and giver is None:
        raise Failure("Name the customers: a filter, --from or --customer.", Exit.USAGE)
    else:
        ids = _found(records, text, giver)
    if len(ids) > MAX_AT_ONCE:
        raise Failure(
            f"At most {MAX_AT_ONCE} customers can be assigned at once, and more match: narrow the filter.", Exit.USAGE
        )
    return ids


def _found(records: RecordStore, text: str, giver: str | None) -> list[str]:
    owner = None
    if giver is not None:
        nobody = giver.strip().casefold() == _NOBODY
        owner = NOBODY if nobody else resolve.colleague(records.colleagues(), giver).id
    try:
        found = records.people.customers(OwnedQuery(text, owner))
    except FilterError as error:
        raise Failure(f"invalid filter:\n{error.pointed(text)}", Exit.USAGE) from None
    if ids := found.ids(MAX_AT_ONCE + 1):
        return ids
    raise Nothing("No customers found.")


def _ask(preview: AssignPreview) -> None:
    """Tell what comes of it, and ask. Raises Failure if it is not wanted, or nobody is there to be asked."""
    for line in _lines(preview):
        say(line)
    if not sys.stdin.isatty():
        raise Failure("Nothing was written: --yes assigns without asking.", Exit.USAGE)
    if not click.confirm("Assign them?", err=True):
        raise Nothing("Nothing was written.")


def _lines(preview: AssignPreview) -> Iterator[str]:
    for each in preview.customers:
        yield f"  {visible(each.name)}  ({visible(each.owner_name) or _NOBODY})"
    if preview.same:
        yield f"{preview.same:,} more already {'is' if preview.same == 1 else 'are'}."
    yield from map(visible, preview.sentences)


def _as_object(preview: AssignPreview) -> dict[str, Any]:
    return {**plain(preview), "sentences": list(preview.sentences)}
