"""Lookbooks and picks from terminals: who sees and changes them, and what becomes of what was shared."""

from __future__ import annotations

import datetime as dt

import pytest

from sellmode_contract.ids import source_id
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.sent_lookbook import SentLookbook
from sellmode_contract.mutations import Create, Delegate, Edit, Operation, Renew, Revoke, Share, Undelegate
from sellmode_contract.mutations.looks import LONGEST
from tests.backend.people import add_person
from tests.backend.sync.pushing import Shop, uuid7

TOKEN, OTHER = "A" * 26, "B" * 26
ITEMS = [{"sku": "scarf", "note": "In blue"}]


def look(customer: Customer | None = None, **doc: object) -> Create:
    """An operation: a new lookbook, for a customer, or else a template."""
    whom = {"customer": customer.id} if customer else {"form": "my_look"}
    return Create(kind="lookbook", id=uuid7(), doc={"title": "For the opera", "items": ITEMS, **whom, **doc})


def rename(kind: str, id: str, title: str = "Another", was: str = "For the opera") -> Edit:
    return Edit(kind=kind, id=id, set={"title": title}, was={"title": was})


@pytest.mark.parametrize("mode", ["associate", "team"])
def test_k1_who_sees_and_changes_a_lookbook(shop: Shop, mode: str) -> None:
    shop.set_mode(mode)
    anna = shop.add(shop.ada)
    books = [look(anna), look()]
    shop.writer(shop.ada).done(*books)
    for account in (shop.ada, shop.ben, shop.mia, shop.cleo):
        writer = shop.writer(account)
        sees = account is shop.ada or (mode == "team" and account is not shop.cleo)
        for book in books:
            assert writer.holds("lookbook", book.id) == sees, account.user_name
            was = shop.stored("lookbook", book.id).title
            result = writer.one(rename("lookbook", book.id, account.user_name, was))
            assert result.code == (None if sees else "not_found")


def test_a_lookbook_is_for_a_customer_whom_its_author_sees(shop: Shop) -> None:
    bens = shop.add(shop.ben)
    ada = shop.writer(shop.ada)
    assert ada.one(look(bens)).code == "not_found"
    unknown = Create(kind="lookbook", id=uuid7(), doc={"title": "x", "customer": uuid7()})
    assert ada.one(unknown).code == "not_found"


def test_what_was_shared_goes_with_the_customer_and_the_draft_stays(shop: Shop) -> None:
    anna = shop.add(shop.ada)
    ada, ben = shop.writer(shop.ada), shop.writer(shop.ben)
    book, draft = look(anna), look(anna)
    ada.done(book, draft, Share(id=book.id, token=TOKEN, how="sms"))
    (sent,) = shop.belongings(anna, "sent_lookbook")
    assert isinstance(sent, SentLookbook)
    assert (sent.author, sent.how, sent.items[0].note, sent.at) == (shop.ada.id, "sms", "In blue", shop.clock())
    shop.give(anna, shop.ben)
    for writer in (ada, ben):
        writer.pull()
    assert ben.holds("sent_lookbook", sent.id)
    assert not ada.holds("sent_lookbook", sent.id)
    assert [ada.holds("lookbook", each.id) for each in (book, draft)] == [True, True]
    assert [ben.holds("lookbook", each.id) for each in (book, draft)] == [False, False]
    assert ada.one(Revoke(id=book.id)).st == "applied"
    assert shop.belongings(anna, "sent_lookbook") == [sent]


def test_what_was_shared_before_the_customer_left_counts(shop: Shop) -> None:
    anna, other = shop.add(shop.ada), shop.add(shop.ada)
    ada = shop.writer(shop.ada)
    book, later = look(anna), look(other)
    ada.done(book, later)
    shop.give(anna, shop.ben)
    result = ada.one(Share(id=book.id, token=TOKEN), age_ms=60_000)
    assert result.st == "applied", result
    assert [key for key, *_ in result.revs] == ["lookbook"]
    assert shop.stored("lookbook", book.id).token == TOKEN
    assert len(shop.belongings(anna, "sent_lookbook")) == 1
    assert not ada.holds("customer", anna.id)
    shop.give(other, shop.ben)
    ada.pull()
    shop.clock.forward(days=60)
    ada.sign_in()
    late = ada.one(Share(id=later.id, token=OTHER))
    assert (late.code, shop.stored("lookbook", later.id).token) == ("moved", "")


def test_two_who_share_one_draft_have_one_link(shop: Shop) -> None:
    shop.set_mode("team")
    anna = shop.add(shop.ada)
    ada = shop.writer(shop.ada)
    book = look(anna)
    ada.done(book)
    ben = shop.writer(shop.ben)
    ada.done(Share(id=book.id, token=TOKEN))
    assert ben.one(Share(id=book.id, token=OTHER)).code == "conflict"
    ben.done(Share(id=book.id, token=TOKEN, how="email"))
    assert {sent.author for sent in shop.belongings(anna, "sent_lookbook")} == {shop.ada.id, shop.ben.id}


