"""``sellmode customers``: the customers that the screens show, as text or JSON, and changes of them."""

from __future__ import annotations

from typing import Final, get_args

import click

from sellmode_contract.filters import FilterError
from sellmode_contract.money import priced
from sellmode_contract.search import parse_query
from sellmode_tui.commands.customers.assign import assign_command
from sellmode_tui.commands.customers.changes import CHANGES
from sellmode_tui.commands.customers.profile import as_json_object, profile_lines
from sellmode_tui.commands.kit import resolve
from sellmode_tui.commands.kit.base import Columns, Opened, Parameter, command, limit_option
from sellmode_tui.commands.kit.exit_codes import Exit, Failure
from sellmode_tui.commands.kit.output import day
from sellmode_tui.records import CustomerQuery, CustomerRow, RecordStore
from sellmode_tui.records.customers.lists import Sort
from sellmode_tui.records.ids import MIN_ID


@click.group("customers")
def customers_command() -> None:
    """List, search, show and edit the customers you can see.

    Changes are saved on this machine at once, offline too; `sellmode sync` or the app sends them.
    """


for _change in (*CHANGES, assign_command):
    customers_command.add_command(_change)

_LIST_OPTIONS: Final[tuple[Parameter, ...]] = (
    limit_option,
    click.option("--reverse", is_flag=True, help="Reverse the order."),
    click.option("--sort", type=click.Choice(get_args(Sort)), default="name", show_default=True),
)


@command("list", click.argument("filter_words", metavar="[FILTER]...", nargs=-1), *_LIST_OPTIONS, of=customers_command)
def list_command(
    opened: Opened, filter_words: tuple[str, ...], sort: Sort, limit: int | None, *, reverse: bool
) -> None:
    """List customers, all or those that match FILTER.

    sellmode customers list tag:vip 'last_purchase>90d' --sort spend --reverse
    sellmode customers list -- -tier:gold
    """
    _list(opened, CustomerQuery(" ".join(filter_words), sort, reverse), limit)


@command("search", click.argument("words", nargs=-1, required=True), *_LIST_OPTIONS, of=customers_command)
def search_command(opened: Opened, words: tuple[str, ...], sort: Sort, limit: int | None, *, reverse: bool) -> None:
    """Search for WORDS in names, e-mails, phone numbers and customer numbers; beginnings of words are enough.

    sellmode customers search mull anna
    sellmode customers search 4711
    """
    text = " ".join(words)
    searched = parse_query(text)
    if not (searched.words or searched.digits):
        raise Failure("Nothing to search for: type letters or digits.", Exit.USAGE)
    if searched.ignored:
        raise Failure(f"Too many words in one search: leave out {searched.ignored}.", Exit.USAGE)
    _list(opened, CustomerQuery(quoted(text), sort, reverse), limit)


@command("show", click.argument("customer", metavar="CUSTOMER"), of=customers_command)
def show_command(opened: Opened, customer: str) -> None:
    """Show everything about CUSTOMER: an id or its beginning, a customer number or an e-mail address.

    sellmode customers show ann@example.com
    """
    profile = opened.records.customers.profile(resolve.customer(opened.records, customer))
    if profile is None:  # left between the two readings
        raise resolve.unknown("customer", customer)
    opened.print_one(as_json_object(profile), profile_lines(profile, opened.records.zone()))


def _list(opened: Opened, query: CustomerQuery, limit: int | None) -> None:
    try:
        found = opened.records.customers.find(query)
    except FilterError as error:
        raise Failure(f"invalid filter:\n{error.pointed(query.text)}", Exit.USAGE) from None
    opened.print_pages(
        found,
        found.exact_count(),
        limit,
        _columns(opened.records),
        right=["SPEND"],
        noun="customers",
        empty="No customers found." if query.text.strip() else "No customers.",
    )


def _columns(records: RecordStore) -> Columns[CustomerRow]:
    zone = records.zone()
    return {
        "NAME": lambda row: row.name,
        "TIER": lambda row: row.tier or ", ".join(row.tags),
        "LAST PURCHASE": lambda row: day(row.last_purchase, zone),
        "SPEND": lambda row: priced(row.spend, row.currency),
        "LAST CONTACT": lambda row: day(row.last_contact, zone),
        **({"OWNER": lambda row: row.owner_name} if records.mode() == "team" else {}),
        "ID": lambda row: row.id[:MIN_ID],
    }


def quoted(text: str) -> str:
    """A text as one value of a filter, without any special meaning."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
