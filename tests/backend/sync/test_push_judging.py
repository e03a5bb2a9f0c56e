"""Mutations about a customer who has left their author's view: facts count, edits are handed over."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest

from sellmode_backend.accounts import directory
from sellmode_backend.store import clients, duplicates
from sellmode_contract import visibility, wire
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.parked_edit import ParkedEdit
from sellmode_contract.mutations import Accept, Create, Discard, Edit, Merge, Operation, Park, Remove, encode
from tests.backend.sync.pushing import Shop, Writer, note, opt, uuid7


def reassigned(shop: Shop, anna: Customer) -> None:
    shop.give(anna, shop.ben)


def moved_to_another_store(shop: Shop, anna: Customer) -> None:
    shop.give(anna, shop.cleo, store="Beta")


def author_moved(shop: Shop, _: Customer) -> None:
    with shop.database.transaction() as connection:
        directory.move(connection, shop.ada, "Beta")


LOST = [reassigned, moved_to_another_store, author_moved]


def builtins(operation: Operation) -> dict[str, Any]:
    decoded: dict[str, Any] = msgspec.json.decode(encode(operation))
    return decoded


def parked_id(result: wire.Result) -> str:
    return source_id("parked_edit", "sellmode", result.mid)


@pytest.mark.parametrize("lose", LOST)
def test_facts_still_count_without_showing_anything(shop: Shop, lose: Any) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    ada.pull()
    lose(shop, anna)
    written, private = note(anna.id), note(anna.id, private=True)
    call = Create(kind="contact", id=uuid7(), doc={"customer": anna.id, "channel": "call"})
    results = ada.done(written, private, call, opt(anna.id, "unsubscribed"))
    assert all(result.revs == () for result in results)
    assert {n.author for n in shop.belongings(anna, "note")} == {shop.ada.id}
    assert shop.stored("note", private.id).private
    assert [consent.state for consent in shop.belongings(anna, "consent")] == ["unsubscribed"]
    assert shop.stored("customer", anna.id).figures.last_contact == shop.clock()
    ada.pull()
    for kind, id in (("customer", anna.id), ("note", written.id), ("contact", call.id)):
        assert not ada.holds(kind, id)


@pytest.mark.parametrize("lose", LOST)
def test_edits_are_handed_over(shop: Shop, lose: Any) -> None:
    anna = shop.add(shop.ada, email="old@example.com")
    date = ImportantDate(id=uuid7(), customer=anna.id, label="birthday", month=1, day=2)
    shop.write(date)
    ada = shop.writer(shop.ada)
    lose(shop, anna)
    before = shop.stored("customer", anna.id)
    edits: list[Operation] = [
        Edit(kind="customer", id=anna.id, set={"email": "new@example.com"}, was={"email": "old@example.com"}),
        Edit(kind="date", id=date.id, set={"day": 3}),
        Remove(kind="date", id=date.id),
        Create(kind="date", id=uuid7(), doc={"customer": anna.id, "label": "name day", "month": 3, "day": 4}),
        opt(anna.id, "subscribed", evidence="signed the card"),
    ]
    results = ada.do(*edits)
    assert [(result.st, result.code, result.revs) for result in results] == [("parked", "moved", ())] * 5
    after = shop.stored("customer", anna.id)
    assert after == msgspec.structs.replace(before, figures=msgspec.structs.replace(before.figures, waiting=5))
    assert shop.stored("date", date.id) == date
    for result, edit in zip(results, edits, strict=True):
        parked = shop.stored("parked_edit", parked_id(result))
        assert (parked.customer, parked.author, parked.at) == (anna.id, shop.ada.id, shop.clock())
        assert msgspec.json.decode(msgspec.json.encode(parked.operation)) == msgspec.to_builtins(edit)
    ada.pull()
    assert not any(kind in ("customer", "parked_edit") for kind, _ in ada.terminal.visible())


def test_a_mode_that_narrows_the_view(shop: Shop) -> None:
    shop.set_mode("team")
    bert = shop.add(shop.ben)
    ada = shop.writer(shop.ada)
    shop.set_mode("associate")
    fact, edit = ada.do(note(bert.id), Edit(kind="customer", id=bert.id, set={"family_name": "X"}))
    assert (fact.st, edit.st) == ("applied", "parked")


def test_after_the_grace_it_is_as_if_there_were_no_such_record(shop: Shop) -> None:
    anna = shop.add(shop.ada)
    ada = shop.writer(shop.ada)
    shop.give(anna, shop.ben)
    shop.clock.forward(days=15)
    ada.sign_in()
    results = ada.do(note(anna.id), Edit(kind="customer", id=anna.id, set={"family_name": "X"}))
    assert [(result.st, result.code) for result in results] == [("rejected", "not_found")] * 2


def test_the_grace_counts_from_when_it_was_lost(shop: Shop) -> None:
    anna = shop.add(shop.ada)
    ada = shop.writer(shop.ada)
    shop.give(anna, shop.ben)
    for _ in range(13):
        shop.clock.forward(days=1)
        ada.pull()
    assert ada.one(note(anna.id)).st == "applied"
    shop.clock.forward(days=2)
    ada.pull()
    assert ada.one(note(anna.id)).code == "not_found"


def test_what_an_account_was_told_is_written_down_at_once_and_then_now_and_then(shop: Shop) -> None:
    def noted() -> dict[str, dt.datetime]:
        with shop.database.snapshot() as connection:
            return {scope: told.last_at for scope, told in clients.told(connection, shop.ada.id).items()}

    ada, first = shop.writer(shop.ada), shop.clock()
    scopes = visibility.scopes("associate", shop.ada)
    assert noted() == dict.fromkeys(scopes, first)
    shop.clock.forward(minutes=59)
    ada.pull()
    assert noted() == dict.fromkeys(scopes, first)
    shop.set_mode("team")
    ada.pull()
    widened = visibility.scopes("team", shop.ada)
    assert noted() == dict.fromkeys(scopes, first) | dict.fromkeys(widened, shop.clock())
    shop.clock.forward(minutes=60)
    ada.pull()
    assert noted() == dict.fromkeys(scopes, first) | dict.fromkeys(widened, shop.clock())


def test_who_never_had_the_customer_tells_no_facts(shop: Shop) -> None:
    bert = shop.add(shop.ben)
    ada = shop.writer(shop.ada)
    shop.give(bert, shop.mia)
    assert ada.one(note(bert.id)).code == "not_found"
    # In the mode of those who never looked, the scope was never theirs.
    shop.set_mode("team")
    shop.set_mode("associate")
    assert ada.one(note(bert.id)).code == "not_found"


def test_what_one_has_written_oneself_stays_ones_own(shop: Shop) -> None:
    anna = shop.add(shop.ada)
    mine = [
        Note(id=uuid7(), customer=anna.id, author=shop.ada.id, written_at=shop.clock(), text="x", private=private)
        for private in (True, False)
    ]
    theirs = Note(id=uuid7(), customer=anna.id, author=shop.ben.id, written_at=shop.clock(), text="x")
    shop.write(*mine, theirs)
    ada = shop.writer(shop.ada)
    shop.give(anna, shop.ben)
    results = ada.do(
        Edit(kind="note", id=mine[0].id, set={"text": "secret"}, was={"text": "x"}),
        Edit(kind="note", id=mine[1].id, set={"text": "open"}, was={"text": "x"}),
        Edit(kind="note", id=theirs.id, set={"text": "theirs"}, was={"text": "x"}),
    )
    assert [result.st for result in results] == ["applied", "applied", "rejected"]
    # Nobody is shown what was written for oneself.
    assert shop.belongings(anna, "parked_edit") == []
    assert shop.stored("note", mine[0].id).text == "secret"
    ben = shop.writer(shop.ben)
    assert not ben.holds("note", mine[0].id)
    assert ben.holds("note", mine[1].id)


# ------------------------------------------------------------------ judging what was handed over


def handed_over(shop: Shop, operation: Operation, anna: Customer) -> str:
    ada = shop.writer(shop.ada)
    shop.give(anna, shop.ben)
    result = ada.one(operation)
    assert result.st == "parked"
    return parked_id(result)


def test_the_new_owner_accepts(shop: Shop) -> None:
    anna = shop.add(shop.ada, email="old@example.com")
    edit = Edit(kind="customer", id=anna.id, set={"email": "new@example.com"}, was={"email": "old@example.com"})
    parked = handed_over(shop, edit, anna)
    ben = shop.writer(shop.ben)
    assert ben.holds("parked_edit", parked)
    (result,) = ben.done(Accept(id=parked))
    assert ("parked_edit", parked, 0) in result.revs
    changed = shop.stored("customer", anna.id)
    assert (changed.email, changed.figures.waiting) == ("new@example.com", 0)
    assert shop.stored("parked_edit", parked) is None
    assert ben.one(Accept(id=parked)).code == "not_found"


def test_or_discards(shop: Shop) -> None:
    anna = shop.add(shop.ada)
    parked = handed_over(shop, Edit(kind="customer", id=anna.id, set={"family_name": "X"}), anna)
    assert shop.writer(shop.ada).one(Discard(id=parked)).code == "not_found"
    assert shop.writer(shop.mia).one(Accept(id=parked)).code == "not_found"
    shop.writer(shop.ben).done(Discard(id=parked))
    changed = shop.stored("customer", anna.id)
    assert (changed.family_name, changed.figures.waiting) == ("", 0)


def test_the_managers_see_how_many_wait(shop: Shop) -> None:
    anna = shop.add(shop.ada)
    handed_over(shop, Edit(kind="customer", id=anna.id, set={"family_name": "X"}), anna)
    mia = shop.writer(shop.mia)
    card: Any = mia.shown("customer_card", source_id("customer_card", "sellmode", anna.id))
    assert card.waiting == 1
    assert not any(kind == "parked_edit" for kind, _ in mia.terminal.visible())


def test_one_hands_over_what_one_sees_or_saw(shop: Shop) -> None:
    anna = shop.add(shop.ada)
    ada = shop.writer(shop.ada)
    edit = builtins(Edit(kind="customer", id=anna.id, set={"family_name": "X"}))
    ada.done(Park(id=uuid7(), customer=anna.id, operation=edit))
    shop.give(anna, shop.ben)
    ada.done(Park(id=uuid7(), customer=anna.id, operation=edit))
    assert len(shop.belongings(anna, "parked_edit")) == 2
    ben = shop.writer(shop.ben)
    ben.done(*(Accept(id=parked.id) for parked in shop.belongings(anna, "parked_edit")))
    assert shop.stored("customer", anna.id).family_name == "X"


def test_nobody_is_made_to_change_a_customer_they_do_not_see(shop: Shop) -> None:
    anna, cora = shop.add(shop.ada), shop.add(shop.cleo, store="Beta")
    consent = opt(cora.id, "unsubscribed")
    shop.writer(shop.cleo).done(consent)
    ada = shop.writer(shop.ada)
    for inner in (
        Edit(kind="customer", id=cora.id, set={"family_name": "X"}),
        note(cora.id),
        opt(cora.id, "unsubscribed"),
        Edit(kind="note", id=uuid7(), set={"text": "x"}),
    ):
        result = ada.one(Park(id=uuid7(), customer=anna.id, operation=builtins(inner)))
        assert (result.st, result.code) == ("rejected", "invalid")
    # Not by an id that is another one's, and not if it got there by other ways.
    stolen = builtins(opt(anna.id, "subscribed", evidence="x", channel="sms")) | {"id": consent.id}
    theft = uuid7()
    ada.done(Park(id=theft, customer=anna.id, operation=stolen), Accept(id=theft))
    assert shop.stored("consent", consent.id).customer == cora.id
    assert [c.channel for c in shop.belongings(anna, "consent")] == ["sms"]
    about = builtins(Edit(kind="customer", id=cora.id, set={"family_name": "X"}))
    shop.write(ParkedEdit(id=uuid7(), customer=anna.id, author=shop.ben.id, at=shop.clock(), operation=about))
    (parked,) = shop.belongings(anna, "parked_edit")
    assert ada.one(Accept(id=parked.id)).code == "conflict"
    assert ada.one(Discard(id=parked.id)).st == "applied"
    assert shop.stored("customer", cora.id).family_name == ""


# ------------------------------------------------------------------ duplicates


def a_pair(shop: Shop) -> tuple[Customer, Customer, str, Writer, Writer]:
    ada, ben, anna, anne = shop.writer(shop.ada), shop.writer(shop.ben), uuid7(), uuid7()
    ada.done(Create(kind="customer", id=anna, doc={"given_name": "Anna", "email": "anna@example.com"}))
    ben.done(Create(kind="customer", id=anne, doc={"given_name": "Anne", "email": "ANNA@example.com"}))
    duplicates.catch_up(shop.database, shop.clock())
    mia = shop.writer(shop.mia)
    (pair,) = [id for kind, id in mia.terminal.visible() if kind == "duplicate_pair"]
    assert not ben.holds("duplicate_pair", pair)
    return shop.stored("customer", anna), shop.stored("customer", anne), pair, ada, ben


def test_a_duplicate_is_accepted_and_its_manager_merges(shop: Shop) -> None:
    anna, anne, pair, ada, ben = a_pair(shop)
    mia = shop.writer(shop.mia)
    ben.done(note(anne.id), opt(anne.id, "unsubscribed"))
    (result,) = mia.done(Merge(id=pair, keep=anna.id, take=("given_name",)))
    assert [key[:1] + key[2:] for key in result.revs if key[0] == "duplicate_pair"] == [("duplicate_pair", 0)]
    assert {kind for kind, _, _ in result.revs} <= {"duplicate_pair", "customer_card"}
    merged = shop.stored("customer", anna.id)
    assert (merged.given_name, merged.owner) == ("Anne", shop.ada.id)
    assert shop.stored("customer", anne.id) is None
    assert len(shop.belongings(anna, "note")) == 1
    assert [consent.state for consent in shop.belongings(anna, "consent")] == ["unsubscribed"]
    ada.pull()
    assert ada.shown("customer", anna.id) == merged


def test_what_was_on_its_way_to_the_merged_customer_finds_the_one_who_was_kept(shop: Shop) -> None:
    anna, anne, pair, ada, ben = a_pair(shop)
    ben.pull()
    shop.writer(shop.mia).done(Merge(id=pair, keep=anna.id))
    results = ben.do(
        note(anne.id),
        Edit(kind="customer", id=anne.id, set={"family_name": "Muster"}),
        opt(anne.id, "unsubscribed", channel="sms"),
    )
    assert [result.st for result in results] == ["applied", "parked", "applied"]
    assert [n.author for n in shop.belongings(anna, "note")] == [shop.ben.id]
    ada.pull()
    ada.done(Accept(id=parked_id(results[1])))
    assert shop.stored("customer", anna.id).family_name == "Muster"
    assert ben.one(Remove(kind="customer", id=anne.id)).code == "not_found"
    again = Create(kind="customer", id=anne.id, doc={"given_name": "Anne"})
    assert ben.one(again).code == "conflict"


def test_a_merge_among_other_mutations_keeps_the_order(shop: Shop) -> None:
    anna, anne, pair, _, _ = a_pair(shop)
    shop.set_mode("team")
    mia = shop.writer(shop.mia)
    results = mia.do(
        note(anne.id, "before"), Merge(id=pair, keep=anna.id), note(anne.id, "after"), Merge(id=pair, keep=anna.id)
    )
    assert [(result.st, result.code) for result in results] == [
        ("applied", None),
        ("applied", None),
        ("applied", None),
        ("rejected", "not_found"),
    ]
    assert {n.text for n in shop.belongings(anna, "note")} == {"before", "after"}


def test_a_parked_edit_of_a_merged_customer_is_still_good(shop: Shop) -> None:
    anna, anne, pair, ada, ben = a_pair(shop)
    ben.pull()
    shop.give(anne, shop.ada)
    parked = parked_id(ben.one(Edit(kind="customer", id=anne.id, set={"family_name": "Muster"})))
    consent = parked_id(ben.one(opt(anne.id, "subscribed", evidence="signed")))
    shop.writer(shop.mia).done(Merge(id=pair, keep=anna.id))
    ada.pull()
    ada.done(Accept(id=parked), Accept(id=consent))
    merged = shop.stored("customer", anna.id)
    assert (merged.family_name, merged.figures.waiting) == ("Muster", 0)
    assert [c.state for c in shop.belongings(anna, "consent")] == ["subscribed"]
