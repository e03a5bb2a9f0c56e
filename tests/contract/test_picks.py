"""Picks of a storefront page: who changes a list in either mode (P1), and delegating it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract import mutations
from sellmode_contract.kinds.pick_list import Delegation, PickList
from sellmode_contract.kinds.retailer import Mode, Retailer, StoreEntry
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.mutations import Create, Delegate, Edit, Operation, Outcome, Rejected, Remove, Undelegate, World
from sellmode_contract.mutations.picks import MOST_DELEGATIONS
from sellmode_contract.records import Record
from sellmode_contract.roles import ROLE_CAPABILITIES
from sellmode_contract.visibility import Account
from tests.support.applied import Held

NOW = dt.datetime(2026, 12, 1, 23, 30, tzinfo=dt.UTC)  # the 2nd in Zurich already
ANNA = Account(
    id="anna", user_name="anna", name="Anna", role="associate", stores=("s1",), capabilities=frozenset({"sell"})
)
BEN = msgspec.structs.replace(ANNA, id="ben", user_name="ben", name="Ben")
BOSS = msgspec.structs.replace(ANNA, id="boss", role="manager", capabilities=ROLE_CAPABILITIES["manager"])
STAFF = [
    *(Staff(id=id, store="s1", user_name=id, name=id, role="associate") for id in ("anna", "ben", "boss")),
    Staff(id="gone", store="s1", user_name="gone", name="Gone", role="associate", active=False),
    Staff(id="far", store="s2", user_name="far", name="Far", role="associate"),
]
STORES = PickList(id="p1", store="s1", title="New in")
ANNAS = PickList(id="p2", store="s1", owner="anna", title="Mine")
GIVEN = Delegation(taker="ben", giver="boss", from_day="2026-12-02", to_day="2026-12-04", given_at=NOW)


def world(*held: Record, by: Account = BOSS, mode: Mode = "team", now: dt.datetime = NOW) -> World:
    stores = tuple(StoreEntry(id=id, name=id, time_zone="Europe/Zurich") for id in ("s1", "s2"))
    retailer = Retailer(id="r", name="R", mode=mode, currency="EUR", time_zone="UTC", stores=stores)
    return World(Held([*STAFF, *held]), by, retailer, "m1", now)


def done(operation: Operation, *held: Record, **about: Any) -> Outcome:
    return mutations.apply(operation, world(*held, **about))


def picks_of(outcome: Outcome) -> PickList:
    (found,) = outcome.puts
    assert isinstance(found, PickList)
    return found


def refused(operation: Operation, *held: Record, **about: Any) -> Rejected:
    with pytest.raises(Rejected) as caught:
        done(operation, *held, **about)
    return caught.value


MAKE = Create(kind="pick_list", id="p9", doc={"title": "New in", "sort": "new_arrivals", "items": [{"sku": "scarf"}]})
RENAME = Edit(kind="pick_list", id="p1", set={"title": "Newer"}, was={"title": "New in"})
DELEGATE = Delegate(id="p1", taker="ben", from_day="2026-12-02", to_day="2026-12-04")


# ------------------------------------------------------------------ whose a list is


def test_in_associate_mode_a_list_is_its_makers() -> None:
    made = picks_of(done(MAKE, by=ANNA, mode="associate"))
    assert (made.owner, made.store, made.changed_by, made.changed_at) == ("anna", "s1", "anna", NOW)


def test_in_team_mode_a_list_is_the_stores_and_its_manager_makes_it() -> None:
    assert picks_of(done(MAKE)).owner is None
    assert "manager" in refused(MAKE, by=ANNA).detail


def test_what_an_edit_changes_is_noted_with_who_did_it() -> None:
    delegated = msgspec.structs.replace(STORES, delegations=(GIVEN,))
    changed = picks_of(done(RENAME, delegated, by=BEN))
    assert (changed.title, changed.changed_by, changed.changed_at) == ("Newer", "ben", NOW)


def test_of_two_who_change_the_products_the_first_to_arrive_counts() -> None:
    swap = Edit(kind="pick_list", id="p1", set={"items": [{"sku": "coat"}]}, was={"items": []})
    changed = picks_of(done(swap, STORES))
    assert [item.sku for item in changed.items] == ["coat"]
    assert done(swap, changed).puts == ()  # it is so already
    other = msgspec.structs.replace(swap, set={"items": [{"sku": "hat"}]})
    assert refused(other, changed).code == "conflict"
    again = Edit(
        kind="pick_list", id="p1", set={"items": []}, was={"items": [{"sku": "coat", "note": "", "price": None}]}
    )
    assert picks_of(done(again, changed)).items == ()


# ------------------------------------------------------------------ P1

_PEOPLE = ("anna", "ben", "boss")
_DAYS = [f"2026-12-{day:02}" for day in range(1, 6)]


@st.composite
def _delegations(draw: st.DrawFn) -> Delegation:
    first, last = sorted(draw(st.tuples(st.sampled_from(_DAYS), st.sampled_from(_DAYS))))
    revoked = draw(st.sampled_from([None, NOW]))
    return Delegation(
        taker=draw(st.sampled_from(_PEOPLE)),
        giver="boss",
        from_day=first,
        to_day=last,
        given_at=NOW,
        revoked_at=revoked,
    )


@st.composite
def _accounts(draw: st.DrawFn) -> Account:
    role = draw(st.sampled_from(["associate", "manager"]))
    return msgspec.structs.replace(
        ANNA,
        id=draw(st.sampled_from(_PEOPLE)),
        role=role,
        stores=(draw(st.sampled_from(["s1", "s1", "s2"])),),
        capabilities=ROLE_CAPABILITIES[role],  # type: ignore[index]  # one of the two
    )


_LISTS = st.builds(
    PickList,
    id=st.just("p1"),
    store=st.just("s1"),
    owner=st.sampled_from([None, *_PEOPLE]),
    title=st.just("New in"),
    delegations=st.lists(_delegations(), max_size=3).map(tuple),
)


def _may(mode: str, account: Account, picks: PickList, today: str) -> bool:
    """P1 as a person would tell it."""
    works_there = account.stores == ("s1",)
    if mode == "associate":
        return works_there and picks.owner == account.id
    if picks.owner is not None or not works_there:
        return False
    lent = [d for d in picks.delegations if d.taker == account.id and d.revoked_at is None]
    return account.role == "manager" or any(d.from_day <= today <= d.to_day for d in lent)


@given(st.sampled_from(["associate", "team"]), _accounts(), _LISTS, st.integers(0, 4))
def test_who_may_change_a_list_does_and_nobody_else(mode: Mode, account: Account, picks: PickList, days: int) -> None:
    now = NOW - dt.timedelta(1) + days * dt.timedelta(1)
    today = _DAYS[days]
    about: dict[str, Any] = {"by": account, "mode": mode, "now": now}
    if _may(mode, account, picks, today):
        assert picks_of(done(RENAME, picks, **about)).title == "Newer"
    else:
        refusal = refused(RENAME, picks, **about)
        assert refusal.code == "not_allowed"
        assert "Mode" in refusal.detail  # it names the rule


@given(st.sampled_from(["associate", "team"]), _accounts(), _LISTS)
def test_only_the_stores_manager_delegates_and_in_team_mode_only(mode: Mode, account: Account, picks: PickList) -> None:
    manages = account.role == "manager" and account.stores == ("s1",)
    if mode == "team" and manages and picks.owner is None:
        given = picks_of(done(DELEGATE, picks, by=account)).delegations
        assert len(given) == len(picks.delegations) + 1
        assert given[-1] == msgspec.structs.replace(GIVEN, giver=account.id)
    else:
        assert refused(DELEGATE, picks, by=account, mode=mode).code == "not_allowed"
        assert refused(Undelegate(id="p1", taker="ben"), picks, by=account, mode=mode).code == "not_allowed"


# ------------------------------------------------------------------ delegated


def test_a_delegation_is_revoked_and_stays_on_record() -> None:
    delegated = picks_of(done(DELEGATE, STORES))
    assert picks_of(done(RENAME, delegated, by=BEN)).title == "Newer"
    revoked = picks_of(done(Undelegate(id="p1", taker="ben"), delegated))
    assert revoked.delegations == (msgspec.structs.replace(GIVEN, revoked_at=NOW, revoked_by="boss"),)
    assert refused(RENAME, revoked, by=BEN).code == "not_allowed"
    assert done(Undelegate(id="p1", taker="ben"), revoked).puts == ()


def test_a_new_delegation_takes_the_place_of_the_one_before() -> None:
    again = msgspec.structs.replace(DELEGATE, to_day="2026-12-09")
    first, second = picks_of(done(again, picks_of(done(DELEGATE, STORES)))).delegations
    assert (first.revoked_at, second.revoked_at, second.to_day) == (NOW, None, "2026-12-09")


def test_a_taker_who_works_elsewhere_changes_nothing() -> None:
    delegated = msgspec.structs.replace(STORES, delegations=(GIVEN,))
    assert refused(RENAME, delegated, by=msgspec.structs.replace(BEN, stores=("s2",))).code == "not_allowed"


def test_a_delegate_takes_no_list_away_and_delegates_it_to_nobody() -> None:
    delegated = msgspec.structs.replace(STORES, delegations=(GIVEN,))
    assert refused(Remove(kind="pick_list", id="p1"), delegated, by=BEN).code == "not_allowed"
    assert refused(msgspec.structs.replace(DELEGATE, taker="anna"), delegated, by=BEN).code == "not_allowed"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"taker": "gone"}, "taker"),
        ({"taker": "far"}, "taker"),
        ({"taker": "nobody"}, "taker"),
        ({"from_day": "tomorrow"}, "from_day"),
        ({"from_day": "2026-12-05"}, "to_day"),
        ({"from_day": "2026-11-01", "to_day": "2026-12-01"}, "to_day"),
        ({"to_day": "2028-01-01"}, "to_day"),
    ],
)
def test_a_delegation_that_cannot_be_is_refused(changes: dict[str, str], field: str) -> None:
    refusal = refused(msgspec.structs.replace(DELEGATE, **changes), STORES)
    assert (refusal.code, refusal.field) == ("invalid", field)


def test_delegations_are_bounded_and_nobody_writes_them_by_an_edit() -> None:
    many = msgspec.structs.replace(STORES, delegations=(GIVEN,) * MOST_DELEGATIONS)
    assert refused(DELEGATE, many).code == "not_allowed"
    forged = Edit(kind="pick_list", id="p1", set={"delegations": []})
    assert refused(forged, STORES).field == "delegations"
    assert (
        refused(Edit(kind="pick_list", id="p2", set={"owner": "ben"}), ANNAS, by=ANNA, mode="associate").field
        == "owner"
    )
