"""``sellmode sync``: one pass, and the first sign-in on this machine."""

from __future__ import annotations

import contextlib
import datetime as dt
import sys
import threading
from collections.abc import Iterator
from typing import Final, NamedTuple

import click

from sellmode_contract.text import visible
from sellmode_tui import sealed
from sellmode_tui.account import session as sessions
from sellmode_tui.account.folders import AccountFolder
from sellmode_tui.account.settings import read_settings
from sellmode_tui.cache.store import Overtaken
from sellmode_tui.cache.tables import Malformed
from sellmode_tui.commands.kit.base import click_command
from sellmode_tui.commands.kit.choosing import Choice, account_options, find_folder, known_folder
from sellmode_tui.commands.kit.entering import read_password, remembered, tell_losses, whose, workspace_of
from sellmode_tui.commands.kit.exit_codes import Exit, Failure
from sellmode_tui.commands.kit.output import json_option, minute, print_json, say
from sellmode_tui.entrance import Entrance
from sellmode_tui.sync.answer import BrokenStream
from sellmode_tui.sync.executor import Terminal
from sellmode_tui.sync.leader import Leader
from sellmode_tui.sync.single_pass import run_pass
from sellmode_tui.transport.client import Transport
from sellmode_tui.transport.errors import Refused
from sellmode_tui.workspace import Workspace

POLL_SECONDS: Final = 0.2
"""How often it is looked whether another process that syncs this account is done."""
MAX_WAIT_SECONDS: Final = 120.0
"""How long another process may take."""
MAX_TRIES: Final = 3
"""Passes that are begun: the first, and those after something that a new try can put right."""


class Synced(NamedTuple):
    """What a pass has done."""

    received: int
    """Records that came, in this process's passes."""
    synced_at: dt.datetime | None
    mode: str | None
    customers: int
    """Who can be seen now."""
    sent: int
    """Of what had been written before, how much the server has taken meanwhile."""
    refused: int
    """And how much it refused or handed over."""
    unsent: int
    """What was written and the server has not taken yet."""
    attention: int
    """What needs attention."""


def _sync_command(choice: Choice, *, as_json: bool) -> None:
    """Send your changes and download new ones, once. Signs in if needed, the first time too.

    sellmode sync
    sellmode sync --server https://sell.example.com --user E1001 --password-file ~/.sellmode-password
    """
    account = _Account(choice)
    progress = _Progress()
    for tries_left in reversed(range(MAX_TRIES)):
        with account.open() as workspace:
            progress.begin(workspace)
            try:
                _sync(workspace, progress)
            except Refused as refused:
                if refused.problem.code == "account_disabled":
                    workspace.disable()
                    raise sessions.disabled(workspace.session.folder) from refused
                if refused.problem.code != "signed_out" or not tries_left:
                    raise
                account.sign_in_anew()
            except Overtaken:
                if not tries_left:
                    raise Failure("Another process keeps changing the local copy. Try again.", Exit.OFFLINE) from None
            except sealed.Corrupt:
                if not tries_left:
                    raise
                say("A damaged file was found. Repairing it, and syncing again from the beginning.")
                workspace.discard_damaged()
            except (BrokenStream, Malformed) as error:
                raise Failure(f"Invalid answer from the server: {visible(str(error))}.", Exit.OFFLINE) from error
            else:
                _tell(_outcome(workspace, progress), workspace.records.zone(), as_json=as_json)
                return
            finally:
                progress.end()


sync_command = click_command("sync", _sync_command, [json_option, account_options])


class _Account:
    """Opens the account, as often as needed; the password is asked for once."""

    def __init__(self, choice: Choice) -> None:
        self._choice = choice
        self._folder: AccountFolder | None = find_folder(choice)
        self._settings = read_settings()
        server = self._folder.profile.server if self._folder else choice.server or self._settings.server
        if self._folder is None and not (server and choice.user_name):
            known_folder(choice)  # tells what is missing
        self._server = server
        self._password: str | None = None
        self._online = self._folder is None

    def sign_in_anew(self) -> None:
        """The backend does not take the session any more."""
        self._online = True

    @contextlib.contextmanager
    def open(self) -> Iterator[Workspace]:
        """The account with a session at the backend. Raises what an `Entrance` raises, and Failure."""
        workspace = self._opened()
        if workspace.session.token is None:
            workspace.close()
            self._online = True
            workspace = self._opened()
        self._online = False
        self._folder = workspace.session.folder
        try:
            yield workspace
        finally:
            workspace.close()

    def _opened(self) -> Workspace:
        folder = self._folder
        if folder is None or self._online:
            user_name = folder.profile.user_name if folder else self._choice.user_name or ""
            return self._signed_in(user_name, self._given(whose(folder) if folder else user_name))
        session = remembered(folder) if self._choice.password_file is None and self._password is None else None
        if session is not None:
            return workspace_of(session, self._settings)
        password = self._given(whose(folder))
        entrance = Entrance(self._server, self._settings)
        try:
            return entrance.unlock(folder, password).workspace
        finally:
            entrance.give_up()

    def _signed_in(self, user_name: str, password: str) -> Workspace:
        with Transport(self._server, ca_file=self._settings.ca_file) as transport:
            session = sessions.sign_in(transport, user_name, password)
        return workspace_of(session, self._settings)

    def _given(self, whose: str) -> str:
        if self._password is None:
            self._password = read_password(self._choice.password_file, whose)
        return self._password


