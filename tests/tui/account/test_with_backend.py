"""The terminal's accounts against the real backend: activation, sign-in, reset, disabling, sign-out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from sellmode_backend.accounts import codes, directory, signing_in
from sellmode_backend.store.database import Database
from sellmode_tui import errors, private_files
from sellmode_tui.account import session
from sellmode_tui.account.session import Session
from sellmode_tui.journal.journal import SavedFilter
from sellmode_tui.transport.client import Transport
from tests.support.backend import retailer_database, serve_in_thread

PASSWORD = "seventeen plum kettles on ice"
NEW_PASSWORD = "a brass owl reads the tide"


class Terminal:
    """A terminal, and the operator beside it."""

    def __init__(self, transport: Transport, database: Database, data: Path) -> None:
        self.transport = transport
        self.database = database
        self.data = data

    def add(self, user_name: str) -> str:
        """Add an associate; the activation code."""
        account = directory.new_account(user_name=user_name, name="Zoë Ndiaye", stores=["Alpha"])
        with self.database.transaction() as connection:
            directory.add(connection, account, dt.datetime.now(dt.UTC))
            return codes.issue(connection, account.id, dt.datetime.now(dt.UTC))

    def reset(self, user_name: str) -> str:
        """Reset a forgotten password; the new code."""
        with self.database.transaction() as connection:
            account = directory.named(connection, user_name)
            return signing_in.reset(connection, account, dt.datetime.now(dt.UTC))

    def disable(self, user_name: str) -> None:
        with self.database.transaction() as connection:
            directory.disable(connection, directory.named(connection, user_name))

    def activate(self, user_name: str, code: str, password: str = PASSWORD) -> Session:
        return session.activate(self.transport, user_name, code, password, data=self.data)

    def sign_in(self, user_name: str, password: str = PASSWORD) -> Session:
        return session.sign_in(self.transport, user_name, password, data=self.data)


@pytest.fixture
def terminal(tmp_path: Path, sqlite_url: str) -> Iterator[Terminal]:
    with (
        retailer_database(sqlite_url) as database,
        serve_in_thread(database) as url,
        Transport(url) as transport,
    ):
        yield Terminal(transport, database, private_files.private_folder(tmp_path / "data"))


def test_from_activation_to_a_reset_nothing_is_lost(terminal: Terminal) -> None:
    with pytest.raises(errors.WeakPassword, match="Choose another"):
        terminal.activate("E-1001", terminal.add("E-1001"), "short")
    code = terminal.reset("E-1001")
    first = terminal.activate("e-1001", code.lower())
    assert (first.account.user_name, first.retailer) == ("E-1001", "Maison Test")
    first.journal.save_filter(SavedFilter("lapsed", "last_purchase>90d", dt.datetime.now(dt.UTC)))
    key = bytes(first.key)
    first.close()
    with pytest.raises(errors.CodeRefused):
        terminal.activate("E-1001", code)
    code = terminal.reset("E-1001")
    with pytest.raises(errors.WrongPassword):
        terminal.sign_in("E-1001")
    again = terminal.activate("E-1001", code, NEW_PASSWORD)
    assert again.key == key
    assert [saved.name for saved in again.journal.saved_filters()] == ["lapsed"]
    again.close()
    session.unlock(again.folder, NEW_PASSWORD).close()


def test_another_terminal_gets_another_key(terminal: Terminal, tmp_path: Path) -> None:
    here = terminal.activate("E-1001", terminal.add("E-1001"))
    elsewhere = session.sign_in(
        terminal.transport, "E-1001", PASSWORD, data=private_files.private_folder(tmp_path / "elsewhere")
    )
    assert here.key != elsewhere.key
    here.close()
    elsewhere.close()


def test_signing_out_ends_the_token_there(terminal: Terminal) -> None:
    opened = terminal.activate("E-1001", terminal.add("E-1001"))
    assert session.sign_out(opened, terminal.transport) is True
    offline = session.unlock(opened.folder, PASSWORD)
    assert offline.token is None
    assert offline.journal.to_revoke() == []
    offline.close()


def test_a_disabled_account_is_sealed_here(terminal: Terminal) -> None:
    opened = terminal.activate("E-1001", terminal.add("E-1001"))
    opened.close()
    terminal.disable("E-1001")
    with pytest.raises(errors.WrongPassword):  # who does not know the password does not hear of it
        terminal.sign_in("E-1001", "a guess at somebody's door")
    assert opened.folder.opens_offline
    with pytest.raises(errors.AccountDisabled):
        terminal.sign_in("E-1001")
    assert sorted(path.name for path in opened.folder.path.iterdir()) == [
        "journal.db",
        "profile.json",
        "tally",
        "witness",
    ]


def test_guessing_has_an_end(terminal: Terminal) -> None:
    terminal.add("E-1001")
    refused: errors.AccountError = errors.WrongPassword()
    for _ in range(50):
        with pytest.raises((errors.WrongPassword, errors.TooManyAttempts)) as caught:
            terminal.sign_in("E-1001", "a guess at somebody's door")
        refused = caught.value
        if isinstance(refused, errors.TooManyAttempts):
            break
    assert isinstance(refused, errors.TooManyAttempts)
    assert refused.seconds > 0
