"""Lookbooks and picks at a terminal: shared offline, copied, delegated, and taken back."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from sellmode_contract.kinds.lookbook import CorporateLook, Lookbook
from sellmode_contract.kinds.pick_list import Delegation, PickList
from sellmode_contract.kinds.storefront import Storefront
from sellmode_contract.mutations import Rejected
from sellmode_tui.records import NotVisible
from sellmode_tui.records.changes.undo import CannotUndo
from sellmode_tui.records.kind_lists import KindQuery
from sellmode_tui.records.of_kinds import new_token
from tests.tui.cache.lines import STORE
from tests.tui.records.desk import ANNA, OTHERS, Desk, directory, open_desk
from tests.tui.records.test_task_changes import LEAD, settle

ITEMS = [{"sku": "scarf", "note": "In blue", "title": "", "price": None}]


def look(desk: Desk, id: str) -> Lookbook:
    shown = desk.records.shown("lookbook", id)
    assert shown is not None
    assert isinstance(shown.record, Lookbook)
    return shown.record


def draft(desk: Desk) -> str:
    fields = {"customer": ANNA.id, "title": "For the opera", "items": ITEMS}
    return desk.records.create("lookbook", fields).id


def test_a_link_is_128_random_bits_of_base32_in_capitals() -> None:
    made = {new_token() for _ in range(50)}
    assert len(made) == 50
    assert all(re.fullmatch("[A-Z2-7]{26}", token) for token in made)


def test_a_lookbook_is_shared_at_once_and_taken_back(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        desk.fill(*directory(), ANNA, mode="associate")
        id = draft(desk)
        settle(desk)
        written = desk.records.looks.share(id, "sms")
        assert written.words == 'sharing the lookbook "For the opera" for Anna Muster'
        shared = look(desk, id)
        assert (shared.state, len(shared.token), shared.shared_at) == ("shared", 26, desk.now)
        settle(desk)
        desk.records.looks.share(id)
        assert look(desk, id).token == shared.token
        settle(desk)
        with pytest.raises(CannotUndo, match="already shared before"):
            desk.records.changes.undo()


def test_taking_back_what_changed_a_link_gives_what_it_was(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        desk.fill(*directory(), ANNA, mode="associate")
        id, week = draft(desk), desk.now + dt.timedelta(days=7)
        desk.records.looks.share(id, expires_at=week)
        settle(desk)
        desk.records.looks.renew(id, week + dt.timedelta(days=7))
        settle(desk)
        desk.records.changes.undo()
        assert look(desk, id).expires_at == week
        settle(desk)
        desk.records.looks.revoke(id)
        settle(desk)
        desk.records.changes.undo()
        assert (look(desk, id).revoked_at, look(desk, id).expires_at) == (None, week)
        settle(desk)
        desk.records.changes.undo()
        assert look(desk, id).revoked_at == desk.now, "what is shared and taken back is revoked"


def test_a_draft_is_taken_back_though_it_was_typed_with_empty_fields(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        desk.fill(*directory(), ANNA, mode="associate")
        id = draft(desk)
        settle(desk)
        desk.records.changes.undo()
        assert desk.records.shown("lookbook", id) is None


def test_a_look_is_copied(tmp_path: Path) -> None:
    spring = CorporateLook(id="00000000-0000-7000-8000-00000000000a", title="Spring", message="Dear you")
    with open_desk(tmp_path) as desk:
        desk.fill(*directory(), ANNA, spring, mode="associate")
        mine = desk.records.looks.use(spring.id, None, "corporate_look").id
        for_anna = desk.records.looks.use(mine, ANNA.id).id
        desk.records.edit("lookbook", mine, {"title": "Summer"})
        copy = look(desk, for_anna)
        assert (copy.form, copy.customer, copy.title, copy.message) == ("one_to_one", ANNA.id, "Spring", "Dear you")
        assert (copy.copied_from, look(desk, mine).copied_from, look(desk, mine).form) == (mine, spring.id, "my_look")
        with pytest.raises(NotVisible):
            desk.records.looks.use(mine, "nobody")
        with pytest.raises(NotVisible):
            desk.records.looks.use(for_anna, None, "corporate_look")


def test_picks_are_delegated_and_that_is_taken_back(tmp_path: Path) -> None:
    picks = PickList(id="00000000-0000-7000-8000-00000000000b", store=STORE, title="New in")
    with open_desk(tmp_path) as desk:
        desk.fill(*directory(), picks, mode="team", person=LEAD)
        day = desk.now.date()
        desk.records.looks.delegate(picks.id, OTHERS, day, day + dt.timedelta(days=3))
        settle(desk)
        assert [each.taker for each in _delegations(desk, picks)] == [OTHERS]
        desk.records.looks.undelegate(picks.id, OTHERS)
        settle(desk)
        desk.records.changes.undo()
        assert [each.revoked_at for each in _delegations(desk, picks)] == [desk.now, None]
        settle(desk)
        with pytest.raises(Rejected, match="works in the store"):
            desk.records.looks.delegate(picks.id, "nobody", day, day)


def test_a_refusal_names_the_rule(tmp_path: Path) -> None:
    picks = PickList(id="00000000-0000-7000-8000-00000000000b", store=STORE, title="New in")
    with open_desk(tmp_path) as desk:
        desk.fill(*directory(), picks, mode="team")
        with pytest.raises(Rejected, match="In Team Mode, only the store's manager and those"):
            desk.records.edit("pick_list", picks.id, {"title": "Newer"})
        why = desk.records.why("pick_list", picks.id)
        assert why is not None
        assert why.rule == "everyone in the store"


def _delegations(desk: Desk, picks: PickList) -> list[Delegation]:
    shown = desk.records.shown("pick_list", picks.id)
    assert shown is not None
    assert isinstance(shown.record, PickList)
    return list(shown.record.delegations)


def test_a_storefront_page_has_its_link_at_once_and_the_same_when_it_is_taken_back(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        desk.fill(*directory(), mode="associate")
        id = desk.records.create("storefront", {"title": "My picks"}).id
        settle(desk)
        shown = desk.records.shown("storefront", id)
        assert shown is not None
        assert isinstance(shown.record, Storefront)
        assert re.fullmatch("[A-Z2-7]{26}", shown.record.token)
        desk.records.remove("storefront", id)
        settle(desk)
        desk.records.changes.undo()
        (again,) = [each.record for each in desk.records.listed("storefront", KindQuery()).rows(0, 9)]
        assert isinstance(again, Storefront)
        assert again.token == shown.record.token
