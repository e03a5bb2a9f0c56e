"""Lookbooks: made, edited by two, shared, renewed, revoked, and what of them stays with the customer."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract import mutations
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.look import MAX_ITEMS, LookItem
from sellmode_contract.kinds.lookbook import CorporateLook, Lookbook, LookbookResult, result_id
from sellmode_contract.kinds.retailer import Mode, Retailer
from sellmode_contract.kinds.sent_lookbook import SentLookbook
from sellmode_contract.mutations import Create, Edit, Operation, Outcome, Rejected, Remove, Renew, Revoke, Share, World
from sellmode_contract.mutations.looks import LONGEST, OPEN_FOR, merged_items
from sellmode_contract.records import Record
from sellmode_contract.roles import ROLE_CAPABILITIES
from sellmode_contract.visibility import Account
from tests.support.applied import Held

NOW = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)
ANNA = Account(
    id="anna", user_name="anna", name="Anna", role="associate", stores=("s1",), capabilities=frozenset({"sell"})
)
BEN = msgspec.structs.replace(ANNA, id="ben", user_name="ben", name="Ben")
HEAD = msgspec.structs.replace(
    ANNA, id="head", role="head_office", stores=("s1", "s2"), capabilities=ROLE_CAPABILITIES["head_office"]
)
MARA = Customer(id="mara", store="s1", owner="anna", given_name="Mara")
SCARF, COAT, HAT = (LookItem(sku=sku) for sku in ("scarf", "coat", "hat"))
LOOK = Lookbook(
    id="l1", store="s1", author="anna", customer="mara", title="For the opera", message="Dear Mara", items=(SCARF, COAT)
)
TEMPLATE = Lookbook(id="l2", store="s1", author="anna", form="my_look", title="Winter", items=(SCARF,))
TOKEN, OTHER = "A" * 26, "B" * 26


def world(*held: Record, by: Account = ANNA, mode: Mode = "associate", mid: str = "m1") -> World:
    retailer = Retailer(id="r", name="R", mode=mode, currency="EUR", time_zone="UTC")
    return World(Held([MARA, *held]), by, retailer, mid, NOW)


def done(operation: Operation, *held: Record, **about: Any) -> Outcome:
    return mutations.apply(operation, world(*held, **about))


def look_of(outcome: Outcome) -> Lookbook:
    (found,) = [record for record in outcome.puts if isinstance(record, Lookbook)]
    return found


def refused(operation: Operation, *held: Record, **about: Any) -> Rejected:
    with pytest.raises(Rejected) as caught:
        done(operation, *held, **about)
    return caught.value


def create(**doc: Any) -> Create:
    return Create(kind="lookbook", id="l9", doc={"title": "For the opera", "customer": "mara", **doc})


def edit(seen: Lookbook, **fields: Any) -> Edit:
    was = {name: msgspec.to_builtins(getattr(seen, name)) for name in fields}
    return Edit(kind="lookbook", id=seen.id, set=fields, was=was)


# ------------------------------------------------------------------ made and edited


def test_a_new_lookbook_is_its_authors_draft() -> None:
    made = look_of(done(create(items=[{"sku": "scarf", "note": "In blue"}], copied_from="l2")))
    assert made == Lookbook(
        id="l9", store="s1", author="anna", customer="mara", title="For the opera", copied_from="l2", created_at=NOW,
        items=(LookItem(sku="scarf", note="In blue"),),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("doc", "code", "field"),
    [
        ({"title": " "}, "invalid", "title"),
        ({"customer": None}, "invalid", "customer"),
        ({"customer": "nobody"}, "not_found", ""),
        ({"form": "my_look"}, "invalid", "customer"),
        ({"state": "shared"}, "invalid", "state"),
        ({"token": TOKEN}, "invalid", "token"),
        ({"author": "ben"}, "invalid", "author"),
        ({"message": "x" * 10_000}, "invalid", "message"),
        ({"items": [{"sku": "x"}, {"sku": "x"}]}, "invalid", "items"),
        ({"items": [{"sku": " "}]}, "invalid", "items"),
        ({"items": [{"sku": "x", "price": 1}]}, "invalid", "items"),
        ({"items": [{"sku": "x", "price": 1, "currency": "eur"}]}, "invalid", "items"),
        ({"items": [{"sku": "x", "price": -1, "currency": "EUR"}]}, "invalid", "items"),
        ({"items": [{"sku": str(n)} for n in range(MAX_ITEMS + 1)]}, "invalid", "items"),
    ],
)
def test_what_cannot_stand_in_a_lookbook_is_refused(doc: dict[str, Any], code: str, field: str) -> None:
    refusal = refused(create(**doc))
    assert (refusal.code, refusal.field) == (code, field)


def test_only_who_works_in_one_store_makes_lookbooks() -> None:
    regional = msgspec.structs.replace(ANNA, stores=("s1", "s2"))
    assert refused(create(), by=regional).code == "not_allowed"


def test_a_lookbook_is_archived_and_comes_back_to_what_it_was() -> None:
    archived = look_of(done(edit(LOOK, state="archived"), LOOK))
    assert archived.state == "archived"
    assert look_of(done(edit(archived, state="draft"), archived)).state == "draft"
    assert refused(edit(archived, state="shared"), archived).field == "state"
    shared = msgspec.structs.replace(LOOK, state="shared", token=TOKEN, shared_at=NOW)
    assert refused(edit(shared, state="draft"), shared).field == "state"


def test_its_author_alone_takes_away_what_was_never_shared() -> None:
    remove = Remove(kind="lookbook", id="l1")
    assert done(remove, LOOK).removes == (("lookbook", "l1"),)
    assert refused(remove, LOOK, by=BEN, mode="team").code == "not_allowed"
    assert refused(remove, msgspec.structs.replace(LOOK, shared_at=NOW)).code == "not_allowed"


# ------------------------------------------------------------------ by two


def test_what_two_add_is_there_and_the_last_to_arrive_is_told_of_it() -> None:
    now = msgspec.structs.replace(LOOK, items=(SCARF, COAT, HAT))
    outcome = done(edit(LOOK, items=[{"sku": "coat"}, {"sku": "scarf"}, {"sku": "belt"}]), now)
    assert [item.sku for item in look_of(outcome).items] == ["coat", "scarf", "belt", "hat"]
    assert set(outcome.conflicts) == {"items"}


def test_what_one_takes_away_goes_unless_the_other_has_changed_it() -> None:
    noted = msgspec.structs.replace(SCARF, note="In blue")
    assert merged_items((COAT,), (SCARF, COAT), (SCARF, COAT)) == (COAT,)
    assert merged_items((COAT,), (noted, COAT), (SCARF, COAT)) == (noted, COAT)
    assert merged_items((SCARF, COAT), (COAT,), (SCARF, COAT)) == (COAT,)
    assert merged_items((noted, COAT), (COAT,), (SCARF, COAT)) == (COAT, noted)
    assert merged_items((noted, COAT), (COAT, SCARF), (SCARF, COAT)) == (COAT, noted)


def test_two_do_not_bring_more_than_a_lookbook_holds() -> None:
    full = tuple(LookItem(sku=f"x{number}") for number in range(MAX_ITEMS))
    one_more = [{"sku": "scarf"}, {"sku": "coat"}, {"sku": "hat"}]
    assert refused(edit(LOOK, items=one_more), msgspec.structs.replace(LOOK, items=full)).code == "conflict"


_ITEMS = st.lists(
    st.builds(LookItem, sku=st.sampled_from("abcd"), note=st.sampled_from(["", "x"])), unique_by=lambda item: item.sku
).map(tuple)


@given(_ITEMS, _ITEMS, _ITEMS)
def test_merging_loses_nothing_that_either_wrote(
    saw: tuple[LookItem, ...], theirs: tuple[LookItem, ...], mine: tuple[LookItem, ...]
) -> None:
    merged = merged_items(theirs, mine, saw)
    assert len({item.sku for item in merged}) == len(merged)
    assert set(mine) - set(saw) <= set(merged)
    written = {item.sku for item in mine if item not in saw}
    assert {item for item in theirs if item not in saw and item.sku not in written} <= set(merged)
    assert merged_items(saw, mine, saw) == mine
    assert set(merged_items(theirs, saw, saw)) == set(theirs)


# ------------------------------------------------------------------ shared


def test_what_is_shared_has_a_link_and_stays_with_the_customer_as_it_was() -> None:
    outcome = done(Share(id="l1", token=TOKEN, how="sms"), LOOK)
    shared = look_of(outcome)
    assert (shared.state, shared.token, shared.shared_at, shared.expires_at) == ("shared", TOKEN, NOW, NOW + OPEN_FOR)
    (sent,) = [record for record in outcome.puts if isinstance(record, SentLookbook)]
    assert sent == SentLookbook(
        id=sent.id, customer="mara", author="anna", store=LOOK.store, lookbook="l1", at=NOW, how="sms",
        title="For the opera", message="Dear Mara", items=(SCARF, COAT),
    )  # fmt: skip
    again = done(Share(id="l1", token=TOKEN), shared, mid="m2")
    (second,) = [record for record in again.puts if isinstance(record, SentLookbook)]
    assert second.id != sent.id


def test_a_template_is_shared_and_stays_with_nobody() -> None:
    assert [type(record) for record in done(Share(id="l2", token=TOKEN), TEMPLATE).puts] == [Lookbook]


@pytest.mark.parametrize("token", ["", "A" * 25, "A" * 27, "a" * 26, "0" * 26, "A" * 25 + "\n"])
def test_a_link_ends_in_26_capitals_of_base32(token: str) -> None:
    assert refused(Share(id="l1", token=token), LOOK).field == "token"


def test_one_lookbook_has_one_link() -> None:
    shared = look_of(done(Share(id="l1", token=TOKEN), LOOK))
    assert refused(Share(id="l1", token=OTHER), shared).code == "conflict"


def test_nothing_is_not_shared() -> None:
    assert refused(Share(id="l1", token=TOKEN), msgspec.structs.replace(LOOK, items=())).field == "items"


@pytest.mark.parametrize("end", [NOW, NOW - dt.timedelta(1), NOW + LONGEST + dt.timedelta(1)])
def test_a_link_works_until_a_time_to_come(end: dt.datetime) -> None:
    shared = look_of(done(Share(id="l1", token=TOKEN), LOOK))
    assert refused(Share(id="l1", token=TOKEN, expires_at=end), LOOK).field == "expires_at"
    assert refused(Renew(id="l1", expires_at=end), shared).field == "expires_at"


def test_a_revoked_link_is_only_opened_again_by_renewing_it() -> None:
    shared = look_of(done(Share(id="l1", token=TOKEN), LOOK))
    revoked = look_of(done(Revoke(id="l1"), shared))
    assert revoked.revoked_at == NOW
    assert done(Revoke(id="l1"), revoked).puts == ()
    assert refused(Share(id="l1", token=TOKEN), revoked).code == "conflict"
    end = NOW + dt.timedelta(7)
    renewed = look_of(done(Renew(id="l1", expires_at=end), revoked))
    assert (renewed.revoked_at, renewed.expires_at, renewed.token) == (None, end, TOKEN)


@pytest.mark.parametrize("operation", [Renew(id="l1"), Revoke(id="l1")])
def test_what_was_not_shared_has_no_link(operation: Operation) -> None:
    assert refused(operation, LOOK).code == "invalid"


def test_what_the_customer_deleted_is_neither_shared_nor_renewed() -> None:
    shared = look_of(done(Share(id="l1", token=TOKEN), LOOK))
    gone = LookbookResult(id=result_id("l1"), store="s1", author="anna", lookbook="l1", deleted_at=NOW)
    for operation in (Share(id="l1", token=TOKEN), Renew(id="l1")):
        assert "start another one" in str(refused(operation, shared, gone))
        done(operation, shared, msgspec.structs.replace(gone, deleted_at=None))


def test_nothing_is_shared_with_a_customer_who_has_left_the_view() -> None:
    gone = msgspec.structs.replace(LOOK, customer="somebody")
    assert refused(Share(id="l1", token=TOKEN), gone).code == "moved"
    bens = msgspec.structs.replace(MARA, owner="ben")
    there = World(Held([bens, LOOK]), ANNA, None, "m1", NOW)
    share = Share(id="l1", token=TOKEN)
    with pytest.raises(Rejected) as caught:
        mutations.check_author_sees(share, mutations.apply(share, there), there.records, "associate", ANNA)
    assert caught.value.code == "moved"


# ------------------------------------------------------------------ of the head office


def test_only_the_head_office_makes_and_changes_its_looks() -> None:
    make = Create(kind="corporate_look", id="k1", doc={"title": "Spring", "items": [{"sku": "scarf"}]})
    (look,) = done(make, by=HEAD).puts
    assert look == CorporateLook(id="k1", title="Spring", items=(SCARF,), created_by="head", created_at=NOW)
    for change in (
        make,
        Edit(kind="corporate_look", id="k1", set={"title": "x"}),
        Remove(kind="corporate_look", id="k1"),
    ):
        held = () if change is make else (look,)
        assert refused(change, *held, by=ANNA).code == "not_allowed"
    doubled = [{"sku": "scarf"}, {"sku": "scarf"}]
    assert refused(Edit(kind="corporate_look", id="k1", set={"items": doubled}), look, by=HEAD).field == "items"
