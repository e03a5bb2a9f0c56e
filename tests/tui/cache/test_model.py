"""Whatever comes, in whatever pages: the cache holds what the rules of docs/sync.md say, and its lists the same."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract.kinds import kind_of
from sellmode_contract.kinds.customer import Customer, Figures
from sellmode_contract.kinds.product import Product
from sellmode_contract.product_search import product_keys
from sellmode_contract.visibility import scopes
from sellmode_contract.wire import Drop, Put, Remove, Sweep
from sellmode_tui.cache import catalogue, search
from sellmode_tui.cache.page import Change
from sellmode_tui.cache.store import Cache
from sellmode_tui.cache.tables import decode
from sellmode_tui.records import CustomerQuery, RecordStore
from sellmode_tui.sealed import Connection
from tests.tui.cache.lines import NOW, OWN, TEAM, account, customer, fill, head, open_cache, put, staff

_LEAD = "own/lead:store-1"
_MANAGER = account(role="manager")
_SCOPES = [TEAM, OWN, _LEAD]

Row = tuple[str, int, int, str]
"""Scope, revision, generation and name."""


class Model:
    """The rules, line by line, on a dictionary."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Row] = {}
        self.left: set[str] = set()
        """Of rows that are still there, those whose scope has left since."""

    def apply(self, change: Change) -> None:
        match change:
            case Put(k=kind, id=id, v=v, s=scope, g=g):
                held = self.rows.get((kind, id))
                if held is None or held[0] in self.left or v >= held[1] or g != held[2]:
                    record = decode(kind, change.d)
                    self.rows[kind, id] = (scope, v, g, record.title if kind == "product" else record.name)
            case Remove(k=kind, id=id, s=scope):
                if (kind, id) in self.rows and self.rows[kind, id][0] == scope:
                    del self.rows[kind, id]
            case Sweep(s=scope, g=g):
                self.rows = {key: row for key, row in self.rows.items() if row[0] != scope or row[2] == g}
                self.rows = {
                    key: (row[0], row[1], 0, row[3]) if row[0] == scope else row for key, row in self.rows.items()
                }
            case Drop(s=scope):
                self.rows = {key: row for key, row in self.rows.items() if row[0] != scope}

    def leave(self, current: frozenset[str]) -> None:
        # What left is never shown again: as good as gone, but that a put always wins against it.
        self.rows = {key: row for key, row in self.rows.items() if row[0] in current}

    def reset(self) -> None:
        self.rows = {key: (scope, v, -1, name) for key, (scope, v, _, name) in self.rows.items()}


_names = st.sampled_from(["Ada", "ada", "Bo", "Łucja Ö", "山田", "O'Neil", "", "Ada Bo"])
_customers = st.builds(
    customer,
    st.integers(0, 5),
    given_name=_names,
    family_name=_names,
    phone=st.sampled_from(["", "+41 79 123 45 67"]),
    email=st.sampled_from(["", "ada.bo@example.com"]),
    owner=st.sampled_from([None, "staff-0", "staff-1", "staff-9"]),
    figures=st.builds(Figures, spend=st.integers(0, 2)),
)
_staff = st.builds(staff, st.integers(0, 2), st.sampled_from(["Zoe", "Bea", "Ann"]))
_products = st.builds(
    Product,
    id=st.sampled_from(["product-1", "product-2", "product-3"]),
    sku=st.sampled_from(["", "A-1"]),
    title=_names,
    style=st.sampled_from(["", "style"]),
    currency=st.just("CHF"),
)
_records = st.one_of(_customers, _staff, _products)
_scopes = st.sampled_from(_SCOPES)
_changes = st.one_of(
    *[st.builds(put, _records, _scopes, st.integers(1, 3), st.sampled_from([0, 0, 4, 5]))] * 3,
    st.builds(lambda record, scope: Remove(k=kind_of(record), id=record.id, s=scope), _records, _scopes),
    st.builds(Sweep, s=_scopes, g=st.sampled_from([4, 5])),
    st.builds(Drop, s=_scopes),
)
_steps = st.one_of(
    *[st.lists(_changes, max_size=8)] * 3,
    st.sampled_from(["accept team", "accept associate", "accept reset", "finish", "reopen"]),
)


