from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sellmode_contract.wire import Drop, Put, Remove, Sweep
from sellmode_tui.cache import schema, tables
from sellmode_tui.cache.store import Cache, Interrupted, Overtaken
from sellmode_tui.cache.tables import Malformed
from sellmode_tui.migrations import migrate
from sellmode_tui.records import RecordStore
from sellmode_tui.sealed import Connection, Corrupt, Replaced, SchemaTooNew, SealedError, connect
from tests.tui.cache.lines import ALL, KEY, NOW, OWN, RETAILER, TEAM, customer, fill, head, open_cache, put, staff


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    cache = open_cache(tmp_path)
    yield cache
    cache.close()


@pytest.fixture(params=[False, True], ids=["while first syncing", "later"])
def started(request: pytest.FixtureRequest, cache: Cache) -> Cache:
    """A cache with a view, before and after its indexes are made."""
    fill(cache, [], finish=request.param)
    return cache


def names(cache: Cache) -> list[str]:
    found = RecordStore(cache).customers.find()
    rows = found.rows(0, 100)
    assert found.count() == (len(rows), True)
    return [row.name for row in rows]


def test_a_new_cache_knows_nothing(cache: Cache) -> None:
    state = cache.state()
    assert (state.cursor, state.head, state.epoch, state.last_contact, state.complete) == (None,) * 4 + (False,)
    assert names(cache) == []


def test_state_survives_reopening(tmp_path: Path) -> None:
    with_view = open_cache(tmp_path)
    fill(with_view, [customer()])
    before = with_view.state()
    with_view.close()
    reopened = open_cache(tmp_path)
    assert reopened.state() == before
    assert before.cursor == "2"
    assert before.last_contact == before.finished_at == NOW
    assert before.epoch == "epoch-1"
    assert before.complete
    reopened.close()


def test_a_put_replaces_an_older_or_equal_revision(started: Cache) -> None:
    started.apply([put(customer(given_name="Ada"), v=2)], "a")
    started.apply([put(customer(given_name="Bob"), v=2)], "b")
    assert names(started) == ["Bob"]
    started.apply([put(customer(given_name="Old"), v=1)], "c")
    assert names(started) == ["Bob"]


def test_a_reset_delivers_older_revisions_too(started: Cache) -> None:
    started.apply([put(customer(given_name="Ada"), v=7)], "a")
    started.apply([put(customer(given_name="Bob"), v=3, g=5)], "b")
    assert names(started) == ["Bob"]


def test_after_its_sweep_a_reset_is_generation_zero(started: Cache) -> None:
    started.apply([put(customer(given_name="Ada"), v=7, g=5), Sweep(s=TEAM, g=5)], "a")
    started.apply([put(customer(given_name="Old"), v=6)], "b")
    assert names(started) == ["Ada"]


def test_a_sweep_deletes_what_its_reset_did_not_deliver(started: Cache) -> None:
    started.apply([put(customer(1, given_name="Ada")), put(customer(2, given_name="Bob"))], "a")
    started.apply([put(customer(2, given_name="Bob"), g=5)], "b")
    assert names(started) == ["Ada", "Bob"]
    started.apply([Sweep(s=TEAM, g=5)], "c")
    assert names(started) == ["Bob"]


def test_a_second_reset_of_the_same_number_sweeps_the_first_ones_records(started: Cache) -> None:
    started.apply([put(customer(1, given_name="Ada"), g=5), put(customer(2, given_name="Bob"), g=5)], "a")
    started.apply([Sweep(s=TEAM, g=5)], "b")
    started.apply([put(customer(2, given_name="Bob"), g=5), Sweep(s=TEAM, g=5)], "c")
    assert names(started) == ["Bob"]


def test_a_remove_counts_only_under_the_scope_that_delivered(started: Cache) -> None:
    started.apply([put(customer(given_name="Ada"))], "a")
    started.apply([Remove(k="customer", id="customer-1", s=ALL)], "b")
    assert names(started) == ["Ada"]
    started.apply([Remove(k="customer", id="customer-1", s=TEAM)], "c")
    assert names(started) == []


def test_lines_of_a_page_count_in_their_order(started: Cache) -> None:
    ada, remove = put(customer(given_name="Ada")), Remove(k="customer", id="customer-1", s=TEAM)
    started.apply([ada, remove], "a")
    assert names(started) == []
    started.apply([remove, ada], "b")
    assert names(started) == ["Ada"]
    started.apply([ada, Drop(s=TEAM), put(customer(2, given_name="Bob"))], "c")
    assert names(started) == ["Bob"]


def test_what_leaves_the_view_is_hidden_at_once_and_stays_so(started: Cache) -> None:
    started.apply([put(customer(given_name="Ada"))], "a")
    started.accept(head("associate"), at=NOW)
    assert names(started) == []
    assert started.state().cursor is None, "the old one counts on what has left, should its scope come back"
    started.accept(head("team"), at=NOW)
    assert names(started) == [], "its records may have changed meanwhile: they are sent anew"
    started.apply([put(customer(given_name="Ada"), g=9)], "b")
    assert names(started) == ["Ada"]


