"""The operator's commands on accounts."""

from __future__ import annotations

from typing import Any, get_args

import click
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.accounts import codes, directory, signing_in
from sellmode_backend.accounts.signing_in import utc_now
from sellmode_backend.cli import database_option, json_option, print_answer, say
from sellmode_backend.store import schema, settings
from sellmode_backend.store.database import Database
from sellmode_contract import text
from sellmode_contract.roles import Role, Work
from sellmode_contract.visibility import Account


@click.group("accounts")
def accounts_command() -> None:
    """Who may sign in."""


@accounts_command.command("list")
@database_option()
@json_option
def list_command(database: Database, as_json: bool) -> None:
    """List everybody, with what they still need to sign in."""
    with database.snapshot() as connection:
        people = directory.everybody(connection)
        names = _store_names(connection)
        good, have_password = codes.good(connection, utc_now()), signing_in.has_password(connection)
    found: list[dict[str, Any]] = [
        {
            "user_name": account.user_name,
            "name": account.name,
            "role": account.role,
            "work": account.work,
            "stores": [names.get(store, store) for store in account.stores],
            "active": account.active,
            "has_password": account.id in have_password,
            "code_until": good.get(account.id),
        }
        for account in people
    ]
    rows = ([row["user_name"], row["name"], row["role"], ", ".join(row["stores"]), _state(row)] for row in found)
    print_answer(found, [["user name", "name", "role", "stores", "state"], *rows], as_json=as_json)


@accounts_command.command("add")
@database_option()
@click.argument("user_name", metavar="USER")
@click.option("--name", default="", help="As colleagues know them.  [default: the user name]")
@click.option("--role", type=click.Choice(get_args(Role)), default="associate", show_default=True)
@click.option("--work", type=click.Choice(get_args(Work)), default="omnichannel", show_default=True)
@click.option(
    "--store", "stores", multiple=True, metavar="STORE", help="Name or id; several for regional and head office."
)
@json_option
def add_command(
    database: Database, user_name: str, *, name: str, role: Role, work: Work, stores: tuple[str, ...], as_json: bool
) -> None:
    """Add an account and print its activation code."""
    with database.transaction() as connection:
        ids = [settings.store_named(connection, store).id for store in stores]
        account = directory.new_account(user_name=user_name, name=name, role=role, stores=ids, work=work)
        if not ids:  # they would see nothing at all
            raise directory.AccountError(f"Somebody with the role {role} needs a --store.")
        directory.add(connection, account, utc_now())
        code = codes.issue(connection, account.id, utc_now())
    _print_codes([(account, code)], as_json=as_json)


@accounts_command.command("code")
@database_option()
@click.argument("user_names", metavar="[USER]...", nargs=-1)
@click.option(
    "--all-new", is_flag=True, help="For everybody active who has neither a password nor a code that is still good."
)
@json_option
def code_command(database: Database, user_names: tuple[str, ...], all_new: bool, as_json: bool) -> None:
    """Make new activation codes.

    A code works once, for a week. A new one for a USER voids the old one; --all-new keeps those that are still good.
    """
    if bool(user_names) == all_new:
        raise click.UsageError("Name the users, or give --all-new.")
    now, kept = utc_now(), 0
    with database.transaction() as connection:
        if all_new:
            have_password, good = signing_in.has_password(connection), codes.good(connection, now)
            without = [a for a in directory.everybody(connection) if a.active and a.id not in have_password]
            people = [account for account in without if account.id not in good]
            kept = len(without) - len(people)
        else:
            people = [directory.named(connection, user_name) for user_name in user_names]
        made = [(account, codes.issue(connection, account.id, now)) for account in people]
    if made or not kept or as_json:
        _print_codes(made, as_json=as_json)
    if kept:
        say(
            f"Not changed: {kept} code{'s' * (kept != 1)} handed out before, still good. To replace one, name its user."
        )


@accounts_command.command("reset")
@database_option()
@click.argument("user_name", metavar="USER")
@json_option
def reset_command(database: Database, user_name: str, as_json: bool) -> None:
    """Help somebody who forgot the password.

    Ends their sessions and prints a new code. Nothing on their devices is lost.
    """
    with database.transaction() as connection:
        account = directory.named(connection, user_name)
        code = signing_in.reset(connection, account, utc_now())
    _print_codes([(account, code)], as_json=as_json)


@accounts_command.command("disable")
@database_option()
@click.argument("user_name", metavar="USER")
def disable_command(database: Database, user_name: str) -> None:
    """Shut somebody out at once. Their customers stay theirs until they are assigned to somebody else."""
    with database.transaction() as connection:
        account = directory.named(connection, user_name)
        directory.disable(connection, account)
        codes.withdraw(connection, account.id)
    say(f"{text.visible(account.user_name)} is disabled.")


@accounts_command.command("enable")
@database_option()
@click.argument("user_name", metavar="USER")
def enable_command(database: Database, user_name: str) -> None:
    """Let somebody in again, with the password they had."""
    with database.transaction() as connection:
        account = directory.named(connection, user_name)
        directory.enable(connection, account)
    say(f"{text.visible(account.user_name)} is enabled.")


@accounts_command.command("move")
@database_option()
@click.argument("user_name", metavar="USER")
@click.argument("stores", metavar="STORE...", nargs=-1, required=True)
def move_command(database: Database, user_name: str, stores: tuple[str, ...]) -> None:
    """Let somebody work in another store.

    A store is named by its name or id; regional and head office may have several, and have those named from then on.
    Customers stay with the old store.
    """
    with database.transaction() as connection:
        entries = [settings.store_named(connection, store) for store in stores]
        account = directory.move(
            connection, directory.named(connection, user_name), *dict.fromkeys(entry.id for entry in entries)
        )
    where = ", ".join(dict.fromkeys(entry.name for entry in entries))
    say(f"{text.visible(account.user_name)} works in {text.visible(where)} now.")


def _state(row: dict[str, Any]) -> str:
    if not row["active"]:
        return "disabled"
    if row["code_until"]:
        return f"code until {row['code_until']:%Y-%m-%d %H:%M} UTC"
    return "active" if row["has_password"] else "needs a code"


def _print_codes(made: list[tuple[Account, str]], *, as_json: bool) -> None:
    objects = [{"user_name": who.user_name, "code": code} for who, code in made]
    print_answer(objects, ([who.user_name, who.name, code] for who, code in made), as_json=as_json)
    if not as_json:
        say(f"Hand out: {len(made)} code{'s' * (len(made) != 1)}, each good once and for {codes.LIFE.days} days.")


def _store_names(connection: Connection) -> dict[str, str]:
    return {row.id: row.name for row in connection.execute(sa.select(schema.store.c.id, schema.store.c.name))}
