"""``sellmode customers``: the customers that the screens show, as text or JSON, and changes of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import click

from sellmode_contract.filters import FilterError
from sellmode_contract.search import parse_query
from sellmode_tui.commands.changing import CHANGES
from sellmode_tui.commands.entering import Choice, account_options, opened
from sellmode_tui.commands.outcome import Exit, Failure, Nothing
from sellmode_tui.commands.output import Table, day, is_terminal, json_option, money, print_json, say
from sellmode_tui.commands.profile import as_json_object, print_profile
from sellmode_tui.commands.which import not_found, resolve
from sellmode_tui.visibility import CustomerQuery, CustomerRow, Door
from sellmode_tui.visibility.customers import CustomerList, Sort

ON_A_SCREEN = 50
"""So many rows are printed to a terminal unless more are asked for; elsewhere all are."""
PAGE = 500
"""Rows that are read at a time."""
SHORT_ID = 8
"""Characters of an id that a table shows; the door takes as many for the id."""


@click.group("customers")
def customers_command() -> None:
    """List, search and show the customers whom you may see, and write about them.

    What is written is kept on this machine at once, offline too; `sellmode sync` or the app sends it.
    """


for _change in CHANGES:
    customers_command.add_command(_change)


def _list_options(command: click.decorators.FC) -> click.decorators.FC:
    for option in (
        click.option("--sort", type=click.Choice(get_args(Sort)), default="name", show_default=True),
        click.option("--reverse", is_flag=True, help="Sort the other way round."),
        click.option(
            "--limit",
            type=click.IntRange(min=1),
            metavar="N",
            help=f"Print at most N.  [default: {ON_A_SCREEN} to a terminal, else all]",
        ),
        json_option,
        account_options,
    ):
        command = option(command)
    return command


@customers_command.command("list")
@click.argument("filter_words", metavar="[FILTER]...", nargs=-1)
@_list_options
def list_command(
    choice: Choice, filter_words: tuple[str, ...], sort: Sort, limit: int | None, *, reverse: bool, as_json: bool
) -> None:
    """List customers, all or those for whom FILTER holds.

    \b
      sellmode customers list tag:vip 'last_purchase>90d' --sort spend --reverse
      sellmode customers list -- -tier:gold
    """  # noqa: D301  # click's mark for lines to be kept
    _list(choice, CustomerQuery(" ".join(filter_words), sort, reverse), limit, as_json=as_json)


@customers_command.command("search")
@click.argument("words", nargs=-1, required=True)
@_list_options
def search_command(
    choice: Choice, words: tuple[str, ...], sort: Sort, limit: int | None, *, reverse: bool, as_json: bool
) -> None:
    """Search for WORDS in names, e-mails, phone numbers and customer numbers; beginnings of words are enough.

    \b
      sellmode customers search mull anna
      sellmode customers search 4711
    """  # noqa: D301  # click's mark for lines to be kept
    text = " ".join(words)
    searched = parse_query(text)
    if not (searched.words or searched.digits):
        raise Failure("There is nothing to search for: letters and digits are searched for.", Exit.USAGE)
    if searched.ignored:
        raise Failure(f"There are too many words to search for at once: leave out {searched.ignored}.", Exit.USAGE)
    _list(choice, CustomerQuery(quoted(text), sort, reverse), limit, as_json=as_json)


@customers_command.command("show")
@click.argument("customer", metavar="CUSTOMER")
@json_option
@account_options
def show_command(choice: Choice, customer: str, *, as_json: bool) -> None:
    """Show everything about CUSTOMER: an id or its beginning, a customer number or an e-mail address.

    \b
      sellmode customers show ann@example.com
    """  # noqa: D301  # click's mark for lines to be kept
    with opened(choice) as workspace:
        profile = workspace.door.profile(resolve(workspace.door, customer))
        if profile is None:  # it left between the two readings
            raise not_found(customer)
        if as_json:
            print_json(as_json_object(profile))
        else:
            print_profile(profile, workspace.door.zone())


# ------------------------------------------------------------------ lists


def _list(choice: Choice, query: CustomerQuery, limit: int | None, *, as_json: bool) -> None:
    if limit is None and is_terminal() and not as_json:
        limit = ON_A_SCREEN
    with opened(choice) as workspace:
        door = workspace.door
        try:
            found = door.find(query)
        except FilterError as error:
            raise Failure(f"the filter cannot be read:\n{error.pointed(query.text)}", Exit.USAGE) from None
        total = found.exact_count()
        shown = total if limit is None else min(total, limit)
        if as_json:
            for row in _rows(found, shown):
                print_json(row)
        elif total:
            _print_table(door, found, shown)
    if shown < total:
        say(f"{shown:,} of {total:,} customers; {total - shown:,} more with a larger --limit.")
    elif not total:
        raise Nothing("No customer is found." if query.text.strip() else "There is no customer to see.")


def _rows(found: CustomerList, stop: int) -> Iterator[CustomerRow]:
    for start in range(0, stop, PAGE):
        yield from found.rows(start, min(start + PAGE, stop))


def _print_table(door: Door, found: CustomerList, stop: int) -> None:
    zone, with_owner = door.zone(), door.mode() == "team"
    owner = ["OWNER"] if with_owner else []
    table = Table(["NAME", "TIER", "LAST PURCHASE", "SPEND", "LAST CONTACT", *owner, "ID"], right=["SPEND"])
    for start in range(0, stop, PAGE):
        table.print(
            [
                row.name,
                row.tier or ", ".join(row.tags),
                day(row.last_purchase, zone),
                money(row.spend, row.currency),
                day(row.last_contact, zone),
                *([row.owner_name] if with_owner else []),
                row.id[:SHORT_ID],
            ]
            for row in found.rows(start, min(start + PAGE, stop))
        )


def quoted(text: str) -> str:
    """A text as one value of a filter, without any special meaning."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