def _sync(workspace: Workspace, progress: _Progress) -> None:
    """A pass of this process; or, if another one syncs this account, one that it begins or ends meanwhile."""
    terminal = workspace.terminal()
    if terminal is None:
        raise RuntimeError("a workspace signed in at the backend has no token")
    leader = workspace.leader()
    try:
        if leader.lead() or not _done_by_another(workspace, leader):
            _pass(terminal, progress, leader)
    finally:
        terminal.transport.close()
        leader.close()


def _pass(terminal: Terminal, progress: _Progress, leader: Leader) -> None:
    begun = progress.received

    def tell(received: int, left: int | None) -> None:
        progress.tell(begun + received, left)

    run_pass(terminal, tell, leader.move)


def _done_by_another(workspace: Workspace, leader: Leader) -> bool:
    """Wait until the process that leads has completed a pass; False once this process leads. Raises Failure."""
    say("Another Sellmode on this machine is syncing this account; waiting for it.")
    before = workspace.status.synced_at
    leader.ask()
    waiting = threading.Event()
    for _ in range(int(MAX_WAIT_SECONDS / POLL_SECONDS)):
        if leader.lead():
            return False
        if workspace.status.synced_at != before:
            return True
        waiting.wait(POLL_SECONDS)
    raise Failure("The other Sellmode on this machine has not completed a sync. Is it online?", Exit.OFFLINE)


class _Progress:
    """Tells a person at a terminal how far a pass is; one line, written over after each page."""

    def __init__(self) -> None:
        self.received = 0
        self.written: list[str] | None = None
        """What was not sent when the first try began."""
        self._shown = False
        self._tells = sys.stderr.isatty()

    def begin(self, workspace: Workspace) -> None:
        """Before a try."""
        if workspace.replaced:
            say("The local copy could not be used; downloading everything again.")
        tell_losses(workspace.session)
        if self.written is None:
            self.written = [entry.mid for entry in workspace.session.journal.outbox.waiting()]

    def tell(self, received: int, left: int | None) -> None:
        """After a page: how many records came, and about how many are left."""
        self.received = received
        if self._tells:
            rest = f", about {left:,} to come" if left else ""
            click.echo(f"\r{received:,} records{rest}\x1b[K", nl=False, err=True)
            self._shown = True

    def end(self) -> None:
        """Leave the line."""
        if self._shown:
            click.echo(err=True)
            self._shown = False


def _outcome(workspace: Workspace, progress: _Progress) -> Synced:
    """What has come of what had been written, by whichever process, and how things stand."""
    records = workspace.records
    entries = [workspace.session.journal.outbox.entry(mid) for mid in progress.written or ()]
    results = [entry.result.st for entry in entries if entry and entry.result]
    sent = sum(st in ("applied", "merged") for st in results)
    return Synced(
        progress.received,
        workspace.status.synced_at,
        records.mode(),
        records.totals().get("customer", 0),
        sent,
        len(results) - sent,
        *records.changes.counts(),
    )


def _tell(synced: Synced, zone: dt.tzinfo, *, as_json: bool) -> None:
    if as_json:
        print_json(synced)
        return
    if synced.sent or synced.refused:
        refused = f", {synced.refused:,} refused or handed over" if synced.refused else ""
        click.echo(f"{synced.sent:,} sent{refused}.")
    came = f"{synced.received:,} records came" if synced.received != 1 else "1 record came"
    seen = f"{synced.customers:,} customer{'s' * (synced.customers != 1)}"
    click.echo(f"{came if synced.received else 'Nothing is new'}; you see {seen}.")
    say(f"Synced {minute(synced.synced_at, zone)}.")
    if synced.unsent:
        say(f"{synced.unsent:,} not sent yet; see `sellmode unsent`.")
    if synced.attention:
        needs = "1 needs" if synced.attention == 1 else f"{synced.attention:,} need"
        say(f"{needs} attention; see `sellmode attention list`.")
