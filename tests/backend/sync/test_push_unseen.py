"""Mutations about what their author was never sent: as if there were no such record, also in the work that it takes."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import pytest

from sellmode_backend import housekeeping
from sellmode_backend.accounts import directory
from sellmode_backend.store import clients
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.consent import Consent
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.parked_edit import ParkedEdit
from sellmode_contract.kinds.request import Request
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.kinds.task_rule import TaskRule, task_rule_id
from sellmode_contract.mutations import (
    Accept,
    Claim,
    Create,
    Discard,
    Edit,
    Finish,
    Operation,
    Park,
    Release,
    Remove,
    Reopen,
)
from sellmode_contract.records import Record
from tests.backend.sync.pushing import Shop, at_once, note, opt, uuid7
from tests.support.statements import statements


def refusals(shop: Shop, customer: Customer) -> set[str | None]:
    """What ada is answered to facts and an edit, twice: also when she has pulled meanwhile."""
    ada, codes = shop.writer(shop.ada, device="asking"), set[str | None]()
    for _ in range(2):
        edit = Edit(kind="customer", id=customer.id, set={"family_name": "X"})
        codes |= {
            result.code or result.st for result in ada.do(note(customer.id), opt(customer.id, "unsubscribed"), edit)
        }
        ada.pull()
    return codes


def test_a_colleagues_customer_who_came_after_the_switch_was_never_sent(shop: Shop) -> None:
    shop.set_mode("team")
    before = shop.add(shop.ben)
    shop.writer(shop.ada)
    shop.set_mode("associate")
    after = shop.add(shop.ben)
    assert refusals(shop, after) == {"not_found"}
    assert shop.belongings(after, "note") == shop.belongings(after, "consent") == []
    shop.change(before, email="changed@example.com")
    assert refusals(shop, before) == {"applied", "moved"}


def test_a_customer_who_came_to_the_store_that_one_has_left_was_never_sent(shop: Shop) -> None:
    shop.set_mode("team")
    cora = shop.add(shop.cleo, store="Beta")
    shop.writer(shop.ada)
    with shop.database.transaction() as connection:
        directory.move(connection, shop.ada, "Beta")
    came = shop.add(shop.ben)
    with shop.database.transaction() as connection:
        directory.move(connection, shop.cleo, "Alpha")
    shop.give(cora, shop.cleo, store="Alpha")
    for customer in (came, cora):
        assert refusals(shop, customer) == {"not_found"}


def test_a_customer_who_came_and_went_between_two_pulls_was_never_sent(shop: Shop) -> None:
    ada = shop.writer(shop.ada)
    sent, other = shop.add(shop.ada), shop.add(shop.ada)
    ada.pull()
    passing = shop.add(shop.ada)
    shop.give(passing, shop.ben)
    shop.give(sent, shop.ben)
    shop.add(shop.ada)
    for _ in range(3):
        ada.pull()
        assert refusals(shop, passing) == {"not_found"}
        assert refusals(shop, sent) == {"applied", "moved"}
        shop.give(other, shop.ben)
        assert refusals(shop, other) == {"applied", "moved"}
        other = shop.add(shop.ada)


def test_one_of_several_terminals_is_enough(shop: Shop) -> None:
    shop.writer(shop.ada)
    other = shop.writer(shop.ada, device="another")
    anna = shop.add(shop.ada)
    other.pull()
    shop.give(anna, shop.ben)
    assert refusals(shop, anna) == {"applied", "moved"}


def test_old_numbers_are_forgotten_and_the_last_of_a_scope_that_is_held_stays(shop: Shop) -> None:
    anna, ada = shop.add(shop.ada), shop.writer(shop.ada)
    ada.pull()
    for _ in range(100):
        shop.clock.forward(days=1)
        ada.sign_in()
        ada.pull()
        housekeeping.tidy(shop.database, shop.clock())
    shop.give(anna, shop.ben)
    assert refusals(shop, anna) == {"applied", "moved"}


def test_terminals_that_are_answered_at_the_same_time_note_the_latest_number(shop: Shop) -> None:
    def told(seq: int) -> None:
        with shop.database.transaction() as connection:
            clients.note_sent(connection, shop.ada.id, {"own/all": seq}, shop.clock())

    with shop.database.transaction() as connection:
        clients.note_scopes(connection, shop.ada.id, ["own/all"], shop.clock())
    told(10)
    for round in range(3):
        at_once(*(partial(told, 20 + 10 * round + number) for number in range(8)))
        with shop.database.snapshot() as connection:
            assert clients.told(connection, shop.ada.id)["own/all"].last == 27 + 10 * round


# ------------------------------------------------------------------ not seen and not there


NUMBER = "1001"
"""Of a customer, by which an import makes the id: anybody who knows it can work it out."""


def unseen(shop: Shop) -> dict[str, Record]:
    """What Ben has, by kind; with ids that can be worked out where there are such."""
    bert = source_id("customer", "shopify", NUMBER)
    shop.write(Customer(id=bert, store="Alpha", owner=shop.ben.id, given_name="Bert", number=NUMBER))
    made: list[Record] = [
        Note(id=uuid7(), customer=bert, author=shop.ben.id, written_at=shop.clock(), text="x"),
        Contact(id=uuid7(), customer=bert, at=shop.clock(), channel="call", author=shop.ben.id),
        ImportantDate(id=source_id("date", "shopify", NUMBER), customer=bert, label="birthday", month=1, day=2),
        Consent(id=opt(bert, "subscribed").id, customer=bert, channel="email", state="subscribed"),
        ManualTask(id=uuid7(), store="Alpha", creator=shop.ben.id, title="Call", customer=bert),
        RuleTask(id=source_id("rule_task", "x", NUMBER), store="Alpha", title="Call", customer=bert, rule="welcome"),
        Request(id=uuid7(), store="Alpha", wanted=shop.ben.id, reserved=True),
        ParkedEdit(id=uuid7(), customer=bert, author=shop.mia.id, at=shop.clock(), operation={}),
        TaskRule(
            id=task_rule_id("Beta", "welcome"),
            store="Beta",
            slug="welcome",
            name="W",
            trigger="new_customer",
            title="W",
        ),
    ]
    shop.write(*made)
    return {"customer": shop.stored("customer", bert)} | {type(item).__name__: item for item in made}


OPERATIONS: dict[str, tuple[str, Callable[[str], Operation]]] = {
    "a note": ("customer", note),
    "a contact": ("customer", lambda it: Create(kind="contact", id=uuid7(), doc={"customer": it, "channel": "call"})),
    "a date": (
        "customer",
        lambda it: Create(kind="date", id=uuid7(), doc={"customer": it, "label": "x", "month": 1, "day": 1}),
    ),
    "a task": ("customer", lambda it: Create(kind="manual_task", id=uuid7(), doc={"customer": it, "title": "Call"})),
    "an opt-out": ("customer", lambda it: opt(it, "unsubscribed")),
    "an edit": ("customer", lambda it: Edit(kind="customer", id=it, set={"email": "x@example.com"})),
    "a removal": ("customer", lambda it: Remove(kind="customer", id=it)),
    "a hand-over": (
        "customer",
        lambda it: Park(id=uuid7(), customer=it, operation={"op": "edit", "kind": "customer", "id": it, "set": {}}),
    ),
    "an edit of a note": ("Note", lambda it: Edit(kind="note", id=it, set={"text": "y"})),
    "a removal of a note": ("Note", lambda it: Remove(kind="note", id=it)),
    "a removal of a contact": ("Contact", lambda it: Remove(kind="contact", id=it)),
    "an edit of a date": ("ImportantDate", lambda it: Edit(kind="date", id=it, set={"day": 3})),
    "a removal of a date": ("ImportantDate", lambda it: Remove(kind="date", id=it)),
    "an edit of a task": ("ManualTask", lambda it: Edit(kind="manual_task", id=it, set={"title": "y"})),
    "a finished task": ("ManualTask", lambda it: Finish(kind="manual_task", id=it)),
    "a finished rule task": ("RuleTask", lambda it: Finish(kind="rule_task", id=it)),
    "a reopened rule task": ("RuleTask", lambda it: Reopen(kind="rule_task", id=it)),
    "a claimed rule task": ("RuleTask", lambda it: Claim(kind="rule_task", id=it)),
    "a claimed request": ("Request", lambda it: Claim(kind="request", id=it)),
    "a released request": ("Request", lambda it: Release(kind="request", id=it)),
    "a judged change": ("ParkedEdit", lambda it: Discard(id=it)),
    "an accepted change": ("ParkedEdit", lambda it: Accept(id=it)),
}


@pytest.mark.parametrize("what", OPERATIONS)
def test_what_is_not_seen_and_what_is_not_there_take_the_same_answer_and_the_same_statements(
    shop: Shop, what: str
) -> None:
    kind, asked = OPERATIONS[what]
    there = unseen(shop)[kind].id
    ada, told = shop.writer(shop.ada), []
    ada.one(note(uuid7()))  # the client is known from now on
    for id in (there, source_id("customer", "shopify", "not there")):
        calls = ada.queue(asked(id))
        with statements(shop.database) as made:
            (result,) = ada.push(calls)
        # However many values a list has.
        made = [re.sub(r"\(\?(, \?)*\)", "(?)", statement) for statement in made]
        told.append((result.st, result.code, result.detail, result.field, made))
    assert told[0][:2] == ("rejected", "not_found")
    assert told[0] == told[1]


def test_whether_another_store_has_a_rule_is_not_told_to_who_makes_one(shop: Shop) -> None:
    unseen(shop)
    mia = shop.writer(shop.mia)
    for store in ("Alpha", "Beta"):
        told = []
        for slug in ("welcome", "goodbye"):
            doc = {"slug": slug, "store": store, "name": "W", "trigger": "new_customer", "title": "W"}
            result = mia.one(Create(kind="task_rule", id=task_rule_id("Beta", slug), doc=doc))
            told.append((result.st, result.code, result.detail, result.field))
        assert told[0][0] == "rejected"
        assert told[0] == told[1]
