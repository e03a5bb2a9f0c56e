"""What becomes of mutations: each effect once, in order, and every refusal with its rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from sellmode_backend.store.database import Database
from sellmode_contract.mutations import Create, Edit
from sellmode_contract.records import Customer
from sellmode_contract.visibility import Account
from tests.backend.people import MovedClock, add_person
from tests.backend.sync.pushing import Writer, customer_of, stored, uuid7, write
from tests.support.backend import retailer_database


@dataclass
class Shop:
    """Ada and Ben work in Alpha, which Mia manages; Cleo works in Beta."""

    database: Database
    clock: MovedClock
    ada: Account
    ben: Account
    mia: Account
    cleo: Account

    def writer(self, account: Account, device: str = "device-1") -> Writer:
        return Writer(self.database, account, self.clock, device=device)

    def add(self, owner: Account | None, **fields: object) -> Customer:
        customer = customer_of(owner, **fields)
        write(self.database, self.clock, customer)
        return customer


@pytest.fixture
def shop(database_url: str, clock: MovedClock) -> Iterator[Shop]:
    with retailer_database(database_url) as database:
        yield Shop(
            database,
            clock,
            add_person(database, "ada", "Alpha"),
            add_person(database, "ben", "Alpha"),
            add_person(database, "mia", "Alpha", role="manager"),
            add_person(database, "cleo", "Beta"),
        )


def test_a_new_customer_with_a_note_is_there_in_the_same_answer(shop: Shop) -> None:
    ada, id, note = shop.writer(shop.ada), uuid7(), uuid7()
    results = ada.done(
        Create(kind="customer", id=id, doc={"given_name": "Anna", "phone": "+41 44 668 18 00"}),
        Create(kind="note", id=note, doc={"customer": id, "text": "Likes blue."}),
    )
    assert stored(shop.database, "customer", id).phone_e164 == "+41446681800"
    assert ada.holds("customer", id) and ada.holds("note", note)
    revs = {(kind, id): rev for result in results for kind, id, rev in result.revs}
    assert revs["customer", id] == ada.terminal.records["customer", id][1] == 1


def test_an_edit(shop: Shop) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    ada.done(Edit(kind="customer", id=anna.id, set={"family_name": "Muster"}))
    assert stored(shop.database, "customer", anna.id).family_name == "Muster"
