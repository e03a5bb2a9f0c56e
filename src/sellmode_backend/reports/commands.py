"""The operator's reports."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import click

from sellmode_backend.cli import Failure, database_option, json_option, print_table, say
from sellmode_backend.reports.totals import Totals, totals
from sellmode_backend.store import settings
from sellmode_backend.store.database import Database
from sellmode_contract import money, text
from sellmode_contract.store_time import zone_named


@click.group("report")
def report_command() -> None:
    """Figures of everything that was sold."""


def _zone(_: click.Context, __: click.Parameter, name: str) -> ZoneInfo:
    if zone := zone_named(name):
        return zone
    raise click.BadParameter(f"{text.visible(name)!r} is no IANA time zone such as Europe/Paris.")


@report_command.command("totals")
@database_option()
@click.option(
    "--time-zone", "zone", metavar="ZONE", default="UTC", show_default=True, callback=_zone, help="Whose months."
)
@click.option("--currency", metavar="CODE", help="Which currency's orders.  [default: the retailer's]")
@json_option
def totals_command(database: Database, zone: ZoneInfo, currency: str | None, as_json: bool) -> None:
    """Net sales, orders and units: of all, and by employee, location, month and source.

    Cancelled orders do not count, refunds are taken off. Orders without customer count like any.
    """
    with database.snapshot() as connection:
        retailer = settings.retailer(connection)
        if retailer is None:
            raise Failure("The database has no retailer yet.")
        found = totals(connection, (currency or retailer.currency).upper(), zone)
    if as_json:
        click.echo(text.escaped_json(found.document(), indent=2))
    else:
        _print(found)
    for other, count in found.others.items():
        code, orders = text.visible(other), f"{count:,} order{'s' * (count != 1)}"
        say(f"Not in it: {orders} in {code} (--currency {code}).")


def _print(found: Totals) -> None:
    for group, rows in found.groups.items():
        cells = [
            [key, money.amount_text(total.net_sales, found.currency), f"{total.orders:,}", f"{total.units:,}"]
            for key, total in rows.items()
        ]
        print_table([[group, f"net sales {found.currency}", "orders", "units"], *cells], numbers=True)
        click.echo()
