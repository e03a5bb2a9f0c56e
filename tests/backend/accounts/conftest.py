"""A retailer with two stores and an associate, on each engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sellmode_backend.accounts.signing_in import SigningIn
from sellmode_backend.store.database import Database
from sellmode_contract.visibility import Account
from tests.backend.people import QUICK, MovedClock, add_person
from tests.support.backend import retailer_database


@pytest.fixture
def database(prepared_url: str) -> Iterator[Database]:
    with retailer_database(prepared_url) as opened:
        yield opened


@pytest.fixture
def ada(database: Database) -> Account:
    return add_person(database, "E1001", "Alpha")


@pytest.fixture
def signing_in(database: Database, clock: MovedClock) -> SigningIn:
    return SigningIn(database, QUICK, clock)
