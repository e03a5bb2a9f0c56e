"""Signing in with a password, setting it with a one-time code, signing out.

What is known and what is not answers alike, after the same work: an unknown user name is counted, hashed and refused
like a wrong password. An attempt is counted in a transaction of its own before it is judged (`limits`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.accounts import codes, devices, limits, passwords, sessions
from sellmode_backend.accounts.passwords import Passwords
from sellmode_backend.accounts.sessions import AccountDisabled
from sellmode_backend.store import accounts, presence, schema, settings
from sellmode_backend.store.database import Database
from sellmode_contract import wire
from sellmode_contract.ids import user_key
from sellmode_contract.visibility import Account

Clock = Callable[[], dt.datetime]


def utc_now() -> dt.datetime:
    """The system's clock."""
    return dt.datetime.now(dt.UTC)


class WrongCredentials(Exception):
    """No such user name and password."""


class WrongCode(Exception):
    """The code is not this user name's, or was used, or has expired."""


@dataclass(frozen=True)
class SigningIn:
    """Lets people in."""

    database: Database
    passwords: Passwords = field(default_factory=Passwords)
    clock: Clock = utc_now

    def sign_in(self, asked: wire.SignIn, address: str) -> wire.SignedIn:
        """Check a password. Raises WrongCredentials, AccountDisabled (the password was right) or TooManyAttempts."""
        attempt, stored = self._admit(asked.user_name, asked.device, address)
        right = self.passwords.verify(stored, asked.password)
        # Made anew with today's parameters, outside the transaction as it takes its time.
        renewed = self.passwords.hash(asked.password) if right and stored and self.passwords.outdated(stored) else None
        if not right:
            raise WrongCredentials
        with self.database.transaction() as connection:
            id, now_stored = _held(connection, asked.user_name)
            account = accounts.read(connection, id)
            if account is None or now_stored != stored:  # changed while we looked
                raise WrongCredentials
            limits.clear(connection, attempt)
            if account.active:
                if renewed:
                    set_password(connection, account.id, renewed)
                return self._let_in(connection, account, asked.device, asked.device_name)
        raise AccountDisabled

    def activate(self, asked: wire.Activate, address: str) -> wire.SignedIn:
        """Set a password with a one-time code, ending all sessions there were.

        Raises WeakPassword (the code was not looked at and stays good), WrongCode, AccountDisabled (the code was right
        and stays good) or TooManyAttempts.
        """
        attempt, _ = self._admit(asked.user_name, asked.device, address)
        with self.database.snapshot() as connection:
            retailer = settings.retailer(connection)
        passwords.check_new(asked.password, asked.user_name, retailer.name if retailer else "")
        hashed = self.passwords.hash(asked.password)
        with self.database.transaction() as connection:
            id, _ = _held(connection, asked.user_name)
            is_good = codes.is_good(connection, id, asked.code, self.clock())
            account = accounts.read(connection, id) if is_good else None
            if account is None:
                raise WrongCode
            limits.clear(connection, attempt)
            if account.active:
                codes.withdraw(connection, account.id)
                set_password(connection, account.id, hashed)
                sessions.end_all(connection, account.id)
                return self._let_in(connection, account, asked.device, asked.device_name)
        raise AccountDisabled

    def sign_out(self, token: str) -> None:
        """End a token's session; also of a disabled account, and without a word if there is none."""
        with self.database.transaction() as connection:
            if account := sessions.end(connection, token):
                presence.settle(connection, [account], self.clock())

    def _admit(self, user_name: str, device: str, address: str) -> tuple[limits.Attempt, str | None]:
        with self.database.transaction() as connection:
            id, stored = _held(connection, user_name)
            known = devices.is_known(connection, id, device)
            attempt = limits.admit(
                connection,
                user_key=user_key(user_name),
                known_device=device if known else None,
                address=address,
                now=self.clock(),
            )
        return attempt, stored

    def _let_in(self, connection: Connection, account: Account, device: str, device_name: str) -> wire.SignedIn:
        now = self.clock()
        retailer = settings.retailer(connection)
        token, expires_at = sessions.start(connection, account.id, device, now)
        return wire.SignedIn(
            token=token,
            key=devices.key(connection, account.id, device, device_name, now),
            account=account,
            retailer=retailer.name if retailer else "",
            expires_at=expires_at,
        )


def reset(connection: Connection, account: Account, now: dt.datetime, life: dt.timedelta = codes.LIFE) -> str:
    """An operator's answer to a forgotten password: the old one and all sessions end, failures are forgotten.

    Returns a new code. The keys of the account's devices stay, so nothing there is lost.
    """
    set_password(connection, account.id, None)
    sessions.end_all(connection, account.id)
    limits.forget_account(connection, user_key(account.user_name), devices.known(connection, account.id))
    return codes.issue(connection, account.id, now, life)


def has_password(connection: Connection) -> set[str]:
    """Ids of the accounts that have set a password."""
    table = schema.account
    return set(connection.scalars(sa.select(table.c.id).where(table.c.password_hash.is_not(None))))


NOBODY = ""
"""No account's id: what is looked up of an account is looked up of this one, too, so that both take as long."""


def _held(connection: Connection, user_name: str) -> tuple[str, str | None]:
    """An account's id (``NOBODY``) and its password's hash; until the transaction ends nobody else signs in to it."""
    table = schema.account
    row = connection.execute(
        sa.select(table.c.id, table.c.password_hash).where(table.c.user_key == user_key(user_name)).with_for_update()
    ).one_or_none()
    return (row.id, row.password_hash) if row else (NOBODY, None)


def set_password(connection: Connection, account_id: str, hashed: str | None) -> None:
    """Store a password's hash; None leaves the account without one. Sessions are the caller's to end."""
    table = schema.account
    connection.execute(sa.update(table).where(table.c.id == account_id).values(password_hash=hashed))
