"""What becomes of a record of a kind that only this process knows. Run by `test_new_kind`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sellmode_backend.openapi import document
from sellmode_backend.store import records as stored
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.mutations import Rejected
from sellmode_contract.visibility import Account
from sellmode_contract.wire import Put
from sellmode_tui.cache import learning
from sellmode_tui.cache.store import Cache
from sellmode_tui.cache.visible import VisibleRows
from sellmode_tui.records import of_kinds
from sellmode_tui.records.changes.attention import Refused
from sellmode_tui.records.store import RecordStore
from sellmode_tui.records.writing import Writer, Written
from sellmode_tui.sealed import Connection, Replaced
from sellmode_tui.sync.executor import Terminal
from sellmode_tui.sync.single_pass import Passed, run_pass
from sellmode_tui.transport import errors
from sellmode_tui.transport.client import Transport
from tests.new_kind.idea import Idea
from tests.support.backend import serve
from tests.support.shop import Shop
from tests.tui.cache.lines import TEAM, open_cache

Shown = dict[str, Any]


def passed(terminal: Terminal) -> Passed:
    return run_pass(terminal, lambda received, left: None)


def writer(terminal: Terminal) -> Writer:
    return RecordStore(terminal.cache, outbox=terminal.outbox)._writer


def ideas(terminal: Terminal) -> list[Idea]:
    return writer(terminal).read(lambda seen: seen.each("idea"))


def write(terminal: Terminal, customer: Customer, **fields: Any) -> Written:
    at = writer(terminal)
    return at.write(lambda _: of_kinds.create("idea", at.new_id(), {"customer": customer.id, **fields}))


def edit(terminal: Terminal, id: str, **fields: Any) -> Written:
    return writer(terminal).write(lambda seen: of_kinds.edit(of_kinds.visible(seen, "idea", id), fields))


def remove(terminal: Terminal, id: str) -> Written:
    return writer(terminal).write(lambda seen: of_kinds.remove(seen, "idea", id))


def undo(terminal: Terminal) -> str:
    return RecordStore(terminal.cache, outbox=terminal.outbox).changes.undo().words


def test_it_is_made_edited_merged_undone_and_removed(someone: Customer, mine: Terminal, bens: Terminal) -> None:
    written = write(mine, someone, title="Scarf", text="the blue one")
    assert written.words == f'idea "Scarf" for {someone.name}'
    passed(mine)
    passed(bens)
    (idea,) = ideas(bens)
    assert (idea.title, idea.text, idea.urgent) == ("Scarf", "the blue one", False)
    assert idea.author == someone.owner

    edit(mine, idea.id, title="Silk scarf")
    edit(bens, idea.id, urgent=True)
    for each in (mine, bens, mine):
        passed(each)
    assert ideas(mine) == ideas(bens)
    assert [(idea.title, idea.urgent) for idea in ideas(mine)] == [("Silk scarf", True)]

    undo(bens)
    passed(bens)
    passed(mine)
    assert [(idea.title, idea.urgent) for idea in ideas(mine)] == [("Silk scarf", False)]

    remove(mine, idea.id)
    passed(mine)
    passed(bens)
    assert ideas(bens) == []
    undo(mine)
    passed(mine)
    passed(bens)
    assert [(idea.title, idea.text) for idea in ideas(bens)] == [("Silk scarf", "the blue one")]


def test_it_is_refused_with_words_and_sent_again(someone: Customer, mine: Terminal, bens: Terminal) -> None:
    with pytest.raises(Rejected, match="An idea needs a title"):
        write(mine, someone, title=" ")
    written = write(mine, someone, title="Scarf")
    passed(mine)
    passed(bens)
    edit(bens, written.id, title="Hat")
    remove(mine, written.id)
    passed(bens)
    passed(mine)
    records = RecordStore(mine.cache, outbox=mine.outbox)
    (item,) = records.changes.attention()
    assert isinstance(item, Refused)
    assert f'idea "Scarf" for {someone.name}' in item.words
    records.changes.resend(item.mid)
    passed(mine)
    assert (records.changes.attention(), ideas(mine)) == ([], [])


def test_who_does_not_see_the_customer_does_not_see_it(
    shop: Shop, someone: Customer, mine: Terminal, bens: Terminal
) -> None:
    write(mine, someone, title="Scarf")
    passed(mine)
    shop.set_mode("associate")
    passed(bens)
    passed(mine)
    assert (len(ideas(mine)), ideas(bens)) == (1, [])


def test_the_document_of_the_api_names_it() -> None:
    schemas = document()["components"]["schemas"]
    assert all("idea" in schemas[f"mutations.{verb}"]["properties"]["kind"]["enum"] for verb in ("Create", "Edit"))


@contextmanager
def at_backend(terminal: Terminal, url: str) -> Iterator[Terminal]:
    """The same files and another backend."""
    transport = Transport(url, silent_seconds=5.0)
    try:
        yield Terminal(transport, terminal.cache, terminal.session)
    finally:
        transport.close()


@contextmanager
def older(shop: Shop, terminal: Terminal, folder: Path) -> Iterator[Terminal]:
    """The terminal at a backend that does not know the kind, over the same database."""
    url = shop.database.engine.url.render_as_string(hide_password=False)
    with ExitStack() as stack:
        backend = stack.enter_context(serve(url, folder))
        yield stack.enter_context(at_backend(terminal, backend.url))


def test_it_waits_while_the_backend_is_older(shop: Shop, someone: Customer, mine: Terminal, tmp_path: Path) -> None:
    with older(shop, mine, tmp_path) as at_older:
        first, second = write(mine, someone, title="Scarf"), write(mine, someone, title="Hat")
        records = RecordStore(mine.cache, outbox=mine.outbox)
        note = records.customers.write_note(someone.id, "called")
        assert [result.st for result in passed(at_older).settled] == ["rejected", "rejected", "applied"]
        assert [(each.mid, each.held) for each in records.changes.unsent()] == [(first.mid, True), (second.mid, True)]
        assert "older than the app" in records.changes.unsent()[0].said
        assert records.changes.attention() == []
        assert passed(at_older).settled == (), "it is sent again and again"
        edit(mine, second.id, title="Woollen hat")
        assert [result.code for result in passed(at_older).settled] == ["unsupported"]
        assert sorted(idea.title for idea in ideas(mine)) == ["Scarf", "Woollen hat"]
        assert note.mid not in {each.mid for each in records.changes.unsent()}
    passed(mine)  # hears that the backend knows more
    assert records.changes.unsent() == []
    assert records.changes.attention() == []
    with shop.database.snapshot() as connection:
        titles = [idea.title for idea in stored.each(connection, "idea") if isinstance(idea, Idea)]
    assert sorted(titles) == ["Scarf", "Woollen hat"]


def test_what_waits_for_a_newer_backend_can_be_taken_back(
    shop: Shop, someone: Customer, mine: Terminal, tmp_path: Path
) -> None:
    write(mine, someone, title="Scarf")
    with older(shop, mine, tmp_path) as at_older:
        passed(at_older)
        undo(mine)
        assert (mine.outbox.unsent(), ideas(mine)) == (0, [])


def test_what_waits_for_a_newer_backend_is_offered_once_more_when_somebody_leaves(
    shop: Shop, ada: Account, someone: Customer, mine: Terminal, tmp_path: Path
) -> None:
    with older(shop, mine, tmp_path) as at_older:
        first, second = write(mine, someone, title="Scarf"), write(mine, someone, title="Hat")
        passed(at_older)
        shop.disable(ada)
        with pytest.raises(errors.Refused, match="disabled"):
            passed(at_older)
        assert [(each.mid, each.held) for each in mine.outbox.waiting()] == [(first.mid, True), (second.mid, True)]
    with pytest.raises(errors.Refused, match="disabled"):
        passed(mine)
    assert mine.outbox.unsent() == 0
    assert [item.result.st for item in mine.outbox.tray.items()] == ["parked", "parked"], "their store has them"


@pytest.fixture
def learned(tmp_path: Path) -> Iterator[Cache]:
    """A cache that an older version of the app has filled, as this one opens it."""
    subprocess.run([sys.executable, "-m", "tests.new_kind.older", str(tmp_path)], check=True)
    cache = open_cache(tmp_path)
    yield cache
    cache.close()


def test_what_an_older_app_was_sent_is_there_as_soon_as_the_kind_is_known(learned: Cache) -> None:
    assert learned.state().cursor == "with ideas", "everything would be fetched anew"
    with learned.reading() as reading:
        visible = VisibleRows(reading.connection, reading.scopes)
        (idea,), (plan,) = visible.belongings("customer-1", "idea"), visible.each("plan")
        assert isinstance(idea, Idea)
        assert idea.title == "Scarf"
        assert reading.connection.execute("SELECT customer, title FROM plan").fetchall() == [("customer-1", "Scarf")]
        left = reading.connection.execute("SELECT kind, customer FROM other ORDER BY kind").fetchall()
        assert left == [("idea", "customer-1"), ("unheard_of", None)]
        plan_of = "EXPLAIN QUERY PLAN SELECT 1 FROM plan WHERE customer = 'customer-1'"
        assert "plan_customer" in reading.connection.execute(plan_of).fetchone()[3]
        assert plan.id == "idea-1"
    learned.apply([Put(k="plan", id="idea-1", v=2, s=TEAM, d=msgspec.Raw(msgspec.json.encode(plan)))], "later")


def test_two_processes_may_learn_it_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run([sys.executable, "-m", "tests.new_kind.older", str(tmp_path)], check=True)
    is_behind = learning.is_behind

    def is_behind_and_another_is_faster(connection: Connection) -> bool:
        monkeypatch.undo()
        behind = is_behind(connection)
        open_cache(tmp_path).close()
        return behind

    monkeypatch.setattr(learning, "is_behind", is_behind_and_another_is_faster)
    cache = open_cache(tmp_path)
    assert cache.state().cursor == "with ideas"
    with cache.reading() as reading:
        assert len(VisibleRows(reading.connection, reading.scopes).each("plan")) == 1
    cache.close()


def test_a_cache_that_knows_more_is_not_gone_on_with(learned: Cache, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "tests.new_kind.older", str(tmp_path)], check=True)
    with pytest.raises(Replaced):
        learned.state()
    anew = open_cache(tmp_path)
    with anew.reading() as reading:
        assert len(VisibleRows(reading.connection, reading.scopes).each("plan")) == 1
    anew.close()
