"""The operator's reports."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import quote
from zoneinfo import ZoneInfo

import click

from sellmode_backend.accounts import directory
from sellmode_backend.cli import Failure, database_option, json_option, print_table, say
from sellmode_backend.reports import weekly, weekly_forms
from sellmode_backend.reports.totals import Totals, totals
from sellmode_backend.reports.weekly import Summary
from sellmode_backend.store import settings
from sellmode_backend.store.database import Database
from sellmode_contract import money, text
from sellmode_contract.ids import user_key
from sellmode_contract.kinds.retailer import StoreEntry
from sellmode_contract.store_time import local_day, zone_named
from sellmode_contract.visibility import Account

Form: TypeAlias = Literal["text", "html", "json"]
_ENDINGS: dict[Form, str] = {"text": "txt", "html": "html", "json": "json"}


@click.group("report")
def report_command() -> None:
    """Figures of everything that was sold, and what people are told of a week."""


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


@report_command.command("weekly")
@database_option()
@click.option("--week", metavar="WEEK", help="Such as 2026-W47.  [default: the last whole one]")
@click.option("--person", metavar="USER", help="Only what this person may see.")
@click.option("--store", metavar="NAME", help="Only of the people of this store.")
@click.option("--format", "form", type=click.Choice(["text", "html", "json"]), default="text", show_default=True)
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Write a file for each person there.")
def weekly_command(
    database: Database, week: str | None, person: str | None, store: str | None, form: Form, folder: Path | None
) -> None:
    """Figures of a week for each person, beside the week before and a year before, and what stands out.

    Each is told what they may see in the app: in Associate Mode an associate's own figures, in Team Mode the store's;
    who leads a store has the store and its people, who leads several has the stores side by side.
    """
    now = dt.datetime.now(dt.UTC)
    with database.snapshot() as connection:
        retailer = settings.retailer(connection)
        if retailer is None:
            raise Failure("The database has no retailer yet.")
        last = local_day(now, zone_named(retailer.time_zone) or dt.UTC) - dt.timedelta(days=7)
        accounts = _accounts(directory.everybody(connection), settings.stores(connection), person, store)
        try:
            found = [*weekly.summaries(connection, retailer, accounts, week or weekly.week_of(last), now)]
        except ValueError as error:
            raise click.BadParameter(f"{text.visible(str(error))}.", param_hint="--week") from None
    if not found:
        raise Failure("None of these people may see figures.")
    if folder is None:
        _print_weekly(found, form)
    else:
        _write_weekly(found, form, folder)


def _accounts(
    everybody: Sequence[Account], stores: Sequence[StoreEntry], person: str | None, store: str | None
) -> list[Account]:
    """The people who are named, of a store that is."""
    ids = {entry.id for entry in stores if store is not None and entry.name.casefold() == store.strip().casefold()}
    if store is not None and not ids:
        raise Failure(f"There is no store {text.visible(store)}.")
    named = [each for each in everybody if person is None or user_key(each.user_name) == user_key(person)]
    if not named:
        raise Failure(f"There is nobody called {text.visible(person or '')}.")
    return [each for each in named if store is None or ids.intersection(each.stores)]


def _print_weekly(found: Sequence[Summary], form: Form) -> None:
    if form == "json":
        click.echo(text.escaped_json([weekly_forms.as_json(each) for each in found], indent=2))
    elif form == "html" and len(found) > 1:
        raise Failure(f"These are {len(found)} pages: name one --person, or a --folder.")
    else:
        click.echo("\n\n".join(_in_form(each, form) for each in found), nl=False)


def _write_weekly(found: Sequence[Summary], form: Form, folder: Path) -> None:
    """A file for each, which nobody else may read. None that is there is written over."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for each in found:
            path = folder / f"{each.week}-{quote(each.account.user_name, safe='')}.{_ENDINGS[form]}"
            opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with open(opened, "w", encoding="utf-8") as file:  # noqa: PTH123 -- it is open by now
                file.write(_in_form(each, form))
    except FileExistsError as error:
        raise Failure(f"{text.visible(str(error.filename))} already exists.") from None
    except OSError as error:
        raise Failure(f"{text.visible(str(error.filename))} cannot be written: {error.strerror}.") from None
    say(f"{len(found):,} summar{'y' if len(found) == 1 else 'ies'} in {text.visible(str(folder))}.")


def _in_form(summary: Summary, form: Form) -> str:
    if form == "json":
        return text.escaped_json(weekly_forms.as_json(summary), indent=2) + "\n"
    return weekly_forms.as_html(summary) if form == "html" else weekly_forms.as_text(summary)


def _print(found: Totals) -> None:
    for group, rows in found.groups.items():
        cells = [
            [key, money.amount_text(total.net_sales, found.currency), f"{total.orders:,}", f"{total.units:,}"]
            for key, total in rows.items()
        ]
        print_table([[group, f"net sales {found.currency}", "orders", "units"], *cells], numbers=True)
        click.echo()
