"""What was written here shows at once; that the backend has it then has no list read again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import msgspec
import pytest

from sellmode_contract.kinds import KINDS, kind_of
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.note import Note
from sellmode_contract.records import Record
from sellmode_contract.wire import Put, Remove
from sellmode_tui.cache.store import Reading
from sellmode_tui.records import AgendaQuery, RecordStore, TaskKey
from sellmode_tui.records.context import Context
from sellmode_tui.records.tasks import agenda
from tests.tui.cache.lines import ME, NOW, STORE, TEAM
from tests.tui.records.desk import ANNA, Desk

CALL = ManualTask(id="call", store=STORE, creator=ME, title="Call", created_at=NOW)
NOTE = Note(id="note", customer=ANNA.id, author=ME, written_at=NOW, text="Likes blue.")
WRITTEN: dict[str, Callable[[RecordStore], object]] = {
    "a task is completed": lambda records: records.tasks.finish([TaskKey("manual_task", "call")]),
    "a task is made": lambda records: records.create("manual_task", {"title": "Write"}),
    "a customer is edited": lambda records: records.edit("customer", ANNA.id, {"phone": "044 999 88 77"}),
    "a note is removed": lambda records: records.remove("note", "note"),
}


def version(desk: Desk) -> int:
    with desk.cache.reading() as reading:
        return reading.version


def documents(desk: Desk) -> dict[tuple[str, str], Record]:
    with desk.cache.reading() as reading:
        return {
            (kind, record.id): record
            for kind in ("customer", "manual_task", "note")
            for (doc,) in reading.connection.execute(f"SELECT doc FROM {kind}")  # noqa: S608  # names in the code
            for record in [msgspec.json.decode(doc, type=KINDS[kind].record)]
        }


def line(record: Record) -> Put:
    """As a backend sends it that has its documents' fields in another order."""
    fields = msgspec.json.decode(msgspec.json.encode(record))
    doc = msgspec.json.encode(dict(reversed(fields.items())))
    return Put(k=kind_of(record), id=record.id, v=5, s=TEAM, g=1, d=msgspec.Raw(doc))


@pytest.fixture
def shop(desk: Desk) -> Desk:
    desk.bring(CALL, NOTE, v=2)
    return desk


@pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN)
def test_a_settled_write_changes_nothing_for_whoever_reads(shop: Desk, write: Callable[[RecordStore], object]) -> None:
    before, as_it_was = version(shop), documents(shop)
    write(shop.records)
    shown, now = version(shop), documents(shop)
    assert shown > before
    settle(shop, as_it_was, now)
    assert version(shop) == shown
    assert documents(shop) == now


def settle(desk: Desk, as_it_was: dict[tuple[str, str], Record], now: dict[tuple[str, str], Record]) -> None:
    """The backend does all that was written, and sends what came of it."""
    written = [record for name, record in now.items() if as_it_was.get(name) != record]
    for mid in desk.send():
        desk.answer(mid, revs=[(kind_of(record), record.id, 5) for record in written])
    desk.cache.state()
    gone = [Remove(k=kind, id=id, s=TEAM) for kind, id in as_it_was.keys() - now.keys()]
    desk.cache.apply([*map(line, written), *gone], "settled")
    desk.cache.finish(at=NOW)


def test_what_the_backend_makes_of_it_otherwise_does(shop: Desk) -> None:
    as_it_was = documents(shop)
    shop.records.edit("customer", ANNA.id, {"phone": "044 999 88 77"})
    shown, now = version(shop), documents(shop)
    now["customer", ANNA.id] = msgspec.structs.replace(now["customer", ANNA.id], phone_e164="+41449998877")
    settle(shop, as_it_was, now)
    assert version(shop) > shown
    assert documents(shop) == now


def test_somebody_elses_change_in_the_same_answer_does(shop: Desk) -> None:
    as_it_was = documents(shop)
    shop.records.tasks.finish([TaskKey("manual_task", "call")])
    shown, now = version(shop), documents(shop)
    now["note", "note"] = msgspec.structs.replace(NOTE, text="Likes green.")
    settle(shop, as_it_was, now)
    assert version(shop) > shown


def test_the_agenda_is_found_once_when_a_task_is_completed(shop: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[AgendaQuery] = []
    find = agenda._find

    def counted(reading: Reading, around: Context, query: AgendaQuery, now: dt.datetime) -> object:
        found.append(query)
        return find(reading, around, query, now)

    monkeypatch.setattr(agenda, "_find", counted)
    tasks = shop.records.tasks.agenda()
    assert tasks.count() == 1
    as_it_was = documents(shop)
    shop.records.tasks.finish([TaskKey("manual_task", "call")])
    assert (tasks.stale, tasks.count(), tasks.stale) == (True, 0, False)
    settle(shop, as_it_was, documents(shop))
    assert not tasks.stale
    assert tasks.rows(0, 9) == []
    assert len(found) == 2, "when it was opened, and after the write"