def test_a_link_is_renewed_and_revoked(shop: Shop) -> None:
    ada = shop.writer(shop.ada)
    book = look()
    ada.done(book, Share(id=book.id, token=TOKEN), Revoke(id=book.id))
    assert shop.stored("lookbook", book.id).revoked_at == shop.clock()
    end = shop.clock() + dt.timedelta(days=7)
    ada.done(Renew(id=book.id, expires_at=end))
    stored = shop.stored("lookbook", book.id)
    assert (stored.revoked_at, stored.expires_at) == (None, end)
    assert ada.one(Renew(id=book.id, expires_at=shop.clock() + 2 * LONGEST)).field == "expires_at"


def test_everybody_copies_from_the_head_office_and_nobody_else_changes_its_looks(shop: Shop) -> None:
    hana = shop.writer(add_person(shop.database, "hana", "Alpha", "Beta", role="head_office"))
    made = Create(kind="corporate_look", id=uuid7(), doc={"title": "Spring", "items": ITEMS})
    hana.done(made)
    for account in (shop.ada, shop.mia, shop.cleo):
        writer = shop.writer(account)
        assert writer.holds("corporate_look", made.id)
        assert writer.one(rename("corporate_look", made.id, was="Spring")).code == "not_allowed"
        writer.done(look(title="Spring", copied_from=made.id))


# ------------------------------------------------------------------ picks


def test_p1_in_associate_mode_everybody_has_picks_of_their_own(shop: Shop) -> None:
    ada, ben, mia = (shop.writer(account) for account in (shop.ada, shop.ben, shop.mia))
    made = Create(kind="pick_list", id=uuid7(), doc={"title": "Mine", "items": ITEMS})
    ada.done(made)
    for other in (ben, mia):
        assert other.one(rename("pick_list", made.id, was="Mine")).code == "not_found"
    ada.done(rename("pick_list", made.id, was="Mine"))
    assert shop.stored("pick_list", made.id).owner == shop.ada.id
    refusal = mia.one(Delegate(id=made.id, taker=shop.ben.id, from_day="2026-11-22", to_day="2026-12-24"))
    assert refusal.code == "not_found"
    shop.set_mode("team")
    rests = ada.one(rename("pick_list", made.id, "x", "Another"))
    assert (rests.code, "In Team Mode, picks belong to the store" in rests.detail) == ("not_allowed", True)


def test_p1_in_team_mode_picks_are_the_managers_and_of_whom_they_are_delegated_to(shop: Shop) -> None:
    shop.set_mode("team")
    ada, mia = shop.writer(shop.ada), shop.writer(shop.mia)
    made = Create(kind="pick_list", id=uuid7(), doc={"title": "New in", "sort": "new_arrivals"})
    refused = ada.one(made)
    assert (refused.code, "the store's manager" in refused.detail) == ("not_allowed", True)
    mia.done(made)
    ada.pull()
    today = shop.clock().date()
    lend: Operation = Delegate(id=made.id, taker=shop.ada.id, from_day=f"{today}", to_day=f"{today}")
    assert ada.one(rename("pick_list", made.id, was="New in")).code == "not_allowed"
    assert ada.one(lend).code == "not_allowed"
    mia.done(lend)
    ada.done(rename("pick_list", made.id, was="New in"))
    stored = shop.stored("pick_list", made.id)
    assert (stored.changed_by, stored.owner, stored.delegations[0].giver) == (shop.ada.id, None, shop.mia.id)
    mia.done(Undelegate(id=made.id, taker=shop.ada.id))
    assert ada.one(rename("pick_list", made.id, "x", "Another")).code == "not_allowed"
    assert shop.stored("pick_list", made.id).delegations[0].revoked_by == shop.mia.id
    mia.done(lend)
    shop.clock.forward(days=2)
    for writer in (ada, mia):
        writer.sign_in()
    assert ada.one(rename("pick_list", made.id, "x", "Another")).code == "not_allowed"
    shop.set_mode("associate")
    assert mia.one(lend).code == "not_allowed"


def test_picks_of_a_taker_who_works_elsewhere_by_now_are_out_of_reach(shop: Shop) -> None:
    shop.set_mode("team")
    mia, cleo = shop.writer(shop.mia), shop.writer(shop.cleo)
    made = Create(kind="pick_list", id=uuid7(), doc={"title": "New in"})
    mia.done(made)
    lend = Delegate(id=made.id, taker=shop.cleo.id, from_day="2026-11-22", to_day="2027-01-24")
    assert mia.one(lend).field == "taker"
    assert mia.one(Delegate(id=made.id, taker=source_id("staff", "x", "y"), from_day="x", to_day="x")).field == "taker"
    assert cleo.one(rename("pick_list", made.id, was="New in")).code == "not_found"
