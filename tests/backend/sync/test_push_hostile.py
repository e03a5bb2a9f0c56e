"""Requests made by hand, by somebody with a session: nothing is found out, taken over, or held up by them."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Iterable
from typing import Any

import pytest
from sqlalchemy.engine import Connection

from sellmode_backend.store import clients, duplicates, records
from sellmode_backend.store.records import Key, Stored
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.duplicate_pair import DuplicatePair
from sellmode_contract.kinds.note import Note
from sellmode_contract.mutations import Accept, Create, Edit, Merge, Operation, Park
from sellmode_contract.mutations.operations import plain
from tests.backend.sync.pushing import Shop, everything, note, opt, uuid7


def _handed(customer: str, inner: Operation) -> Park:
    return Park(id=uuid7(), customer=customer, operation=dict(plain(inner)))


def test_what_was_handed_over_cannot_be_overwritten(shop: Shop) -> None:
    ada, ben = shop.writer(shop.ada), shop.writer(shop.ben)
    hers, his = shop.add(shop.ada), shop.add(shop.ben)
    first = _handed(hers.id, Edit(kind="customer", id=hers.id, set={"family_name": "Muster"}))
    ada.done(first)
    there = shop.stored("parked_edit", first.id)
    again = Park(id=first.id, customer=his.id, operation=dict(plain(Edit(kind="customer", id=his.id, set={}))))
    assert ben.one(again).code == "conflict"
    assert shop.stored("parked_edit", first.id) == there


def test_ids_that_can_be_worked_out_are_nobodys_to_try(shop: Shop) -> None:
    ben, hers, his = shop.writer(shop.ben), shop.add(shop.ada), shop.add(shop.ben)
    there, nowhere = source_id("note", "shopify", hers.id), source_id("note", "shopify", "nobody")
    shop.write(Note(id=there, customer=hers.id, written_at=shop.clock(), text="x"))
    told = []
    for id in (there, nowhere):
        made = Create(kind="note", id=id, doc={"customer": his.id, "text": "x"})
        handed = _handed(his.id, made)
        results = ben.do(
            made,
            Create(kind="note", id=id, doc={}),
            Edit(kind="note", id=id, set={"text": "y"}),
            handed,
            Accept(id=handed.id),
        )
        told.append([(result.st, result.code, result.detail, result.field) for result in results])
    assert told[0] == told[1]


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "1500-01-01T00:00:00Z"])
def test_a_contact_is_of_a_time_that_every_zone_has(shop: Shop, at: str) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    result = ada.one(Create(kind="contact", id=uuid7(), doc={"customer": anna.id, "channel": "call", "at": at}))
    assert (result.code, result.field) == ("invalid", "at")


def test_moments_are_stored_in_utc(shop: Shop) -> None:
    ada, anna, id = shop.writer(shop.ada), shop.add(shop.ada), uuid7()
    at = shop.clock().astimezone(dt.timezone(dt.timedelta(hours=14)))
    ada.done(Create(kind="contact", id=id, doc={"customer": anna.id, "channel": "call", "at": at.isoformat()}))
    assert shop.stored("contact", id).at.utcoffset() == dt.timedelta()


def test_an_endless_id_holds_nothing_up(shop: Shop) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    endless = random.Random(1).randbytes(30_000).hex()
    results = ada.do(
        Edit(kind="customer", id=endless, set={"family_name": "x"}),
        _handed(anna.id, Create(kind="note", id=endless, doc={"customer": anna.id, "text": "x"})),
        note(anna.id),
    )
    assert [(result.st, result.field) for result in results] == [
        ("rejected", "id"),
        ("rejected", "id"),
        ("applied", ""),
    ]


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "edit", "kind": "customer", "set": {"__class__": 1}},
        {"op": "edit", "kind": "customer", "set": {"given_name": {"a": []}}},
        {"op": "edit", "kind": "customer", "add": {"figures": ["x"]}},
        {"op": "edit", "kind": "date", "set": {"label": 5}},
        {"op": "create", "kind": "date", "doc": {"sizes": 5}},
        {"op": "create", "kind": "date", "doc": {"label": "x", "month": "x", "day": 1}},
    ],
)
def test_what_nobody_could_accept_is_not_handed_over(shop: Shop, operation: dict[str, Any]) -> None:
    ada, anna, date = shop.writer(shop.ada), shop.add(shop.ada), uuid7()
    ada.done(Create(kind="date", id=date, doc={"customer": anna.id, "label": "birthday", "month": 4, "day": 3}))
    id = {"customer": anna.id, "date": date}[operation["kind"]] if operation["op"] == "edit" else uuid7()
    change = operation | {"id": id}
    if "doc" in change:
        change["doc"] = change["doc"] | {"customer": anna.id}
    shop.give(anna, shop.ben)
    results = ada.do(json.dumps(change).encode(), Park(id=uuid7(), customer=anna.id, operation=change))
    assert [(result.st, result.code) for result in results] == [("rejected", "invalid")] * 2
    assert shop.belongings(anna, "parked_edit") == []


def test_what_is_handed_over_tells_nothing_of_the_present_values(shop: Shop) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada, email="a@example.com")
    consent = opt(anna.id, "subscribed", evidence="signed the card")
    ada.done(consent)
    shop.give(anna, shop.ben)
    for email in ("a@example.com", ""):
        shop.change(anna, email=email)
        results = ada.do(
            Edit(kind="customer", id=anna.id, set={"given_name": "", "phone": ""}),
            Edit(
                kind="customer", id=anna.id, set={"email": "b@example.com"}, was={"email": "a@example.com"}, guard=True
            ),
            opt(anna.id, "subscribed"),
        )
        assert [(result.st, result.code) for result in results] == [
            ("parked", "moved"),
            ("parked", "moved"),
            ("rejected", "invalid"),
        ]


def test_a_merge_tells_of_its_pair_only(shop: Shop) -> None:
    shop.set_mode("team")
    mia = shop.writer(shop.mia)
    mia.done(*(Create(kind="customer", id=uuid7(), doc={"given_name": "A", "email": "a@example.com"}) for _ in "ab"))
    duplicates.catch_up(shop.database, shop.clock())
    (pair,) = (item for item in everything(shop.database).values() if isinstance(item, DuplicatePair))
    assert mia.one(Merge(id=pair.id, keep=pair.customers[0])).revs == (("duplicate_pair", pair.id, 0),)


def test_what_builds_on_something_refused_is_told_without_reading_what_was_refused(shop: Shop) -> None:
    ada, id = shop.writer(shop.ada), uuid7()
    ada.do(Create(kind="customer", id=id, doc={}))
    shop.clock.forward(days=31)
    ada.sign_in()
    with shop.database.transaction() as connection:
        clients.forget_old(connection, shop.clock())
    assert ada.one(note(id)).code == "dependency"


def test_a_record_that_came_between_looking_and_holding_is_looked_at_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, anna, date = shop.writer(shop.ada), shop.add(shop.ada), uuid7()
    ada.done(Create(kind="date", id=date, doc={"customer": anna.id, "label": "birthday", "month": 4, "day": 3}))
    looked: list[bool] = []

    def at_first_nothing(connection: Connection, keys: Iterable[Key], *, lock: bool = False) -> dict[Key, Stored]:
        looked.append(lock)
        return {} if looked == [False] else stored(connection, keys, lock=lock)

    stored = records.stored
    monkeypatch.setattr(records, "stored", at_first_nothing)
    ada.done(Edit(kind="date", id=date, set={"day": 4}, was={"day": 3}))
    assert looked.count(False) == 2, "its customer has to be held, too"


def test_merges_one_after_the_other_lead_to_the_last_one_kept(shop: Shop) -> None:
    mia, ada = shop.writer(shop.mia), shop.writer(shop.ada)
    first, second, third = people = [shop.add(shop.ada, email="a@example.com", given_name=name) for name in "abc"]
    with shop.database.transaction() as connection:
        duplicates.watch(connection, {someone.id: (None, someone) for someone in people})
    mia.done(
        Merge(id=duplicates.pair_id(first.id, second.id), keep=second.id),
        Merge(id=duplicates.pair_id(second.id, third.id), keep=third.id),
    )
    again = Merge(id=duplicates.pair_id(first.id, third.id), keep=third.id)
    assert mia.one(again).code == "not_found"
    ada.done(about := note(first.id), Edit(kind="customer", id=first.id, set={"phone": "044 668 18 00"}))
    assert shop.stored("note", about.id).customer == third.id
    assert shop.stored("customer", third.id).phone == "044 668 18 00"
    assert ada.one(Create(kind="customer", id=first.id, doc={"given_name": "A"})).code == "conflict"
