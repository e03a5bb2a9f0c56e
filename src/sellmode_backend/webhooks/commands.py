"""The operator's commands on events of other systems."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import click
import sqlalchemy as sa

from sellmode_backend.cli import Failure, database_option, json_option, print_answer, say
from sellmode_backend.store.database import Database
from sellmode_backend.store.webhook_tables import webhook_event, webhook_name
from sellmode_backend.webhooks import secret_files, signatures, working
from sellmode_backend.webhooks.said import Named
from sellmode_backend.webhooks.secret_files import SENDERS, Sender

_SENDER = click.argument("sender", type=click.Choice(SENDERS))
_KINDS = ("location", "user", "inventory_item")


@click.group("webhooks")
def webhooks_command() -> None:
    """Events that other systems send by themselves: sales, refunds, customers, stock."""


@webhooks_command.command("secret")
@_SENDER
@click.option(
    "--folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="As `serve --webhook-secrets` has it.",
)
@click.option(
    "--given", is_flag=True, help="Read the secret from standard input: the sender has made it (Shopify does)."
)
@click.option("--keep-old", is_flag=True, help="The older ones count as well until this is run without it.")
def secret_command(sender: Sender, folder: Path, *, given: bool, keep_old: bool) -> None:
    """Make a new secret for who sends, or take theirs, into a file that nobody else may read.

    One that is made is printed once, for the sender. Servers take the new one at once.
    """
    try:
        old = secret_files.of(folder, sender)
        new = sys.stdin.readline().strip() if given else secret_files.make(sender)
        if not new:
            raise Failure("There is no secret on standard input.")
        if sender == "plain" and not signatures.is_standard(new):
            raise Failure("The secret is not written as Standard Webhooks has it: whsec_ and base64.")
        secret_files.write(folder, sender, [new, *(old if keep_old else ())])
    except secret_files.SecretsError as error:
        raise Failure(str(error)) from None
    except OSError as error:
        raise Failure(f"The folder {folder} cannot be written: {error.strerror}.") from None
    if not given:
        click.echo(new)
    older = "; the older ones count as well" if keep_old and old else ""
    say(f"Events of {sender} are signed with it from now on{older}.")


@webhooks_command.command("list")
@database_option()
@click.option("--all", "everything", is_flag=True, help="Those without a problem as well.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@json_option
def list_command(*, database: Database, everything: bool, limit: int, as_json: bool) -> None:
    """List events of the last 30 days that could not be used, or not wholly, or that ask something of you.

    The newest first; those that wait come with them.
    """
    event = webhook_event.c
    query = sa.select(event.at, event.source, event.topic, event.id, event.done_at, event.problem)
    if not everything:
        query = query.where((event.problem != "") | event.done_at.is_(None))
    with database.snapshot() as connection:
        rows = connection.execute(query.order_by(event.at.desc(), event.id).limit(limit + 1)).all()
    shown = [
        {
            "at": row.at,
            "source": row.source,
            "topic": row.topic,
            "id": row.id,
            "state": row.problem or ("done" if row.done_at else "waits"),
        }
        for row in rows[:limit]
    ]
    table = [["came", "from", "topic", "id", "what is to be said of it"]]
    table += [[one["at"].isoformat(timespec="seconds"), *list(one.values())[1:]] for one in shown]
    print_answer(shown, table, as_json=as_json)
    if len(rows) > limit:
        say(f"There are more than {limit}: --limit shows more.")


@webhooks_command.command("names")
@_SENDER
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@database_option()
@json_option
def names_command(*, database: Database, sender: Sender, file: Path | None, as_json: bool) -> None:
    """Show what the numbers in events stand for, or say it with a CSV file of kind, number and name.

    A kind is location (a store), user (an employee, as exports name them) or inventory_item (a SKU). Events of Shopify
    name locations and products by themselves.
    """
    if file is not None:
        try:
            rows = [*csv.reader(file.read_text("utf-8-sig").splitlines(), strict=True)]
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise Failure(
                f"{file} cannot be read: {getattr(error, 'strerror', None) or 'it is no CSV in UTF-8'}."
            ) from None
        rows = rows[1:] if rows and rows[0][:1] == ["kind"] else rows
        for line, row in enumerate(rows, 1):
            if len(row) != 3 or row[0] not in _KINDS or not all(row):
                raise Failure(f"Row {line} is no kind ({', '.join(_KINDS)}), number and name.")
        with database.transaction() as connection:
            working.write_names(connection, sender, (Named(*row) for row in rows))
    name = webhook_name.c
    query = sa.select(name.kind, name.key, name.name).where(name.source == sender).order_by(name.kind, name.key)
    with database.snapshot() as connection:
        known = [row._asdict() for row in connection.execute(query)]
    print_answer(known, [["kind", "number", "name"], *([*one.values()] for one in known)], as_json=as_json)
