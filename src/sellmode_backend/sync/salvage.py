"""Takes unsent work of a disabled account, for a while, from a device that holds the account's key."""

from __future__ import annotations

import datetime as dt
import hmac

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend.accounts import devices, directory, limits
from sellmode_backend.accounts.sessions import AccountDisabled
from sellmode_backend.accounts.signing_in import WrongCredentials
from sellmode_backend.store import accounts, settings
from sellmode_backend.store.database import Database
from sellmode_backend.sync.answer import SyncRules
from sellmode_backend.sync.incoming import read
from sellmode_backend.sync.judge import Author
from sellmode_backend.sync.push import Push, push
from sellmode_contract import wire
from sellmode_contract.ids import user_key

SALVAGED_FOR = dt.timedelta(days=30)
"""For so long after an account was disabled its unsent work is taken."""


class NotDisabled(Exception):
    """The account can sign in and send its work itself."""


def salvage(database: Database, asked: wire.Salvage, address: str, now: dt.datetime, rules: SyncRules) -> wire.Salvaged:
    """Apply unsent work of a disabled account: facts count, new customers have no owner, edits are parked.

    A wrong proof counts as a guess, as at a sign-in. Raises TooManyAttempts, WrongCredentials for an unknown name or
    device and a wrong proof alike, NotDisabled, AccountDisabled once the time is over, and what ``push`` raises.
    """
    longest = dt.timedelta(seconds=rules.lease.hard_s)
    with database.transaction() as connection:
        known = devices.known_key(connection, asked.user_name, asked.device)
        attempt = limits.admit(
            connection,
            user_key=user_key(asked.user_name),
            known_device=asked.device if known else None,
            address=address,
            now=now,
            at="salvage",
        )
    proof = hmac.digest(known.key if known else b"none", msgspec.json.encode(asked.mutations), "sha256")
    if not hmac.compare_digest(proof, asked.proof) or known is None:
        raise WrongCredentials
    with database.transaction() as connection:
        limits.clear(connection, attempt)

    def author(connection: Connection) -> Author:
        return _author(connection, known.account, asked.device, now, longest)

    with database.snapshot() as connection:
        author(connection)
    mutations = read(asked.cid, asked.mutations)
    return wire.Salvaged(results=push(database, Push(asked.cid, mutations, author, now, longest)).results)


def _author(connection: Connection, id: str, device: str, now: dt.datetime, longest: dt.timedelta) -> Author:
    account = accounts.read(connection, id)
    if account is None:
        raise WrongCredentials
    if account.active:
        raise NotDisabled
    since = directory.disabled_since(connection, account)
    if since is None or now - since > SALVAGED_FOR:
        raise AccountDisabled
    # What they had when they were shut out; they see nothing any more.
    active = msgspec.structs.replace(account, active=True)
    return Author(active, settings.mode(connection), device, since - longest, leaving=True)
