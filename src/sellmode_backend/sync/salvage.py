"""What somebody whose account was disabled had not sent yet: taken for a while, from a device that has their key."""

from __future__ import annotations

import datetime as dt
import hmac

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend.accounts import devices, directory
from sellmode_backend.accounts.sessions import AccountDisabled
from sellmode_backend.accounts.signing_in import WrongCredentials
from sellmode_backend.store import settings
from sellmode_backend.store.database import Database
from sellmode_backend.sync.answer import SyncRules
from sellmode_backend.sync.asked import read
from sellmode_backend.sync.judge import Author
from sellmode_backend.sync.push import Push, push
from sellmode_contract import wire

SALVAGED_FOR = dt.timedelta(days=30)
"""For so long after an account was disabled its unsent work is taken."""


class NotDisabled(Exception):
    """The account can sign in and send its work itself."""


def salvage(database: Database, asked: wire.Salvage, now: dt.datetime, rules: SyncRules) -> wire.Salvaged:
    """Do what a leaver had not sent: facts count, new customers are nobody's, edits are handed over.

    Raises WrongCredentials for an unknown name or device and a wrong proof alike, NotDisabled, AccountDisabled once the
    time is over, and what ``push`` raises.
    """
    longest = dt.timedelta(seconds=rules.lease.hard_s)

    def author(connection: Connection) -> Author:
        return _author(connection, asked, now, longest)

    with database.snapshot() as connection:
        author(connection)
    mutations = read(asked.cid, asked.mutations)
    return wire.Salvaged(results=push(database, Push(asked.cid, mutations, author, now, longest)).results)


def _author(connection: Connection, asked: wire.Salvage, now: dt.datetime, longest: dt.timedelta) -> Author:
    account = directory.by_user_name(connection, asked.user_name)
    key = devices.known_key(connection, account.id, asked.device) if account else None
    proof = hmac.digest(key or b"none", msgspec.json.encode(asked.mutations), "sha256")
    if account is None or key is None or not hmac.compare_digest(proof, asked.proof):
        raise WrongCredentials
    if account.active:
        raise NotDisabled
    since = directory.disabled_since(connection, account)
    if since is None or now - since > SALVAGED_FOR:
        raise AccountDisabled
    # What they had when they were shut out; they see nothing any more.
    active = msgspec.structs.replace(account, active=True)
    return Author(active, settings.mode(connection), asked.device, since - longest, leaving=True)
