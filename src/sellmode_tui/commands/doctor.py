"""``sellmode doctor``: whether this machine is fit for Sellmode, and what to do where it is not."""

from __future__ import annotations

import datetime as dt
import os
import platform
import shutil
import stat
import sys
import textwrap
import threading
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Final, Literal, NamedTuple

import click

from sellmode_contract.text import visible
from sellmode_tui import sealed
from sellmode_tui.account import keyring
from sellmode_tui.account.folders import AccountFolder, data_folder, known_accounts
from sellmode_tui.account.settings import BadSettings, Settings, read_settings
from sellmode_tui.commands.accounts import lost_words, misplaced_words, tally_words
from sellmode_tui.commands.kit.choosing import Choice, chosen_folders, known_account_options
from sellmode_tui.commands.kit.exit_codes import Exit, Failure
from sellmode_tui.commands.kit.output import GAP, Table, is_terminal, json_option, minute, print_json
from sellmode_tui.errors import AccountError, KeyringUnavailable
from sellmode_tui.journal.tally import read_tally
from sellmode_tui.private_files import check_private_folder, try_to_write
from sellmode_tui.terminal.abilities import abilities
from sellmode_tui.terminal.questions import ask
from sellmode_tui.transport.address import server_address
from sellmode_tui.transport.client import HEALTH_PATH, Transport
from sellmode_tui.transport.errors import Interrupted, TransportError

MIN_FREE: Final = 500_000_000
"""Bytes of free disk space below which a warning is due: a large store's copy and its log."""
REACH_SECONDS: Final = 3.0
CLOCK_OFF: Final = dt.timedelta(minutes=1)
"""From what difference to a server's clock on a warning is due: an answer takes a while."""
_PROBE: Final = "doctor"
"""Asked of the keyring; nothing is ever kept under it."""


class Check(NamedTuple):
    """Something that was looked at."""

    check: str
    result: Literal["ok", "warning", "failure"]
    detail: str
    """What was found and, unless all is well, what to do."""


@click.command("doctor")
@click.option(
    "--online", is_flag=True, help=(f"Also check whether the servers can be reached, {REACH_SECONDS:g} s each.")
)
@json_option
@known_account_options
def doctor_command(choice: Choice, *, online: bool, as_json: bool) -> None:
    """Check this machine: versions, files, disk, keyring, terminal, clock. Opens no account, needs no password.

    If run in a terminal, it also checks what that can do: colours, keys, mouse, clipboard and more.

    With --server or --user, only those accounts' changes, folders and servers are checked.
    """
    named = choice.server or choice.user_name
    accounts = chosen_folders(choice, server_may_be_new=True) if named else _accounts()
    checks = [*_versions(), *_settings(), *_files(), *_changes(accounts), *_disk(accounts), *_keyring(), *_terminal()]
    asked = [*_servers(accounts, choice.server)] if online else []
    if all(check.check != "clock" for check in asked):  # what a server says of it is more
        checks += _clock(accounts)
    checks += asked
    if as_json:
        for check in checks:
            print_json(check)
    else:
        Table(["CHECK", "RESULT", "FOUND"]).print(_wrapped(checks))
    failed = sum(check.result == "failure" for check in checks)
    if failed:
        raise Failure("1 check fails." if failed == 1 else f"{failed} checks fail.", Exit.DAMAGED)


def _wrapped(checks: list[Check]) -> Iterator[tuple[str, str, str]]:
    """Whole on a terminal, too: what to do stands at the end."""
    room = shutil.get_terminal_size().columns - max(len(each.check) for each in checks) - len("warning") - 2 * len(GAP)
    for check in checks:
        lines = textwrap.wrap(visible(check.detail), max(20, room)) or [""] if is_terminal() else [check.detail]
        for number, line in enumerate(lines):
            yield ("", "", line) if number else (check.check, check.result, line)


def _versions() -> Iterator[Check]:
    packages = ", ".join(f"{name} {metadata.version(name)}" for name in ("sellmode", "textual", "sqlcipher3"))
    yield Check("version", "ok", f"{packages}, Python {platform.python_version()}")
    versions = sealed.versions()
    oldest = ".".join(map(str, sealed.OLDEST_SQLITE))
    yield Check(
        "sqlite",
        "ok" if versions.trusted else "failure",
        f"SQLite {versions.sqlite}, SQLCipher {versions.sqlcipher}"
        + ("" if versions.trusted else f": may damage files; install a sqlcipher3 with SQLite {oldest} or later"),
    )


def _settings() -> Iterator[Check]:
    try:
        settings = read_settings()
    except BadSettings as error:
        yield Check("settings", "failure", str(error))
        return
    own = [name for name in Settings.__struct_fields__ if getattr(settings, name) != getattr(Settings(), name)]
    said = (f"server {settings.server}" if name == "server" else name for name in own)
    yield Check("settings", "ok", ", ".join(said) or "none, and none are needed")


def _files() -> Iterator[Check]:
    """Each file of ours that others could use, or that is not what it seems; `lstat` tells, nothing is opened."""
    try:
        data = data_folder()
    except (OSError, AccountError) as error:
        yield Check("files", "failure", str(error))
        return
    problems = [*_problems(data), *(f"{folder.path}: {folder.problem}" for folder in _accounts() if folder.problem)]
    for problem in dict.fromkeys(problems):
        yield Check("files", "failure", problem)
    if not problems:
        yield Check("files", "ok", f"{data} is yours alone; {len(_accounts())} accounts")


