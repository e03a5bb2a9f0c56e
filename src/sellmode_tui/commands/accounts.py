"""``sellmode accounts`` and ``sellmode status``: what is known of this machine's accounts without opening any."""

from __future__ import annotations

import datetime as dt
import os
from typing import Any

import click

from sellmode_contract.text import visible
from sellmode_tui import misplaced
from sellmode_tui.account.folders import AccountFolder, known_accounts
from sellmode_tui.commands.kit.choosing import Choice, chosen_folders, known_account_options
from sellmode_tui.commands.kit.exit_codes import Nothing
from sellmode_tui.commands.kit.output import Table, json_option, labelled, minute, print_json
from sellmode_tui.journal.tally import Tally, read_tally
from sellmode_tui.journal.witness import read_witness

_STATES = {
    "ready": "ready: opens with its password",
    "signed out": "sign in again while online",
    "lease": "locked: offline for too long; sign in while online",
    "disabled": "disabled",
    "unreadable": "cannot be read; see `sellmode doctor`",
}


@click.command("accounts")
@json_option
def accounts_command(*, as_json: bool) -> None:
    """List the accounts that signed in on this machine. Opens none, needs no password."""
    folders = _existing(known_accounts())
    if as_json:
        for folder in folders:
            print_json(_account(folder))
        return
    table = Table(["USER", "NAME", "SERVER", "STATE"])
    table.print([row["user_name"], row["name"], row["server"], row["state"]] for row in map(_account, folders))


@click.command("status")
@json_option
@known_account_options
def status_command(choice: Choice, *, as_json: bool) -> None:
    """Show the state of this machine's accounts: last sync, lock, files. Needs no password and no network."""
    for number, folder in enumerate(_existing(chosen_folders(choice))):
        status = _status(folder)
        if as_json:
            print_json(status)
            continue
        if number:
            click.echo()
        synced = status["synced_at"]
        click.echo(visible(status["name"] or folder.id))
        lines = labelled(
            ("user name", status["user_name"]),
            ("server", status["server"]),
            ("state", _STATES[status["state"]]),
            ("line", "not checked; use `sellmode sync`"),
            ("last sync", f"{minute(synced)} ({_ago(synced)} ago)" if synced else "never completed"),
            ("changes", tally_words(read_tally(folder.journal_path))),
            ("lost", lost_words(folder)),
            ("misplaced", misplaced_words(folder)),
            ("local copy", _size(status["cache_bytes"])),
            ("journal", _size(status["journal_bytes"])),
            ("keyring", "can unlock it without the password" if status["remembered"] else "not used"),
            ("problem", status["problem"]),
            width=12,
        )
        click.echo("\n".join(lines))


def _existing(folders: list[AccountFolder]) -> list[AccountFolder]:
    if not folders:
        raise Nothing("No one has signed in on this machine yet. Start `sellmode`.")
    return folders


def _account(folder: AccountFolder) -> dict[str, Any]:
    profile = folder.known
    return {
        "user_name": profile.user_name if profile else "",
        "name": profile.name if profile else "",
        "server": profile.server if profile else "",
        "state": _state(folder),
        "remembered": profile.remembered if profile else False,
        "folder": str(folder.path),
    }


def tally_words(tally: Tally | None) -> str:
    """How much is not sent, and how much was refused, as of when the account was last open."""
    if tally is None:
        return "unknown until you sign in: it is open now, or was not closed normally"
    unsent = f"{tally.unsent:,} not sent" if tally.unsent else "everything sent"
    refused = f", {tally.refused:,} refused: `sellmode attention list` tells" if tally.refused else ""
    return unsent + refused


def lost_words(folder: AccountFolder) -> str:
    """What damage has taken and nobody has acknowledged yet; empty if nothing."""
    held = read_witness(folder.journal_path)
    if held is None or not held.losses:
        return ""
    lost = f"{held.lost:,} items" if held.lost > 1 else "1 item" if held.lost else "an unknown number of items"
    return f"{lost}, to a damaged file: see `sellmode attention list`"


def misplaced_words(folder: AccountFolder) -> str:
    """How many records the server has sent that are for somebody else; empty if none."""
    count = misplaced.told(folder.cache_path)
    what = "1 record" if count == 1 else f"{count:,} records"
    return f"{what} sent here by mistake and not shown: tell your server's administrator" if count else ""


def _status(folder: AccountFolder) -> dict[str, Any]:
    tally = read_tally(folder.journal_path)
    return {
        **_account(folder),
        "line": "unknown",
        "synced_at": folder.synced_at(),
        "unsent": tally and tally.unsent,
        "refused": tally and tally.refused,
        "lost": lost_words(folder),
        "misplaced": misplaced.told(folder.cache_path),
        "cache_bytes": _bytes(str(folder.cache_path)),
        "journal_bytes": _bytes(str(folder.journal_path)),
        "problem": folder.problem,
    }


def _state(folder: AccountFolder) -> str:
    if folder.known is None:
        return "unreadable"
    return "ready" if folder.opens_offline else folder.known.sealed or "signed out"


def _bytes(path: str) -> int:
    """Of a database with its log; 0 if there is none."""
    total = 0
    for suffix in ("", "-wal"):
        try:
            total += os.lstat(f"{path}{suffix}").st_size
        except OSError:
            continue
    return total


def _size(size: int) -> str:
    if size < 1_000_000:
        return f"{size / 1000:,.0f} kB" if size else "none"
    return f"{size / 1_000_000:,.1f} MB"


def _ago(moment: dt.datetime) -> str:
    seconds = max(0.0, (dt.datetime.now(dt.UTC) - moment).total_seconds())
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length:.0f} {unit}"
    return f"{seconds:.0f} seconds"
