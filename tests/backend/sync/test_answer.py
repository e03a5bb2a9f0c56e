"""The contract of docs/sync.md, over real HTTP and on both engines."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator

import msgspec
import pytest

from sellmode_backend import housekeeping
from sellmode_backend.accounts import directory
from sellmode_backend.store import feeds, settings
from sellmode_backend.sync import cursor as cursors
from sellmode_contract import wire
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.visibility import scopes
from tests.backend.people import MovedClock, Terminal, add_person, lines_of
from tests.backend.sync.conftest import World, make_world, note_of
from tests.backend.sync.pushing import Shop, Writer, write
from tests.support.statements import statements


def kinds(lines: list[wire.Line]) -> list[str]:
    return [type(line).__name__ for line in lines]


def head_of(lines: list[wire.Line]) -> wire.Head:
    assert isinstance(lines[0], wire.Head)
    return lines[0]


# ------------------------------------------------------------------ first sync


def test_a_first_sync_brings_what_the_account_may_see(world: World) -> None:
    world.customers(world.ada, 3, "a")
    world.customers(world.ben, 3, "b")
    world.customers(None, 3, "nobody")
    world.customers(None, 3, "beta", store="Beta")
    for account, customers in ((world.ada, 3), (world.ben, 3), (world.mia, 3)):
        terminal = Terminal().synced(world.client(account))
        world.assert_right(terminal, account)
        assert sum(kind == "customer" for kind, _ in terminal.records) == customers
    assert sum(kind == "customer_card" for kind, _ in terminal.records) == 9


def test_the_head_tells_view_scopes_and_lease(world: World) -> None:
    head = head_of(world.client(world.mia).sync())
    assert head.view == wire.View(mode="associate", account=world.mia)
    assert set(head.scopes) == scopes("associate", world.mia)
    assert [scope.partition("/")[2].partition(":")[0] for scope in head.scopes] == ["person", "lead", "store", "all"]
    assert (head.now, head.lease, head.reset) == (world.clock(), wire.Lease(soft_s=604800, hard_s=1209600), False)


def test_pages_count_their_lines_and_what_is_left(world: World) -> None:
    world.customers(world.ada, 1200, "a")
    lines = world.client(world.ada).sync()
    page, pages, left = 0, [], []
    for line in lines[1:-1]:
        if isinstance(line, wire.Checkpoint):
            assert line.n == page
            pages.append(page)
            left.append(line.left or 0)
            page = 0
        else:
            page += 1
    assert len(pages) > 4
    assert max(pages) <= 1000
    assert left[0] > 1200
    assert left == sorted(left, reverse=True)
    assert left[-1] == 0
    assert lines[-1] == wire.End()


def test_an_answer_is_limited_and_goes_on_where_it_stopped(world: World) -> None:
    world.customers(world.ada, 1200, "a")
    client, terminal = world.client(world.ada), Terminal()
    answers = terminal.catch_up(client, limit=600)
    assert [end.more for end in answers] == [True] * (len(answers) - 1) + [False]
    assert len(answers) >= 3
    world.assert_right(terminal, world.ada)


@pytest.mark.parametrize("cut", range(0, 2500, 151))
def test_an_answer_cut_anywhere_is_resumed(sqlite_world: World, cut: int) -> None:
    world = sqlite_world
    lines = world.client(world.ada).sync()
    terminal = Terminal()
    terminal.receive(lines[:cut])
    world.assert_right(terminal.synced(world.client(world.ada)), world.ada)


@pytest.fixture(scope="module")
def sqlite_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    url = f"sqlite:///{tmp_path_factory.mktemp('world') / 'backend.db'}"
    with make_world(url, MovedClock()) as world:
        world.customers(world.ada, 1200, "a")
        yield world


def test_an_answer_of_large_records_ends_long_before_a_terminal_refuses_it(sqlite_world: World) -> None:
    customers = sqlite_world.customers(sqlite_world.ada, 70, "a")
    sqlite_world.write(*(msgspec.structs.replace(note_of(customer), text="é" * 500_000) for customer in customers))
    client, terminal, answers = sqlite_world.client(sqlite_world.ada), Terminal(), 0
    end: wire.End | None = wire.End(more=True)
    while end and end.more:
        request = wire.SyncRequest(device=client.device, cursor=terminal.cursor, epoch=terminal.epoch)
        content = client.post(wire.SYNC_PATH, request).content
        assert len(content) < wire.MAX_ANSWER_BYTES / 2
        end = terminal.receive(lines_of(content))
        answers += 1
    assert answers > 2
    sqlite_world.assert_right(terminal, sqlite_world.ada)


# ------------------------------------------------------------------ deltas


def test_nothing_new_is_small_and_quick(world: World) -> None:
    world.customers(world.ada, 10, "a")
    client = world.client(world.ada)
    terminal = Terminal().synced(client)
    request = wire.SyncRequest(device=client.device, cursor=terminal.cursor, epoch=terminal.epoch)
    answer = client.post(wire.SYNC_PATH, request)
    assert kinds(lines_of(answer.content)) == ["Head", "End"]
    assert int(answer.headers["Content-Length"]) < 400


def test_a_delta_brings_changes_and_removals_only(world: World) -> None:
    mine = world.customers(world.ada, 20, "a")
    client = world.client(world.ada)
    terminal = Terminal().synced(client)
    world.write(msgspec.structs.replace(mine[0], tier="gold"))
    world.reassign(mine[1:2], world.ben)
    world.remove("note", "note-a00002")
    lines = client.sync(terminal.cursor, epoch=terminal.epoch)
    changes = [(line.k, line.id) for line in lines if isinstance(line, wire.Put | wire.Remove)]
    assert sorted(changes) == [
        ("customer", "a00000"),
        ("customer", "a00001"),
        ("note", "note-a00001"),
        ("note", "note-a00002"),
    ]
    terminal.receive(lines)
    world.assert_right(terminal, world.ada)


def test_what_others_do_moves_the_cursor_only(world: World) -> None:
    mine = world.customers(world.ben, 1, "b")
    client = world.client(world.ada)
    terminal = Terminal().synced(client)
    world.write(msgspec.structs.replace(mine[0], tier="gold"))
    lines = client.sync(terminal.cursor, epoch=terminal.epoch)
    assert kinds(lines) == ["Head", "Checkpoint", "End"]
    terminal.receive(lines)
    assert kinds(client.sync(terminal.cursor, epoch=terminal.epoch)) == ["Head", "End"]


def test_a_record_that_changes_scopes_of_one_account_is_never_missing(world: World) -> None:
    """Unowned customers are the manager's, then an associate's card; with her own they change scopes."""
    client, terminal = world.client(world.mia), Terminal()
    nobodys = world.customers(None, 700, "n")
    terminal.synced(client)
    world.reassign(nobodys, world.mia)
    terminal.synced(client)
    world.assert_right(terminal, world.mia)


@pytest.mark.parametrize("meanwhile", ["unseen", "seen"])
def test_a_record_that_is_removed_and_made_again_is_the_new_one(world: World, meanwhile: str) -> None:
    """A terminal leaves what it holds in a higher revision as it is."""
    (customer,) = world.customers(world.ada, 1, "a")
    for text in ("one", "two", "three"):
        world.write(msgspec.structs.replace(note_of(customer), text=text))
    terminals = [(Terminal().synced(client := world.client(who)), client, who) for who in (world.ada, world.mia)]
    world.remove("customer", customer.id)
    if meanwhile == "seen":
        terminals[0][0].catch_up(terminals[0][1])
    # Seen by nobody at first, then by somebody else than before.
    hidden = msgspec.structs.replace(customer, store=None, owner=None, given_name="Again")
    world.write(hidden, msgspec.structs.replace(note_of(customer), text="again"))
    world.reassign([msgspec.structs.replace(hidden, store="Alpha")], world.ada)
    for terminal, client, who in terminals:
        terminal.catch_up(client)
        world.assert_right(terminal, who)


# ------------------------------------------------------------------ changes of the view


@pytest.mark.parametrize("limit", [500, 5000])
def test_switching_modes_to_and_fro_ends_right(world: World, limit: int) -> None:
    world.customers(world.ada, 300, "a")
    ben = world.customers(world.ben, 600, "b")
    client, terminal = world.client(world.ada), Terminal()
    terminal.synced(client)
    for mode in ("team", "associate", "team"):
        world.switch(mode)
        terminal.synced(client, limit=limit)
        world.assert_right(terminal, world.ada)
        world.reassign(ben[:100] if mode == "team" else ben[100:200], world.ada)
    terminal.synced(client)
    world.assert_right(terminal, world.ada)


def test_a_switch_undone_in_the_middle_forgets_what_was_not_complete(world: World) -> None:
    """Associate to Team (in part) and back: complete cursors of old scopes would hide what was re-tagged meanwhile."""
    ada, ben = world.customers(world.ada, 300, "a"), world.customers(world.ben, 600, "b")
    client, terminal = world.client(world.ada), Terminal()
    terminal.synced(client)
    world.switch("team")
    end = terminal.receive(client.sync(terminal.cursor, epoch=terminal.epoch, limit=1))
    assert end == wire.End(more=True)
    world.reassign(ada[:50], world.ben)
    world.reassign(ben[:50], world.ada)
    world.switch("associate")
    terminal.synced(client)
    world.assert_right(terminal, world.ada)


def test_a_switch_between_two_pages_ends_the_answer(world: World) -> None:
    world.customers(world.ada, 300, "a")
    world.customers(world.ben, 1500, "b")
    world.switch("team")
    client, terminal = world.client(world.ada), Terminal()
    page, pages = feeds.page, itertools.count()

    def switching(*arguments: object) -> feeds.Page:
        result = page(*arguments)  # type: ignore[arg-type]  # passed on as they came
        if next(pages) == 2:
            world.switch("associate")
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feeds, "page", switching)
        lines = client.sync()
    assert lines[-1] == wire.End(more=True)
    assert head_of(lines).view.mode == "team"
    terminal.receive(lines)
    lines = client.sync(terminal.cursor, epoch=terminal.epoch)
    assert head_of(lines).view.mode == "associate"
    terminal.receive(lines)
    world.assert_right(terminal, world.ada)


def test_whoever_moves_loses_the_old_store_at_once(world: World) -> None:
    world.customers(world.ada, 5, "a")
    world.customers(None, 5, "beta", store="Beta")
    world.switch("team")
    client = world.client(world.ada)
    terminal = Terminal().synced(client)
    with world.database.transaction() as connection:
        moved = directory.move(connection, world.ada, "Beta")
    lines = client.sync(terminal.cursor, epoch=terminal.epoch)
    dropped = {line.s for line in lines if isinstance(line, wire.Drop)}
    assert dropped == {"team/store:Alpha", f"team/person:Alpha:{world.ada.id}"}
    assert not any(isinstance(line, wire.Put) and line.s == "team/all" for line in lines), "what she has stays"
    terminal.receive(lines)
    world.assert_right(terminal, moved)


def test_a_disabled_account_is_shut_out_in_the_middle_of_an_answer(world: World) -> None:
    world.customers(world.ada, 1500, "a")
    client, terminal = world.client(world.ada), Terminal()
    page, pages = feeds.page, itertools.count()

    def disabling(*arguments: object) -> feeds.Page:
        result = page(*arguments)  # type: ignore[arg-type]  # passed on as they came
        if next(pages) == 1:
            with world.database.transaction() as connection:
                directory.disable(connection, world.ada)
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feeds, "page", disabling)
        assert terminal.receive(client.sync()) == wire.End(more=True)
    assert 0 < len(terminal.records) < 1500
    answer = client.post(wire.SYNC_PATH, wire.SyncRequest(device=client.device, cursor=terminal.cursor))
    assert msgspec.json.decode(answer.content, type=wire.Problem).code == "account_disabled"


def test_an_unknown_mode_shows_nothing(world: World) -> None:
    world.customers(world.ada, 5, "a")
    client = world.client(world.ada)
    terminal = Terminal().synced(client)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "mode_in", lambda document: "guild")
        terminal.receive(client.sync(terminal.cursor, epoch=terminal.epoch))
    assert terminal.records == {}


def test_a_poll_that_brings_nothing_takes_one_statement(shop: Shop) -> None:
    ada = Writer(shop.database, shop.ada, shop.clock)
    ada.pull()
    write(shop.database, shop.clock, Customer(id="a1", store="Alpha", owner=shop.ada.id))
    ada.pull()
    assert ada.holds("customer", "a1")
    with statements(shop.database) as told:
        assert kinds(ada.call()) == ["Head", "End"]
    assert len(told) == 1, told


# ------------------------------------------------------------------ resets


def test_removals_that_are_forgotten_reset_the_scopes_they_were_of(world: World) -> None:
    mine = world.customers(world.ada, 30, "a")
    client = world.client(world.ada)
    terminal = Terminal().synced(client)
    world.reassign(mine[:10], world.ben)
    world.clock.forward(days=1)
    forget_removals(world)
    world.reassign(mine[10:12], world.ben)
    client = world.client(world.ada)
    lines = client.sync(terminal.cursor, epoch=terminal.epoch)
    own = f"own/person:Alpha:{world.ada.id}"
    assert {line.s for line in lines if isinstance(line, wire.Sweep)} == {own, "own/store:Alpha"}
    terminal.receive(lines)
    world.assert_right(terminal, world.ada)
    assert kinds(client.sync(terminal.cursor, epoch=terminal.epoch)) == ["Head", "End"]


def test_a_reset_that_outlives_its_removals_begins_anew(world: World) -> None:
    mine = world.customers(world.ada, 700, "a")
    client, terminal = world.client(world.ada), Terminal()
    terminal.receive(client.sync(limit=1))
    held = len(terminal.records)
    assert 0 < held < 1800
    world.reassign(mine[:100], world.ben)  # some of them are in the terminal, and its next pages do not name them
    forget_removals(world)
    terminal.synced(client)
    world.assert_right(terminal, world.ada)


def test_removals_during_a_reset_are_sent_and_earlier_ones_are_not(world: World) -> None:
    mine = world.customers(world.ada, 700, "a")
    world.reassign(mine[:300], world.ben)
    client, terminal = world.client(world.ada), Terminal()
    first = client.sync(limit=1)
    terminal.receive(first)
    world.reassign(mine[300:310], world.ben)
    rest = client.sync(terminal.cursor, epoch=terminal.epoch)
    removed = [line.id for line in (*first, *rest) if isinstance(line, wire.Remove) and line.k == "customer"]
    assert sorted(removed) == [customer.id for customer in mine[300:310]]
    terminal.receive(rest)
    world.assert_right(terminal, world.ada)


def test_another_epoch_resets_everything(world: World) -> None:
    mine = world.customers(world.ada, 30, "a")
    client = world.client(world.ada)
    terminal = Terminal().synced(client)
    world.remove("customer", mine[0].id)
    with world.database.transaction() as connection:
        settings.renew_epoch(connection)
    lines = client.sync(terminal.cursor, epoch=terminal.epoch)
    assert head_of(lines).reset
    assert head_of(lines).epoch != terminal.epoch
    terminal.receive(lines)
    world.assert_right(terminal, world.ada)
    assert not head_of(client.sync(terminal.cursor, epoch=terminal.epoch)).reset


@pytest.mark.parametrize("cursor", ["nonsense", "AAAA", ""])
def test_an_unreadable_cursor_counts_as_none(world: World, cursor: str) -> None:
    mine = world.customers(world.ada, 30, "a")
    client = world.client(world.ada)
    terminal = Terminal().synced(client)
    world.reassign(mine[:10], world.ben)
    terminal.cursor = cursor
    terminal.synced(client)
    world.assert_right(terminal, world.ada)


def test_a_cursor_ahead_of_the_database_is_reset(world: World) -> None:
    world.customers(world.ada, 30, "a")
    client = world.client(world.ada)
    terminal = Terminal().synced(client)
    told = cursors.decode(terminal.cursor)
    assert told
    ahead = {scope: msgspec.structs.replace(place, after=place.after + 5) for scope, place in told.places.items()}
    terminal.cursor = cursors.encode(cursors.Cursor(told.epoch, ahead))
    lines = client.sync(terminal.cursor, epoch=terminal.epoch)
    assert sum(isinstance(line, wire.Sweep) for line in lines) == 3
    terminal.receive(lines)
    world.assert_right(terminal, world.ada)


def test_a_forged_cursor_opens_no_scope(world: World) -> None:
    world.customers(world.ben, 5, "b")
    client = world.client(world.ada)
    epoch = head_of(client.sync()).epoch
    foreign = {f"own/person:Alpha:{world.ben.id}": cursors.Place(), "team/store:Beta": cursors.Place()}
    lines = client.sync(cursors.encode(cursors.Cursor(epoch, foreign)), epoch=epoch)
    assert {line.s for line in lines if isinstance(line, wire.Put)} <= set(head_of(lines).scopes)
    world.assert_right(Terminal().synced(client), world.ada)


def forget_removals(world: World) -> None:
    with world.database.transaction() as connection:
        feeds.collect_gone(connection, dt.datetime.now(dt.UTC) + dt.timedelta(days=1))


# ------------------------------------------------------------------ contact


def test_contact_keeps_a_session_alive(world: World) -> None:
    client = world.client(world.ada)
    for _ in range(2):
        world.clock.forward(days=13)
        client.sync()
        housekeeping.tidy(world.database, world.clock())
    world.clock.forward(days=5)
    answer = client.post(wire.SYNC_PATH, wire.SyncRequest(device=client.device))
    assert answer.status_code == 401, "thirty days at most"


def test_a_region_without_stores_and_a_new_customer_of_no_store(world: World) -> None:
    region = add_person(world.database, "region", role="regional")
    world.write(Customer(id="lost"))
    terminal = Terminal().synced(world.client(region))
    assert terminal.records == {}