def _problems(folder: Path) -> Iterator[str]:
    for path in sorted(folder.iterdir()):
        status = path.lstat()
        if stat.S_ISDIR(status.st_mode):
            try:
                check_private_folder(path)
            except AccountError as error:
                yield str(error)
            yield from _problems(path)
        elif not stat.S_ISREG(status.st_mode):
            yield f"{path} is not a plain file. Remove it."
        elif status.st_uid != os.geteuid():
            yield f"{path} belongs to another user of this machine. Ask whoever runs it."
        elif status.st_mode & 0o077:
            yield f"{path} is open to other users of this machine. Close it with: chmod 600 '{path}'"


def _changes(accounts: list[AccountFolder]) -> Iterator[Check]:
    """What each account had not sent when it was last open, as far as that can be known without opening it."""
    for folder in accounts:
        tally = read_tally(folder.journal_path)
        name = folder.known.user_name if folder.known else folder.id
        yield Check("changes", "ok" if tally == (0, 0) else "warning", f"{visible(name)}: {tally_words(tally)}")
        if lost := lost_words(folder):
            yield Check("damage", "warning", f"{visible(name)} lost {lost}")
        if wrong := misplaced_words(folder):
            yield Check("records", "warning", f"{visible(name)}: {wrong}")


def _disk(accounts: list[AccountFolder]) -> Iterator[Check]:
    try:
        free = shutil.disk_usage(data_folder()).free
    except (OSError, AccountError):
        return  # the files' check has told
    for folder in (data_folder(), *(each.path for each in accounts)):
        try:
            try_to_write(folder)
        except AccountError as error:
            yield Check("disk", "failure", str(error))
            return
    enough = free >= MIN_FREE
    yield Check(
        "disk",
        "ok" if enough else "warning",
        f"{free / 1e9:,.1f} GB free" + ("" if enough else ": free some space, or a sync may stop halfway"),
    )


def _keyring() -> Iterator[Check]:
    try:
        keyring.get(_PROBE)
    except KeyringUnavailable as error:
        yield Check("keyring", "ok", f"{error} Passwords are asked for.")
        return
    yield Check("keyring", "ok", "available")


def _terminal() -> Iterator[Check]:
    """Asked where this runs in the foreground of one, wherever its output goes."""
    terminal = _own_terminal()
    if terminal is None:
        yield Check("terminal", "ok", "none; the app needs one, the commands do not")
        return
    for each in abilities(ask(terminal, os.environ.get("TERM", "")), os.environ, os.get_terminal_size(terminal)):
        detail = f"{each.name}: {visible(each.found)}" + (f": {each.advice}" if each.advice else "")
        yield Check("terminal", "warning" if each.advice and each.wanted else "ok", detail)


def _own_terminal() -> int | None:
    """The descriptor of the terminal in whose foreground this runs, if there is one."""
    try:
        descriptor = sys.stdin.fileno() if sys.stdin else -1  # there is no input if the caller has closed it
        return descriptor if os.tcgetpgrp(descriptor) == os.getpgrp() else None
    except OSError:  # no terminal, or not this session's
        return None


def _clock(accounts: list[AccountFolder]) -> Iterator[Check]:
    now = dt.datetime.now(dt.UTC)
    witnesses = [dt.datetime.fromtimestamp(Path(__file__).stat().st_mtime, dt.UTC)]
    witnesses += [moment for folder in accounts if (moment := folder.synced_at())]
    latest = max(witnesses)
    if now < latest - dt.timedelta(minutes=5):
        yield Check(
            "clock", "warning", (f"{minute(now)} is before {minute(latest)}, which is in the past: set the clock")
        )
    else:
        yield Check("clock", "ok", minute(now))


def _servers(accounts: list[AccountFolder], named: str | None) -> Iterator[Check]:
    try:
        settings = read_settings()
    except BadSettings:
        settings = Settings()
    other = server_address(named) if named else settings.server
    servers = {folder.known.server for folder in accounts if folder.known} | ({other} if other else set())
    for server in sorted(servers):
        yield from _reached(server, settings.ca_file)
    if not servers:
        yield Check("server", "warning", "none is known yet")


def _reached(server: str, ca_file: Path | None) -> Iterator[Check]:
    try:
        with Transport(server, ca_file=ca_file, connect_seconds=REACH_SECONDS, silent_seconds=REACH_SECONDS) as calls:
            deadline = threading.Timer(REACH_SECONDS, calls.close)
            deadline.start()
            try:
                at = calls.get(HEALTH_PATH).at
            finally:
                deadline.cancel()
    except Interrupted:
        yield Check("server", "warning", f"{server} does not answer within {REACH_SECONDS:g} seconds")
        return
    except TransportError as error:
        yield Check("server", "warning", f"{server}: {error}")
        return
    yield Check("server", "ok", f"{server} is up")
    ahead = dt.datetime.now(dt.UTC) - at if at else dt.timedelta()
    if abs(ahead) >= CLOCK_OFF:
        side = "ahead of" if ahead > dt.timedelta() else "behind"
        yield Check(
            "clock", "warning", f"this machine's is {_length(abs(ahead))} {side} that of {server}: set the clock"
        )


def _length(time: dt.timedelta) -> str:
    """In the two largest units that it has."""
    minutes = round(time.total_seconds() / 60)
    counts = {"day": minutes // 1440, "hour": minutes // 60 % 24, "minute": minutes % 60}
    words = [f"{count:,} {unit}{'s' * (count != 1)}" for unit, count in counts.items() if count]
    return " ".join(words[:2])


def _accounts() -> list[AccountFolder]:
    try:
        return known_accounts()
    except (OSError, AccountError):
        return []  # the files' check has told
