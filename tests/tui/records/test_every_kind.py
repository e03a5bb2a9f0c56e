"""What holds on a terminal for every kind that people write: made, shown, edited, undone, refused and sent again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sellmode_contract.documents import as_document
from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.wish import WISH
from sellmode_contract.records import Record
from sellmode_contract.roles import ROLE_CAPABILITIES
from sellmode_tui.records import Refused, Written
from tests.support.kinds import document, other_value
from tests.tui.cache.lines import ME, STORE
from tests.tui.records.desk import ANNA, Desk, directory, open_desk, seller

_OWN_WAYS = ("customer", "dispute", "chat_line")
"""Customers, disputes and lines of talks have ways of their own."""
MADE = [name for name, kind in KINDS.items() if "create" in kind.verbs and name not in _OWN_WAYS]
WISHED = Product(id="p1", sku=document(WISH, ANNA.id, STORE)["sku"], title="Coat", currency="EUR")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "desk") as opened:
        yield opened


def of_a_writer(desk: Desk, name: str) -> Desk:
    """A first sync of somebody who may write that kind."""
    role: Any = "head_office" if name in ("corporate_brief", "corporate_look") else "manager"
    person = seller(role=role, capabilities=ROLE_CAPABILITIES[role])
    desk.fill(ANNA, WISHED, *directory(), person=person)
    return desk


def make(desk: Desk, kind: Kind[Any]) -> Written:
    fields = document(kind, ANNA.id, STORE)
    return desk.records.rules.create(fields) if kind.name == "task_rule" else desk.records.create(kind.name, fields)


def held(desk: Desk, name: str, id: str) -> Record | None:
    shown = desk.records.shown(name, id)
    return shown.record if shown else None


@pytest.mark.parametrize("name", MADE)
def test_it_is_made_shown_and_undone(desk: Desk, name: str) -> None:
    of_a_writer(desk, name)
    written = make(desk, KINDS[name])
    record = held(desk, name, written.id)
    assert record is not None
    for field, value in document(KINDS[name], ANNA.id, STORE).items():
        assert as_document(record)[field] == value
    assert desk.records.totals()[name] == 1
    assert [each.words for each in desk.records.changes.unsent()] == [written.words]
    assert desk.records.why(name, written.id) is not None
    assert desk.records.ids_named(name, written.id[:20], 2) == [written.id]
    desk.records.changes.undo()
    assert held(desk, name, written.id) is None
    assert desk.records.changes.unsent() == []


@pytest.mark.parametrize("name", [name for name in MADE if "edit" in KINDS[name].verbs])
def test_what_is_edited_is_taken_back(desk: Desk, name: str) -> None:
    kind = KINDS[name]
    written = make(of_a_writer(desk, name), kind)
    before = held(desk, name, written.id)
    assert before is not None
    field = next(
        each for each in kind.fields if each.name in document(kind, ANNA.id, STORE) and each.name in kind.edited
    )
    wanted = other_value(field, before, person=ME, at="2026-11-22T11:00:00Z")
    desk.records.edit(name, written.id, {field.name: wanted})
    after = held(desk, name, written.id)
    assert after is not None
    assert as_document(after)[field.name] == wanted
    desk.records.changes.undo()
    assert held(desk, name, written.id) == before


@pytest.mark.parametrize("name", MADE)
def test_what_is_refused_has_words_and_values_and_is_sent_again(desk: Desk, name: str) -> None:
    kind = KINDS[name]
    written = make(of_a_writer(desk, name), kind)
    desk.refuse(written.mid, "not_allowed")
    assert held(desk, name, written.id) is None
    (item,) = desk.records.changes.attention()
    assert isinstance(item, Refused)
    assert item.words == written.words
    assert {value.field for value in item.values} >= set(document(kind, ANNA.id, STORE)) - {"customer", "store", "slug"}
    assert written.words in desk.records.changes.copy_text(written.mid)
    again = desk.records.changes.resend(written.mid, {value.field: value.mine for value in item.values})
    assert desk.records.changes.attention() == []
    assert held(desk, name, again.id) is not None
