"""Fixtures: a retailer in Team Mode, one customer, and the terminals of two who sell there.

A `conftest.py` imports those that its tests want.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sellmode_contract.kinds.customer import Customer
from sellmode_contract.visibility import Account
from sellmode_tui.sync.executor import Terminal
from tests.support.shop import Shop, open_shop, sync, terminal


@pytest.fixture
def shop(sqlite_url: str) -> Iterator[Shop]:
    with open_shop(sqlite_url, mode="team") as opened:
        yield opened


@pytest.fixture
def ada(shop: Shop) -> Account:
    return shop.person("ada")


@pytest.fixture
def someone(shop: Shop, ada: Account) -> Customer:
    (customer,) = shop.customers(1, ada)
    return customer


@pytest.fixture
def mine(shop: Shop, ada: Account, someone: Customer, tmp_path: Path) -> Iterator[Terminal]:
    with terminal(shop.url, ada, tmp_path / "mine") as opened:
        sync(opened)
        yield opened


@pytest.fixture
def bens(shop: Shop, someone: Customer, tmp_path: Path) -> Iterator[Terminal]:
    with terminal(shop.url, shop.person("ben"), tmp_path / "bens") as opened:
        sync(opened)
        yield opened
