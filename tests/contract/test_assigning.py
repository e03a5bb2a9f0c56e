"""Customers given to somebody: what an assignment makes of a customer, of a card alone, and when it makes nothing."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from sellmode_contract.kinds.customer import Customer, CustomerCard, card_id
from sellmode_contract.kinds.history import HistoryEntry
from sellmode_contract.kinds.retailer import Retailer
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.mutations import Assign, Outcome, Rejected, World, apply
from sellmode_contract.records import Record
from sellmode_contract.visibility import Account, cards
from tests.support.applied import Held

NOW = dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)
MIA = Account(id="mia", user_name="mia", name="Mia", role="manager", stores=("S",))
ADA, BEN = (Staff(id=id, store="S", user_name=id, name=id.title(), role="associate") for id in ("ada", "ben"))
ANNA = Customer(id="c1", store="S", owner="ada", given_name="Anna")
(CARD,) = cards(ANNA)
THANK = RuleTask(id="r1", store="S", customer="c1", title="Thank", meant_for="ada", claimed_by="ada")


def done(operation: Assign, *records: Record, mid: str = "m") -> Outcome:
    retailer = Retailer(id="r", name="R", mode="associate", currency="EUR", time_zone="UTC")
    return apply(operation, World(Held([ADA, BEN, *records]), MIA, retailer, mid, NOW))


def refused(operation: Assign, *records: Record) -> Rejected:
    with pytest.raises(Rejected) as caught:
        done(operation, *records)
    return caught.value


def test_a_customer_goes_with_the_open_tasks_of_rules_and_it_is_remembered() -> None:
    ended = msgspec.structs.replace(THANK, id="r2", state="done", done_by="ada")
    outcome = done(Assign(id="c1", to="ben", was="ada"), ANNA, CARD, THANK, ended)
    after, entry, task, card = outcome.puts
    assert after == msgspec.structs.replace(ANNA, owner="ben")
    assert isinstance(entry, HistoryEntry)
    assert (entry.event, entry.subject, entry.actor, entry.at) == ("assigned", "ben", "mia", NOW)
    assert task == msgspec.structs.replace(THANK, meant_for="ben", claimed_by=None)
    assert card == msgspec.structs.replace(CARD, owner="ben")
    assert not outcome.removes
    again = done(Assign(id="c1", to="ben", was="ada"), ANNA, mid="m")
    assert again.puts[1].id == entry.id, "the terminal and the backend remember one thing"
    assert done(Assign(id="c1", to="ben", was="ada"), ANNA, mid="other").puts[1].id != entry.id


def test_to_nobody() -> None:
    after, entry, *_ = done(Assign(id="c1", to=None, was="ada"), ANNA).puts
    assert isinstance(after, Customer)
    assert isinstance(entry, HistoryEntry)
    assert (after.owner, entry.event, entry.subject) == (None, "unassigned", "ada")


def test_where_only_the_card_is_seen_the_card_changes() -> None:
    assert done(Assign(id="c1", to="ben", was="ada"), CARD).puts == (msgspec.structs.replace(CARD, owner="ben"),)


def test_the_first_to_arrive_counts() -> None:
    late = refused(Assign(id="c1", to=None, was="ada"), msgspec.structs.replace(ANNA, owner="ben"))
    assert (late.code, late.winner) == ("conflict", "ben")
    assert done(Assign(id="c1", to="ben", was="ada"), msgspec.structs.replace(ANNA, owner="ben")) == Outcome()


@pytest.mark.parametrize(
    "staff",
    [
        None,
        Staff(id="cleo", store="S", user_name="cleo", name="Cleo", role="associate", active=False),
        Staff(id="cleo", store="Other", user_name="cleo", name="Cleo", role="associate"),
        Staff(id="cleo", store="S", user_name="cleo", name="Cleo", role="regional"),
    ],
)
def test_only_to_who_works_in_the_customers_store(staff: Staff | None) -> None:
    others = [staff] if staff else []
    for seen in (ANNA, CARD):
        error = refused(Assign(id="c1", to="cleo", was="ada"), seen, *others)
        assert (error.code, error.field) == ("invalid", "owner")


def test_back_to_somebody_who_has_left_meanwhile_but_not_to_another_store() -> None:
    now = msgspec.structs.replace(ANNA, owner="ben")
    left = Staff(id="cleo", store="S", user_name="cleo", name="Cleo", role="associate", active=False)
    back = Assign(id="c1", to="cleo", was="ben", back=True)
    (after, *_) = done(back, now, left).puts
    assert isinstance(after, Customer)
    assert after.owner == "cleo"
    assert refused(back, now, msgspec.structs.replace(left, store="Other")).code == "invalid"


def test_who_is_not_there_is_not_found() -> None:
    assert refused(Assign(id="c1", to="ben", was="ada")).code == "not_found"


def test_a_card_is_found_by_its_customer() -> None:
    assert isinstance(CARD, CustomerCard)
    assert CARD.id == card_id("c1")
