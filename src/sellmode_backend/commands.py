"""The operator's commands on the whole retailer: init, mode, settings, restored, serve."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from sellmode_backend.cli import (
    REFUSED,
    Failure,
    database_address,
    database_option,
    json_option,
    open_ready,
    print_answer,
    say,
)
from sellmode_backend.rules import stored_rules
from sellmode_backend.store import settings
from sellmode_backend.store.database import Database
from sellmode_contract import text
from sellmode_contract.kinds.retailer import Mode

_MODES = click.Choice(get_args(Mode))

MAX_IDLE = 60
"""Minutes; a terminal that stays open for longer is as good as not locked."""


@click.command("init")
@database_option(migrates=True)
@click.option("--retailer", metavar="NAME", help="Whose database this is to be.")
@click.option("--mode", type=_MODES, default="associate", show_default=True)
@click.option("--time-zone", metavar="ZONE", default="UTC", show_default=True, help="IANA name.")
@click.option("--currency", metavar="CODE", default="USD", show_default=True, help="ISO 4217 code.")
def init_command(database: Database, retailer: str | None, mode: str, time_zone: str, currency: str) -> None:
    """Set up a database for a retailer, or bring one up to date.

    Without --retailer only the tables are made, as an import wants them. Take a backup before an update.
    """
    with database.transaction() as connection:
        known = settings.retailer(connection)
        if retailer and known:
            raise Failure(f"The database is {text.visible(known.name)}'s already; it is up to date now.")
        if retailer:
            settings.initialise(connection, retailer, mode, time_zone, currency)
            stored_rules.begin_with(connection)
    whose = retailer or (known and known.name)
    say(f"The database is ready for {text.visible(whose)}." if whose else "The database is ready.")
    if retailer:
        say(stored_rules.RULES_ARE_OFF)


@click.command("mode")
@database_option()
@click.argument("mode", type=_MODES, required=False)
@click.option("--dry-run", is_flag=True, help="Only tell who would gain and lose how many records.")
@json_option
def mode_command(database: Database, mode: str | None, dry_run: bool, as_json: bool) -> None:
    """Show the retailer's mode; switch it to MODE; or, with --dry-run, tell what that would do.

    Terminals follow at their next sync.
    """
    if dry_run and not mode:
        raise click.UsageError("--dry-run needs a mode")
    if dry_run and mode:
        _preview(database, mode, as_json=as_json)
        return
    with database.transaction() if mode else database.snapshot() as connection:
        if settings.retailer(connection) is None:
            raise settings.SettingError("the database has no retailer yet")
        if mode:
            settings.set_mode(connection, mode)
        now = settings.mode(connection)
    click.echo(text.escaped_json({"mode": now}) if as_json else now)


def _preview(database: Database, mode: str, *, as_json: bool) -> None:
    with database.snapshot() as connection:
        rows = settings.mode_preview(connection, mode)
        now = settings.mode(connection)
    people = [{"user_name": row.account.user_name, "gains": row.gains, "loses": row.loses} for row in rows]
    cells = ([row.account.user_name, f"{row.gains:,}", f"{row.loses:,}"] for row in rows)
    print_answer(
        {"mode": mode, "accounts": people}, [["user name", "gains", "loses"], *cells], as_json=as_json, numbers=True
    )
    becomes = f"the mode is {mode} already" if mode == now else f"without --dry-run the mode becomes {mode}"
    say(f"Nothing was changed: {becomes}.")


@click.command("settings")
@database_option()
@click.option(
    "--idle-lock",
    type=click.IntRange(1, MAX_IDLE),
    metavar="MINUTES",
    help="How long terminals wait for a key before they lock themselves.",
)
@click.option("--keyring/--no-keyring", default=None, help='Whether terminals may offer "stay signed in here".')
@click.option(
    "--leaderboard/--no-leaderboard",
    default=None,
    help="Whether managers have a leaderboard in Associate Mode; in Team Mode they do.",
)
@json_option
def settings_command(
    database: Database, *, idle_lock: int | None, keyring: bool | None, leaderboard: bool | None, as_json: bool
) -> None:
    """Show what the retailer's terminals are told, or change it.

    Terminals follow at their next sync. The mode has a command of its own.
    """
    asked = {"idle_lock_minutes": idle_lock, "keyring_allowed": keyring, "leaderboard": leaderboard}
    changes = {name: value for name, value in asked.items() if value is not None}
    with database.transaction() if changes else database.snapshot() as connection:
        if changes:
            settings.change(connection, **changes)
        now = settings.retailer(connection)
    if now is None:
        raise settings.SettingError("the database has no retailer yet")
    shown = ("name", "mode", "currency", "time_zone", "idle_lock_minutes", "keyring_allowed", "leaderboard")
    rows = [
        ["retailer", now.name],
        ["mode", now.mode],
        ["currency", now.currency],
        ["time zone", now.time_zone],
        ["stores", ", ".join(store.name for store in now.stores) or "none yet"],
        ["idle lock ", f"{now.idle_lock_minutes} minute{'s' * (now.idle_lock_minutes != 1)}"],
        ["keyring", "allowed" if now.keyring_allowed else "not allowed"],
        ["leaderboard", "in both modes" if now.leaderboard else "in Team Mode only"],
    ]
    print_answer({name: getattr(now, name) for name in shown}, rows, as_json=as_json)


@click.command("restored")
@database_option()
def restored_command(database: Database) -> None:
    """Say that the database was restored from a backup, before it is served again.

    Terminals may have seen what the backup does not know. Each fetches everything anew at its next sync; what people
    wrote there stays.
    """
    with database.transaction() as connection:
        settings.renew_epoch(connection)
    say("A new epoch begins: every terminal fetches everything anew at its next sync.")


@click.command("serve")
@click.option("--database", "url", metavar="URL", help="As with every command.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes a free one.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes.")
@click.option("--tls-certificate", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE")
@click.option("--tls-key", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE")
@click.option(
    "--behind-proxy",
    metavar="ADDRESSES",
    help="A proxy at these addresses (or networks) does TLS and tells the clients' addresses (X-Forwarded-For).",
)
@click.option(
    "--monitor-from",
    metavar="ADDRESSES",
    help="Addresses or networks that may see /metrics and the API document.  [default: this machine]",
)
@click.option(
    "--webhook-secrets",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Take events of other systems, signed with the secrets in this folder (`webhooks secret`).",
)
@click.option("--exit-with-parent", is_flag=True, help="End when the process that started this one has gone.")
def serve_command(
    *,
    url: str | None,
    host: str,
    port: int,
    workers: int,
    tls_certificate: Path | None,
    tls_key: Path | None,
    behind_proxy: str | None,
    monitor_from: str | None,
    webhook_secrets: Path | None,
    exit_with_parent: bool,
) -> None:
    """Answer terminals over HTTP until stopped. Prints the server's URL when it takes connections.

    Brings the database up to date first. Plain HTTP is for this machine only: for others give a certificate and its
    key, or say that a proxy does TLS (--behind-proxy).
    """
    from sellmode_backend import monitoring, serving

    if (tls_certificate is None) != (tls_key is None):
        raise click.UsageError("--tls-certificate and --tls-key go together")
    if behind_proxy and "*" in behind_proxy:
        raise click.UsageError(
            "--behind-proxy needs addresses or networks such as 10.0.0.0/8: from anybody else X-Forwarded-For would be"
            " believed, and clients could choose the address whose attempts are limited."
        )
    if not (tls_certificate or behind_proxy or serving.is_loopback(host)):
        raise click.UsageError(
            f"{host} is open to others, and plain HTTP would show them passwords: give --tls-certificate and --tls-key,"
            " or --behind-proxy if a proxy does TLS."
        )
    try:
        monitors = monitoring.networks(monitor_from) if monitor_from else monitoring.THIS_MACHINE
    except ValueError as error:
        raise click.UsageError(
            f"--monitor-from: {error}. Give addresses or networks such as 10.0.0.7,10.1.0.0/16."
        ) from error
    address = database_address(url)
    database = open_ready(address, migrates=True)
    try:
        with database.snapshot() as connection:
            known = settings.retailer(connection)
    finally:
        database.close()
    if known is None:
        raise Failure(
            "The database has no retailer yet: `sellmode-backend init --retailer NAME` or an import.", REFUSED
        )
    serving.serve(
        address.url,
        address.password,
        serving.Listening(
            host, port, workers, behind_proxy, monitors, tls_certificate, tls_key, exit_with_parent, webhook_secrets
        ),
    )
