"""Who opens, changes and closes a storefront page."""

from __future__ import annotations

import pytest

from sellmode_contract import mutations
from sellmode_contract.kinds.storefront import Storefront
from sellmode_contract.mutations import Create, Edit, Rejected, Remove
from sellmode_contract.visibility import Account
from tests.contract.test_picks import ANNA, BEN, BOSS, done, world

TOKEN = "A" * 26
STORES = Storefront(id="f", store="s1", title="Ours", token=TOKEN)
ANNAS = Storefront(id="f", store="s1", owner="anna", title="Mine", token=TOKEN)
MAKE = Create(kind="storefront", id="f", doc={"title": "x", "token": TOKEN})
EDIT = Edit(kind="storefront", id="f", set={"message": "y"}, was={"message": ""})
REMOVE = Remove(kind="storefront", id="f", was={})


@pytest.mark.parametrize(("by", "mode", "owner"), [(ANNA, "associate", "anna"), (BOSS, "team", None)])
def test_a_page_is_of_whose_picks_it_shows(by: Account, mode: str, owner: str | None) -> None:
    (made,) = done(MAKE, by=by, mode=mode).puts
    assert isinstance(made, Storefront)
    assert (made.owner, made.store, made.token, made.opened_by) == (owner, "s1", TOKEN, by.id)


@pytest.mark.parametrize(
    ("operation", "held", "by", "mode", "says"),
    [
        (MAKE, None, ANNA, "team", "manager can open"),
        (EDIT, STORES, ANNA, "team", "Only the store's manager"),
        (REMOVE, STORES, BEN, "team", "Only the store's manager"),
        (EDIT, ANNAS, BEN, "associate", "Only its owner"),
        (EDIT, ANNAS, ANNA, "team", "other mode"),
        (EDIT, STORES, BOSS, "associate", "other mode"),
    ],
)
def test_anybody_else_is_told_the_rule(
    operation: mutations.Operation, held: Storefront | None, by: Account, mode: str, says: str
) -> None:
    with pytest.raises(Rejected, match=says):
        done(operation, *([held] if held else []), by=by, mode=mode)


def test_one_that_rests_can_be_closed_and_a_manager_closes_anybodys() -> None:
    assert done(REMOVE, ANNAS, by=ANNA, mode="team").removes == (("storefront", "f"),)
    assert done(REMOVE, ANNAS, by=BOSS, mode="team").removes == (("storefront", "f"),)


def test_a_link_is_26_letters_and_digits() -> None:
    for token in ("a" * 26, "A" * 25, "0" * 26):
        with pytest.raises(Rejected, match="26 letters"):
            mutations.apply(Create(kind="storefront", id="f", doc={"title": "x", "token": token}), world(by=BOSS))