@given(st.lists(_steps, max_size=8))
def test_the_cache_is_as_the_rules_say(steps: list[list[Change] | str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _follow(Path(folder), steps)


def _follow(folder: Path, steps: list[list[Change] | str]) -> None:
    cache = open_cache(folder)
    model = Model()
    mode = "associate"
    cache.accept(head(mode, person=_MANAGER, names=_SCOPES), at=NOW)
    for step in steps:
        if isinstance(step, list):
            cache.apply(step, "cursor")
            for change in step:
                model.apply(change)
        elif step.startswith("accept"):
            reset = step == "accept reset"
            mode = mode if reset else step.split()[1]
            names = scopes(mode, _MANAGER)
            cache.accept(head(mode, person=_MANAGER, reset=reset), at=NOW)
            if reset:
                model.reset()
            model.leave(names)
        elif step == "finish":
            cache.finish(at=NOW)
            model.leave(scopes(mode, _MANAGER))
        else:
            cache.close()
            cache = open_cache(folder)
        _compare(cache, model, scopes(mode, _MANAGER))
    cache.finish(at=NOW)
    model.leave(scopes(mode, _MANAGER))
    _compare(cache, model, scopes(mode, _MANAGER))
    cache.close()


def _compare(cache: Cache, model: Model, current: frozenset[str]) -> None:
    shown = {(kind, id): row[3] for (kind, id), row in model.rows.items() if row[0] in current}
    customers = sorted(id for kind, id in shown if kind == "customer")
    records = RecordStore(cache)
    for sort in ("name", "spend", "owner"):
        for descending in (False, True):
            found = records.customers.find(CustomerQuery("", sort, descending))
            assert sorted(row.id for row in found.rows(0, 100)) == customers
            assert found.count() == (len(customers), True)
    assert {(row.id, row.name) for row in records.customers.find().rows(0, 100)} == {
        (id, name) for (kind, id), name in shown.items() if kind == "customer"
    }
    assert {(one.id, one.name) for one in records.colleagues()} == {
        (id, name) for (kind, id), name in shown.items() if kind == "staff"
    }
    titles = [title for (kind, _), title in shown.items() if kind == "product"]
    assert sum(line.variants for line in records.products.find().rows(0, 100)) == len(titles)
    _check_listing(cache)
    _check_catalogue(cache)


def _check_catalogue(cache: Cache) -> None:
    """Each product has its row and its words in the index, and nothing else has."""
    with cache.reading() as reading:
        connection = reading.connection
        if not reading.built:
            return
        rows = connection.execute("SELECT pk, scope, doc FROM product").fetchall()
        known = {pk: (scope, decode("product", doc)) for pk, scope, doc in rows}
        held = connection.execute("SELECT product, scope, id, style FROM catalogue ORDER BY product").fetchall()
        assert held == [(pk, scope, each.id, each.style or each.id) for pk, (scope, each) in sorted(known.items())]
        wanted: dict[str, set[int]] = {}
        for pk, (_, each) in known.items():
            for word in product_keys(each).words:
                wanted.setdefault(word, set()).add(pk)
        assert _index(connection, catalogue.WORDS) == wanted


def _check_listing(cache: Cache) -> None:
    """The listing is in the order of names, and the search index holds every customer's words, and nothing else."""
    with cache.reading() as reading:
        connection = reading.connection
        if not reading.built:
            return
        listed = connection.execute(
            "SELECT l.place, c.name_key, c.id, c.doc FROM customer c LEFT JOIN listing l ON l.customer = c.pk"
            " ORDER BY c.name_key, c.id"
        ).fetchall()
        places = [place for place, *_ in listed]
        assert all(place is not None and place > 0 for place in places)
        assert places == sorted(set(places))
        assert connection.execute("SELECT count(*) FROM listing").fetchone() == (len(listed),)
        for table, words_of in ((search.WORDS, "words"), (search.PHONES, "phones")):
            wanted: dict[str, set[int]] = {}
            for place, _, _, doc in listed:
                entry = search.entry(place, decode("customer", doc))
                for word in getattr(entry, words_of).split():
                    wanted.setdefault(word, set()).add(place)
            assert _index(connection, table) == wanted


def _index(connection: Connection, table: str) -> dict[str, set[int]]:
    """Every word that the test's customers may have, with the row ids that an FTS table has for it."""
    words = "ada bo lucja o oe 山 田 oneil zoe customer example com a a1 1 2"
    digits = "41791234567 791234567 0791234567 91234567 1234567 234567 34567 4567 567"
    statement = f"SELECT rowid FROM {table}(?)"  # noqa: S608 - a name of ours
    return {
        word: rows
        for word in f"{words} {digits}".split()
        if (rows := {row for (row,) in connection.execute(statement, (f'"{word}"',))})
    }


def test_order_by_owner_follows_the_directory(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    fill(
        cache,
        [
            staff(1, "Bea"),
            staff(2, "Ann"),
            customer(1, owner="staff-1", given_name="of Bea"),
            customer(2, owner="staff-2", given_name="of Ann"),
            customer(3, owner="staff-7", given_name="of a stranger"),
            customer(4, owner=None, given_name="nobody's"),
        ],
    )

    def order() -> list[str]:
        return [row.name for row in RecordStore(cache).customers.find(CustomerQuery(sort="owner")).rows(0, 9)]

    assert order() == ["of Ann", "of Bea", "of a stranger", "nobody's"]
    cache.apply([put(staff(2, "Zoe"), v=2)], "a")
    assert order() == ["of Bea", "of Ann", "of a stranger", "nobody's"]
    cache.apply([put(staff(7, "Alma"))], "b")
    assert order() == ["of a stranger", "of Bea", "of Ann", "nobody's"]
    cache.apply([Remove(k="staff", id="staff-1", s=TEAM)], "c")
    assert order() == ["of a stranger", "of Ann", "of Bea", "nobody's"]
    cache.close()


def test_customers_squeezed_between_two_names_find_room(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    fill(cache, [customer(1, given_name="A"), customer(2, given_name="Z"), *(customer(n) for n in range(900, 940))])
    for number in range(3, 120):  # each between the last one and Z, so that the gaps are halved again and again
        cache.apply([put(customer(number, given_name=f"B{number:04}"))], str(number))
        if number % 10 == 0:
            _check_places(cache)
    many: list[Customer] = [customer(number, given_name=f"B0119 {number}") for number in range(1000, 1700)]
    cache.apply([put(one) for one in many], "many")
    _check_places(cache)
    found = RecordStore(cache).customers.find(CustomerQuery("b0119"))
    assert found.count() == (701, True)
    names = [row.name for row in found.rows(0, 1000)]
    assert names == sorted(names)
    cache.close()


def _check_places(cache: Cache) -> None:
    with cache.reading() as reading:
        places = [
            place
            for (place,) in reading.connection.execute(
                "SELECT l.place FROM customer c JOIN listing l ON l.customer = c.pk ORDER BY c.name_key, c.id"
            )
        ]
    assert places == sorted(set(places))
