"""Lists of any kind: in the order of each column, at the cost of a page however many there are.

No kind that people have is listed yet: a test declares one with a field of each type, for which no table has columns.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest
from sqlcipher3 import dbapi2

from sellmode_contract.audiences import STORE as ITS_STORE
from sellmode_contract.audiences import Row
from sellmode_contract.kinds import BY_RECORD, KINDS
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.fields import Due, Elements, Flag, Moment, Number, OneOf, Ref, Text
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.kinds.retailer import StoreEntry
from sellmode_contract.records import Instant, Record
from sellmode_contract.search import name_key
from sellmode_contract.wire import Drop, Remove
from sellmode_tui import sealed
from sellmode_tui.cache.store import Cache
from sellmode_tui.records import RecordStore
from sellmode_tui.records.kind_lists import KindQuery
from tests.tui.cache.lines import ALL, KEY, NOW, RETAILER, STORE, TEAM, customer, fill, head, open_cache, put, staff


class Visit(Record, frozen=True, kw_only=True, omit_defaults=True):
    store: str
    title: str = ""
    at: Instant | None = None
    due: str = ""
    urgent: bool = False
    price: int | None = None
    how: Literal["call", "shop", ""] = ""
    works: tuple[str, ...] = ()
    guest: str | None = None
    host: str | None = None


VISIT = Kind(
    name="visit",
    record=Visit,
    row=Row("visit", ITS_STORE, ITS_STORE),
    fields=(
        Text(name="title"),
        Moment(name="at"),
        Due(name="due"),
        Flag(name="urgent"),
        Number(name="price", least=0, most=9),
        OneOf(name="how", choices={"": "Not yet", "call": "On the phone", "shop": "In the shop"}),
        Elements(name="works"),
        Ref(name="guest", to="customer"),
        Ref(name="host", to="staff"),
        Ref(name="store", to="store"),
    ),
    page="Visits",
    listed=("title", "at", "due", "urgent", "price", "how", "works", "guest", "host", "store"),
)
HOSTS = {"staff-1": "Zoe Abt", "staff-2": "Ann Zug"}
GUESTS = {f"customer-{number}": name for number, name in enumerate(("Muster", "Álvarez", "alba", "Øster"))}
SHOPS = {STORE: "Zürich", "store-2": "Basel"}
FEW_COLUMNS = msgspec.structs.replace(VISIT, listed=("title", "at", "guest", "store"))
FIELDS = pytest.mark.parametrize("field", FEW_COLUMNS.listed)


def declare(kind: Kind[Any], patched: pytest.MonkeyPatch) -> None:
    by_record: dict[type[Record], Kind[Any]] = BY_RECORD
    patched.setitem(KINDS, kind.name, kind)
    patched.setitem(by_record, kind.record, kind)


@pytest.fixture(autouse=True)
def _visits(monkeypatch: pytest.MonkeyPatch) -> None:
    declare(VISIT, monkeypatch)


def visit(number: int, chance: random.Random) -> Visit:
    return Visit(
        id=f"visit-{number}",
        store=chance.choice([STORE, "store-2", "store-9"]),
        title=chance.choice(["", "Émil", "emil", "Zwei", "ab", "ä" * 300]),
        at=chance.choice([None, NOW, NOW + dt.timedelta(milliseconds=number), NOW + dt.timedelta(days=number)]),
        due=chance.choice(["", "2026-12-01", "2026-12-01T10:00", "2027-01-01"]),
        urgent=chance.random() < 0.5,
        price=chance.choice([None, 0, 3, 10, 200]),
        how=chance.choice(["", "call", "shop"]),
        works=chance.choice([(), ("b",), ("a", "c")]),
        guest=chance.choice([None, "customer-77", *sorted(GUESTS)]),
        host=chance.choice([None, "staff-77", *sorted(HOSTS)]),
    )


def shop(id: str, name: str) -> StoreEntry:
    return StoreEntry(id=id, name=name, time_zone="Europe/Zurich")


def people() -> list[Record]:
    guests = [customer(id[-1], family_name=name) for id, name in GUESTS.items()]
    return [*guests, *(staff(int(id[-1]), name) for id, name in HOSTS.items())]


@pytest.fixture(params=[True, False], ids=["after the first sync", "while first syncing"])
def cache(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Cache]:
    cache = open_cache(tmp_path)
    chance = random.Random(5)
    fill(cache, [*people(), *(visit(number, chance) for number in range(120))], finish=request.param)
    settings = msgspec.structs.replace(RETAILER, stores=tuple(shop(*each) for each in SHOPS.items()))
    cache.state()
    cache.apply([put(settings, ALL, v=2, g=1)], "3")
    yield cache
    cache.close()


def expected(visits: list[Visit], field: str, *, descending: bool) -> list[str]:
    """Sorted plainly, without what has no value, which comes last."""
    called = {"guest": GUESTS, "host": HOSTS, "store": SHOPS, "how": VISIT.by_name["how"].choices}  # type: ignore[attr-defined]  # a choice

    def value(one: Visit) -> Any:
        held = getattr(one, field)
        if field in ("guest", "host"):
            held = called[field].get(held)
        elif field in called:
            held = called[field].get(held, held) if held else None
        if isinstance(held, tuple):
            held = " ".join(held)
        if isinstance(held, str) and field != "due":
            held = held and name_key(held[:100], "")
        return None if held in ("", False) and field != "price" else held

    valued = sorted(((value(one), one.id) for one in visits if value(one) is not None), reverse=descending)
    blank = sorted((one.id for one in visits if value(one) is None), reverse=descending)
    return [*(id for _, id in valued), *blank]


def holds(cache: Cache, visits: list[Visit]) -> None:
    """The lists are those of these visits, in every order and wherever one looks."""
    records = RecordStore(cache, clock=lambda: NOW)
    for field in VISIT.listed:
        for descending in (False, True):
            wanted = expected(visits, field, descending=descending)
            found = records.listed("visit", KindQuery(sort=field, descending=descending))
            assert found.count() == len(wanted)
            assert [row.record.id for row in found.rows(0, 500)] == wanted, field
            for start in (0, 7, 14, len(wanted) // 2, len(wanted) - 9, len(wanted) - 2, len(wanted)):
                fresh = records.listed("visit", KindQuery(sort=field, descending=descending))
                for each in (fresh, found):
                    assert [row.record.id for row in each.rows(start, start + 7)] == wanted[start : start + 7], field
            for place in range(0, len(wanted), 5):
                assert found.find(wanted[place]) == place, field
            words = records.listed("visit", KindQuery("zw", field, descending))
            with_words = [id for id in wanted if "Zwei" in next(one.title for one in visits if one.id == id)]
            assert [row.record.id for row in words.rows(0, 500)] == with_words


def test_a_list_is_in_the_order_of_each_column_and_follows_what_is_written(cache: Cache) -> None:
    chance = random.Random(5)
    visits = {each.id: each for each in (visit(number, chance) for number in range(120))}
    holds(cache, [*visits.values()])
    changed = [visit(number, chance) for number in range(60, 140)]
    gone = [f"visit-{number}" for number in range(0, 120, 11) if number < 60]
    cache.state()
    cache.apply([*(put(each, v=3, g=1) for each in changed), *(Remove(k="visit", id=id, s=TEAM) for id in gone)], "4")
    visits |= {each.id: each for each in changed}
    holds(cache, [each for id, each in visits.items() if id not in gone])


def test_people_and_stores_are_sorted_by_as_they_are_called_now(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(5)
    visits = [visit(number, chance) for number in range(120)]
    cache.state()
    cache.apply(
        [
            put(customer(0, family_name="Aalto"), v=2, g=1),
            put(staff(2, "Zz Top"), v=2, g=1),
            Remove(k="customer", id="customer-1", s=TEAM),
            put(msgspec.structs.replace(RETAILER, stores=(shop(STORE, "Aarau"),)), ALL, v=3, g=1),
        ],
        "4",
    )
    monkeypatch.setitem(GUESTS, "customer-0", "Aalto")
    monkeypatch.delitem(GUESTS, "customer-1")
    monkeypatch.setitem(HOSTS, "staff-2", "Zz Top")
    monkeypatch.setitem(SHOPS, STORE, "Aarau")
    monkeypatch.delitem(SHOPS, "store-2")
    holds(cache, visits)


@pytest.mark.parametrize("how", ["dropped", "out of view"])
def test_whoever_leaves_ones_view_is_no_name_to_sort_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    chance = random.Random(5)
    visits = [visit(number, chance) for number in range(40)]
    cache = open_cache(tmp_path)
    cache.state()
    cache.accept(head(), at=NOW)
    cache.apply([put(each, TEAM if isinstance(each, Customer) else ALL) for each in people()], "1")
    cache.apply([put(each, ALL) for each in (RETAILER, *visits)], "2")
    monkeypatch.setattr(f"{__name__}.SHOPS", {STORE: "Zürich"})
    holds(cache, visits)
    cache.state()
    if how == "dropped":
        with monkeypatch.context() as patched:  # the rows are still there when somebody looks
            patched.setattr(Cache, "_delete_scopes", lambda *_: None)
            cache.apply([Drop(s=TEAM)], "3")
    else:
        cache.accept(head(names=[ALL]), at=NOW)
    monkeypatch.setattr(f"{__name__}.GUESTS", {})
    holds(cache, visits)
    cache.close()


def test_a_file_from_before_there_were_orders_comes_up_with_them(tmp_path: Path) -> None:
    chance = random.Random(5)
    visits = [visit(number, chance) for number in range(40)]
    cache = open_cache(tmp_path)
    fill(cache, [*people(), *visits])
    cache.close()
    with_visits = sealed.connect(tmp_path / "cache.db", KEY, synchronous="NORMAL")
    for table in ("sorted", "sorted_size"):
        with_visits.execute(f"DROP TABLE {table}")
    with_visits.execute("DELETE FROM migration WHERE name = 'sorted_lists'")
    with_visits.execute("UPDATE meta SET value = replace(value, ' visit', '') WHERE name = 'kinds'")
    with_visits.close()
    cache = open_cache(tmp_path)
    holds_named = RecordStore(cache).listed("visit", KindQuery(sort="guest"))
    wanted = expected(visits, "guest", descending=False)
    assert [row.record.id for row in holds_named.rows(0, 50)] == wanted
    cache.close()


# ------------------------------------------------------------------ what it costs


class Costs:
    """What readings of a cache cost: steps of the database's machine, and how it looks for what is asked."""

    def __init__(self, folder: Path, many: int) -> None:
        folder.mkdir()
        chance = random.Random(7)
        self.cache = open_cache(folder)
        fill(self.cache, [*people(), *(visit(number, chance) for number in range(many))])
        self.records = RecordStore(self.cache, clock=lambda: NOW)
        self.records.context()
        (self.connection,) = self.cache._idle
        self.steps = 0

    def of(self, read: Callable[[RecordStore], object]) -> tuple[int, set[str]]:
        """Steps, and the plans of what was asked that are more than a look along an index."""
        asked: list[str] = []
        self.steps = 0
        self.connection.set_progress_handler(self._step, 1)
        self.connection.set_trace_callback(asked.append)
        read(self.records)
        self.connection.set_progress_handler(None, 1)
        self.connection.set_trace_callback(None)
        plans = (self._plan(sql) for sql in asked if sql.startswith("SELECT") and "sorted" in sql)
        return self.steps, {part for plan in plans for part in plan if "SCAN" in part or "TEMP B-TREE" in part}

    def _step(self) -> int:
        self.steps += 1
        return 0

    def _plan(self, sql: str) -> list[str]:
        try:
            return [part for *_, part in self.connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
        except dbapi2.Error as error:
            raise AssertionError(sql) from error


@pytest.fixture(scope="module")
def sizes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Costs, Costs]]:
    folder = tmp_path_factory.mktemp("costs")
    with pytest.MonkeyPatch.context() as patched:
        declare(FEW_COLUMNS, patched)
        made = Costs(folder / "small", 2_000), Costs(folder / "large", 20_000)
    yield made
    for each in made:
        each.cache.close()


@FIELDS
@pytest.mark.parametrize("descending", [False, True])
def test_opening_counting_and_going_to_the_end_cost_the_same_however_many_there_are(
    sizes: tuple[Costs, Costs], field: str, *, descending: bool
) -> None:
    query = KindQuery(sort=field, descending=descending)

    def opened(records: RecordStore) -> None:
        found = records.listed("visit", query)
        many = found.count()
        for start in (0, 50, many - 50, many - 100):
            assert len(found.rows(start, start + 50)) == 50

    small, large = (each.of(opened) for each in sizes)
    assert large[1] == set()
    assert large[0] == pytest.approx(small[0], rel=0.1), "but for what stands in the rows that are shown"


@FIELDS
def test_a_record_is_found_along_the_index_alone(sizes: tuple[Costs, Costs], field: str) -> None:
    found = [
        each.of(lambda records: records.listed("visit", KindQuery(sort=field)).find("visit-1500")) for each in sizes
    ]
    assert [plans for _, plans in found] == [set(), set()]
    assert found[1][0] < 20_000 * 12, "a few steps for each record before it"
