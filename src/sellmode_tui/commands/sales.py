"""``sellmode sales``: online sales with a touch, who earned them, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from sellmode_contract.kinds.sale import CreditedSale
from sellmode_contract.text import visible
from sellmode_tui.commands.kit import resolve
from sellmode_tui.commands.kit.base import Opened, command, limit_option
from sellmode_tui.commands.kit.output import minute, plain
from sellmode_tui.records import SaleLine
from sellmode_tui.records.ids import MIN_ID
from sellmode_tui.records.sales import words as sale_words


@click.group("sales")
def sales_command() -> None:
    """List and show online sales with a touch, and who earned them.

    In Associate Mode they are those that you had a part in; a manager has the store's, and in Team Mode everyone.
    """


@command("list", click.argument("words", metavar="[WORD]...", nargs=-1), limit_option, of=sales_command)
def list_command(opened: Opened, words: tuple[str, ...], limit: int | None) -> None:
    """List online sales, the last one first: all, or those with WORDs in their number or their customer's name.

    sellmode sales list muster
    """
    found, zone = opened.records.sales.find(" ".join(words)), opened.records.zone()
    opened.print_pages(
        found,
        found.count(),
        limit,
        {
            "SALE": lambda line: line.sale.number or line.sale.order_id,
            "WHEN": lambda line: minute(line.sale.placed_at, zone),
            "CUSTOMER": lambda line: line.customer_name,
            "AMOUNT": lambda line: sale_words.amount(line.sale),
            "CREDITED": sale_words.credited,
            "TOUCH": sale_words.deciding,
            "ID": lambda line: line.sale.id[:MIN_ID],
        },
        as_object,
        noun="sales",
        right=["AMOUNT"],
        empty="No online sale is found." if words else "No online sale with a touch yet.",
    )


@command("show", click.argument("sale", metavar="SALE"), of=sales_command)
def show_command(opened: Opened, sale: str) -> None:
    """Show an online SALE, its number, or an id or its beginning: who earned it, and why others did not.

    sellmode sales show 1042
    """
    show(opened, resolve.sale(opened.records, sale))


@command(
    "dispute",
    click.argument("sale", metavar="SALE"),
    click.option("--reason", metavar="TEXT", required=True, help="Why the credit is not right, in words."),
    of=sales_command,
)
def dispute_command(opened: Opened, sale: str, reason: str) -> None:
    """Dispute the credit for a SALE that you had a part in: the store's manager is asked to answer.

    sellmode sales dispute 1042 --reason 'I advised the customer in the store'
    """
    line = resolve.sale(opened.records, sale)
    opened.report(opened.records.sales.dispute(line, reason))


def show(opened: Opened, line: SaleLine) -> None:
    """Print all that is known of a sale's credit."""
    opened.print_one(as_object(line), map(visible, _lines(line)))


def as_object(line: SaleLine) -> dict[str, Any]:
    """A sale for JSON."""
    disputes = [plain(each) for each in line.disputes]
    return {"kind": line.kind, **plain(line.sale), "customer_name": line.customer_name, "disputes": disputes}


def _lines(line: SaleLine) -> Iterator[str]:
    sale, around = line.sale, line.around
    zone, judgement = around.zone_of(sale.store), sale.judgement
    placed = f" of {sale.placed_at.astimezone(zone):%Y-%m-%d %H:%M}" if sale.placed_at else ""
    yield f"Sale {sale.number or sale.order_id}{placed}, {around.store_name(sale.store)}"
    if line.customer_name:
        yield f"Customer:  {line.customer_name}"
    if judgement is None:
        return
    if isinstance(sale, CreditedSale):
        yield f"Net value: {sale_words.net_value(sale)}"
    for each in sale_words.credits(line):
        yield f"Credited:  {each}"
    for each in sale_words.corrections(line):
        yield f"Corrected: {each}"
    yield ""
    yield f"Mode:      {sale_words.mode(judgement)}"
    yield f"Rule:      {sale_words.rule(judgement)}"
    yield ""
    yield "Considered, the latest first:"
    for item in judgement.considered:
        yield f"  {item.touch.at.astimezone(zone):%Y-%m-%d %H:%M}  {sale_words.considered(item, line)}"
    if judgement.more:
        yield f"  {sale_words.more(judgement)}"
    for dispute in line.disputes:
        opened = minute(dispute.opened_at, zone)
        yield ""
        yield f"Disputed {opened} by {around.name_of(dispute.author)}: {dispute.reason}"
        if dispute.outcome:
            answered = f"{minute(dispute.answered_at, zone)} by {around.name_of(dispute.answered_by)}"
            yield f"{sale_words.dispute_state(dispute).capitalize()} {answered}: {dispute.answer}"
        else:
            yield "Not answered yet."