def test_a_redelivered_record_of_a_left_scope_is_shown(started: Cache) -> None:
    started.apply([put(customer(given_name="Ada"), v=3)], "a")
    started.accept(head("associate"), at=NOW)
    started.apply([put(customer(given_name="Ada"), OWN, v=3)], "b")
    started.finish(at=NOW)
    assert names(started) == ["Ada"]


@pytest.mark.parametrize("leave", ["drop", "accept"])
def test_more_rows_than_one_transaction_deletes_leave(started: Cache, leave: str) -> None:
    started.apply([put(customer(number, given_name=f"C{number}")) for number in range(1234)], "a")
    if leave == "drop":
        started.apply([Drop(s=TEAM)], "b")
    else:
        started.accept(head("associate"), at=NOW)
    started.finish(at=NOW)
    assert names(started) == []
    assert _rows(started, "customer") == 0
    assert _rows(started, "staff") == 0


def _rows(cache: Cache, table: str) -> int:
    with cache.reading() as reading:
        (number,) = reading.connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()  # noqa: S608 - a name of ours
    return int(number)


def test_an_unfinished_drop_goes_on_with_the_next_page(started: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    started.apply([put(customer(number)) for number in range(600)], "a")
    with monkeypatch.context() as killed:
        killed.setattr(Cache, "_delete_scopes", lambda cache, condition: None)
        started.apply([Drop(s=TEAM)], "b")
    assert (_rows(started, "customer"), names(started)) == (600, [])
    started.apply([], "c")
    assert _rows(started, "customer") == 0


def test_a_reset_of_everything_sweeps_also_what_was_half_delivered(started: Cache) -> None:
    started.apply([put(customer(1, given_name="Ada"), g=5), put(customer(2, given_name="Bob"), g=5, v=9)], "a")
    started.accept(head(reset=True), at=NOW)
    assert started.state().cursor is None
    assert names(started) == ["Ada", "Bob"]
    started.apply([put(customer(2, given_name="Bo"), g=5, v=1), Sweep(s=TEAM, g=5)], "b")
    assert names(started) == ["Bo"]


def test_kinds_without_a_screen_are_kept_and_left(started: Cache) -> None:
    unknown = Put(k="loyalty_card", id="1", v=1, s=TEAM, d=msgspec.Raw(b'{"id":"1","points":3}'))
    task = Put(k="rule_task", id="1", v=1, s=TEAM, d=msgspec.Raw(b'{"id":"1","store":"s","customer":"c"}'))
    started.apply([unknown, task], "a")
    totals = RecordStore(started).totals()
    assert (totals["loyalty_card"], totals["rule_task"]) == (1, 1)
    started.apply([Remove(k="rule_task", id="1", s=TEAM)], "b")
    assert "rule_task" not in RecordStore(started).totals()
    assert RecordStore(started).totals()["loyalty_card"] == 1


@pytest.mark.parametrize("doc", [b'{"id":"customer-1","owner":7}', b'{"id":"of-somebody"}', b"[1]", b"{"])
def test_a_malformed_document_changes_nothing_and_is_not_quoted(started: Cache, doc: bytes) -> None:
    bad = Put(k="customer", id="customer-1", v=1, s=TEAM, d=msgspec.Raw(doc))
    with pytest.raises(Malformed, match="kind customer") as error:
        started.apply([put(customer(2, given_name="Bob")), bad], "never")
    assert "of-somebody" not in str(error.value)
    assert names(started) == []
    assert started.state().cursor != "never"


def test_a_second_process_is_told_that_it_was_overtaken(started: Cache) -> None:
    other = Cache.open(started.path, KEY)
    other.state()
    started.apply([put(customer(given_name="Ada"))], "a")
    with pytest.raises(Overtaken):
        other.apply([put(customer(given_name="Old"))], "b")
    with pytest.raises(Overtaken):
        other.accept(head("associate"), at=NOW)
    assert names(other) == ["Ada"]
    assert other.state().cursor == "a"
    other.apply([put(customer(given_name="Bob"))], "b")
    assert names(started) == ["Bob"]
    other.close()


def test_changes_are_noticed_across_connections(started: Cache) -> None:
    other = Cache.open(started.path, KEY)
    before = other.changes()
    assert other.changes() == before
    started.apply([put(customer())], "a")
    assert other.changes() != before
    other.close()


def test_a_pass_without_news_leaves_lists_fresh(started: Cache) -> None:
    started.finish(at=NOW)
    everybody = RecordStore(started).customers.find()
    everybody.rows(0, 10)
    started.accept(head(), at=NOW)
    started.finish(at=NOW)
    assert not everybody.stale
    started.apply([put(customer())], "a")
    assert everybody.stale


def test_changed_says_what_came(started: Cache) -> None:
    changed = started.apply([put(customer()), put(staff(1, "Bo"))], "a")
    assert changed == (frozenset({"customer", "staff"}), 2)
    assert started.apply([], "b") == (frozenset(), 0)


def test_a_bulk_load_goes_without_indexes_until_it_is_complete(cache: Cache) -> None:
    fill(cache, [customer()])
    cache.apply([put(customer(2, given_name="Bob"), g=2)], "a", left=10_000)
    assert not cache.state().complete
    assert names(cache) == ["", "Bob"]
    cache.finish(at=NOW)
    assert cache.state().complete
    assert RecordStore(cache).customers.find().count() == (2, True)


# ------------------------------------------------------------------ damaged and foreign files


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _flip(path: Path) -> None:
    with path.open("r+b") as file:
        for page in range(1, path.stat().st_size // 4096):
            file.seek(page * 4096 + 100)
            file.write(bytes(64))


def _overwrite(path: Path) -> None:
    path.write_bytes(b"not a database at all, " * 1000)


@pytest.mark.parametrize("damage", [_cut, _flip, _overwrite])
def test_a_damaged_cache_says_so(tmp_path: Path, damage: object) -> None:
    cache = open_cache(tmp_path)
    fill(cache, [customer(number) for number in range(500)])
    cache.close()
    assert callable(damage)
    damage(tmp_path / "cache.db")
    with pytest.raises(Corrupt):  # noqa: PT012 - some damage shows only where it is read
        damaged = open_cache(tmp_path)
        try:
            names(damaged)
        finally:
            damaged.close()


def test_a_cache_of_a_newer_app_is_left_alone(tmp_path: Path) -> None:
    open_cache(tmp_path).close()
    connection = connect(tmp_path / "cache.db", KEY)
    connection.execute("INSERT INTO migration VALUES ('from_the_future', 'now')")
    connection.close()
    with pytest.raises(SchemaTooNew):
        open_cache(tmp_path)


def test_a_cache_with_other_search_words_starts_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = open_cache(tmp_path)
    fill(cache, [customer()])
    cache.close()
    for module in ("store", "schema"):
        monkeypatch.setattr(f"sellmode_tui.cache.{module}.VERSION", tables.VERSION + 1)
    anew = open_cache(tmp_path)
    assert anew.state().cursor is None
    assert names(anew) == []
    anew.close()


def test_a_file_that_another_process_has_just_made_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    connection = connect(path, KEY, create=True)
    migrate(connection, path, schema.STEPS)  # and nothing else yet
    made = path.stat().st_ino
    open_cache(tmp_path).close()
    assert path.stat().st_ino == made
    connection.close()


def test_a_cache_stopped_while_a_reading_begins_reads_nothing(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    def connect_late(path: Path, key: bytes, **options: Any) -> Connection:
        connection = connect(path, key, **options)
        cache.stop()
        return connection

    monkeypatch.setattr("sellmode_tui.sealed.connect", connect_late)
    with pytest.raises(Interrupted), cache.reading():
        pytest.fail("it was read")


def test_a_closed_cache_holds_no_key(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    with cache._key.used() as key:
        assert bytes(key) == KEY
        cache_key = key
    cache.close()
    assert bytes(cache_key) == bytes(len(KEY))
    with pytest.raises(Interrupted), cache.reading():
        pytest.fail("it was read")


def test_an_older_revision_changes_nothing_where_only_the_document_differs(started: Cache) -> None:
    started.apply([put(customer(1, given_name="Ada", tier="gold"), v=5)], "new")
    started.apply([put(customer(1, given_name="Ada", tier="silver"), v=4)], "old")
    assert [row.tier for row in RecordStore(started).customers.find().rows(0, 9)] == ["gold"]


def test_another_accounts_key_does_not_open_it(tmp_path: Path) -> None:
    open_cache(tmp_path).close()
    with pytest.raises(SealedError):
        Cache.open(tmp_path / "cache.db", b"x" * 32)


def test_nobody_else_may_read_the_file(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    fill(cache, [RETAILER, customer(given_name="Canary")])
    for file in tmp_path.glob("cache.db*"):
        assert file.stat().st_mode & 0o777 == 0o600
        assert b"Canary" not in file.read_bytes()
    cache.close()


def test_who_has_a_cache_open_that_another_version_replaces_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = open_cache(tmp_path)
    fill(old, [customer()])
    for module in ("store", "schema"):
        monkeypatch.setattr(f"sellmode_tui.cache.{module}.VERSION", tables.VERSION + 1)
    new = open_cache(tmp_path)
    fill(new, [])
    for use in (old.state, old.purge, old.changes, lambda: names(old), lambda: old.finish(at=NOW)):
        with pytest.raises(Replaced, match="start it again"):
            use()
    assert names(new) == []
    old.close()
    new.close()
