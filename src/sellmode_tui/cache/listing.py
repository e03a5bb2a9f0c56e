"""Customers in the orders that lists need.

``listing`` has a narrow row for each customer. Its key is the customer's *place*: a number that rises with the name,
with gaps, so that a new customer finds a number between its neighbours. When a gap is used up, the places of the
smallest sparse enough window around it are spread anew (order maintenance). Everything sorted by something else ties
by place. The search index uses places as its row ids, which is why it gives hits in name order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from sellmode_tui.cache import meta, search
from sellmode_tui.cache.tables import COMMON, TABLES
from sellmode_tui.sealed import Connection

GAP = 1 << 24
"""Between the places of neighbours when the listing is made."""
SPAN = 1 << 60
"""No place is as high."""
UNKNOWN = 1 << 62
"""Rank of an owner who is not in the staff directory: after everybody who is."""

SORTS = {
    "last_purchase": "last_purchase",
    "spend": "spend",
    "last_contact": "last_contact",
    "owner": "owner_rank",
}
"""What can be sorted by besides the name, and its column."""

LAST = (1 << 63) - 1
"""Sorts what has no value last, in either direction."""


def sort_key(sort: str, *, descending: bool, of: str = "") -> str:
    """The SQL of a sort key of the listing (``of`` an alias and a dot); it rises in list order and has an index."""
    return f"ifnull({'-' if descending else ''}{of}{SORTS[sort]}, {LAST})"


COPIED = (
    *("scope", "last_purchase", "spend", "last_contact", "owner", "tier", "tier_key", "tag_keys", "city"),
    *("first_purchase", "orders", "units", "spend_orders"),
)
"""Columns of customers that the listing has too: a filter by them reads narrow rows in name order, and no documents."""

_COLUMNS = ", ".join(("customer", *COPIED, "owner_rank"))

_FROM_CUSTOMER = (
    f"SELECT c.pk, {', '.join(f'c.{name}' for name in COPIED)}, CASE WHEN c.owner IS NOT NULL THEN"
    f" ifnull((SELECT r.rank FROM owner_rank r WHERE r.staff = c.owner), {UNKNOWN}) END FROM customer c"
)


# ------------------------------------------------------------------ making it


def build(connection: Connection, check: Callable[[], None]) -> None:
    """Make the listing of all customers, and the search index; ``check`` may stop it between chunks."""
    drop(connection)
    create(connection)
    search.create(connection)
    index_all(connection, check)


def create(connection: Connection) -> None:
    """Make the listing of all customers, with its orders."""
    connection.execute("CREATE TABLE owner_rank (staff TEXT PRIMARY KEY, rank INTEGER NOT NULL) WITHOUT ROWID")
    rank_owners(connection)
    types = TABLES["customer"].columns | COMMON
    columns = ", ".join(f"{name} {types[name]}" for name in COPIED)
    connection.execute(
        f"CREATE TABLE listing (place INTEGER PRIMARY KEY, customer INTEGER NOT NULL UNIQUE, {columns},"
        " owner_rank INTEGER)"
    )
    connection.execute(
        f"INSERT INTO listing (place, {_COLUMNS}) SELECT {GAP} * row_number() OVER (), ordered.*"
        f" FROM ({_FROM_CUSTOMER} ORDER BY c.name_key, c.id) AS ordered"
    )
    connection.execute("CREATE INDEX listing_name ON listing (place, scope, customer)")
    for sort in SORTS:
        for descending in (False, True):
            name = f"listing_{sort}{'_descending' if descending else ''}"
            connection.execute(
                f"CREATE INDEX {name} ON listing ({sort_key(sort, descending=descending)}, place, scope, customer)"
            )
    _count_from_now_on(connection)


def _count_from_now_on(connection: Connection) -> None:
    """Keep how many customers each scope has: to count a million anew would take longer than to show the first ones."""
    connection.execute("CREATE TABLE listing_size (scope INTEGER PRIMARY KEY, customers INTEGER NOT NULL)")
    connection.execute("INSERT INTO listing_size SELECT scope, count(*) FROM listing GROUP BY scope")
    one_more = (
        "INSERT INTO listing_size VALUES (new.scope, 1) ON CONFLICT (scope) DO UPDATE SET customers = customers + 1;"
    )
    one_less = "UPDATE listing_size SET customers = customers - 1 WHERE scope = old.scope;"
    for event, statements in (
        ("INSERT ON listing", one_more),
        ("DELETE ON listing", one_less),
        ("UPDATE OF scope ON listing WHEN new.scope <> old.scope", one_less + one_more),
    ):
        name = f"listing_size_{event.partition(' ')[0].lower()}"
        connection.execute(f"CREATE TRIGGER {name} AFTER {event} BEGIN {statements} END")


def drop(connection: Connection) -> None:
    """Drop the listing and the search index, if they are there."""
    search.drop(connection)
    for table in ("listing", "listing_size", "owner_rank"):
        connection.execute(f"DROP TABLE IF EXISTS {table}")


def sizes(connection: Connection) -> dict[int, int]:
    """How many customers each scope has, by its number; scopes without any may be missing."""
    return dict(connection.execute("SELECT scope, customers FROM listing_size WHERE customers"))


def index_all(connection: Connection, check: Callable[[], None], chunk: int = 5000) -> None:
    """Put every customer of the listing into the search index, which is empty; ``check`` may stop it between chunks."""
    after = -1
    while rows := connection.execute(
        "SELECT l.place, c.doc FROM listing l JOIN customer c ON c.pk = l.customer WHERE l.place > ?"
        " ORDER BY l.place LIMIT ?",
        (after, chunk),
    ).fetchall():
        search.insert(connection, (search.entry(place, search.searched(doc)) for place, doc in rows))
        after = rows[-1][0]
        check()
    search.filled(connection)


# ------------------------------------------------------------------ keeping it


def remove(connection: Connection, customers: dict[int, search.Searched]) -> None:
    """Take customers, as they are in the index, out of listing and index."""
    marks = ",".join("?" * len(customers))
    rows = connection.execute(f"SELECT place, customer FROM listing WHERE customer IN ({marks})", tuple(customers))
    places = rows.fetchall()
    search.delete(connection, (search.entry(place, customers[customer]) for place, customer in places))
    connection.executemany("DELETE FROM listing WHERE place = ?", ((place,) for place, _ in places))


def remove_all(connection: Connection, customers: Sequence[int]) -> None:
    """Take customers that are about to be deleted out of listing and index."""
    remove(connection, search.documents(connection, customers))


def add(connection: Connection, customers: Sequence[int]) -> None:
    """Put customers that are in the table, and not in the listing, into listing and index."""
    rows = _rows(connection, customers, " ORDER BY c.name_key, c.id")
    added = [customer for customer, *_ in rows]
    if added:
        meta.content_changed(connection)  # places are others now, even if all customers are as they were
    connection.executemany(
        f"INSERT INTO listing (place, {_COLUMNS}) VALUES ({', '.join('?' * (len(COPIED) + 3))})",
        ((-number, *row) for number, row in enumerate(rows, 1)),
    )
    # They stand at negative places now, so that the listing counts them already while each run finds its gap.
    documents = search.documents(connection, added)
    entries = []
    for run in _runs(connection, added):
        for pk, place in zip(run, _free_places(connection, run[0], len(run)), strict=True):
            connection.execute("UPDATE listing SET place = ? WHERE customer = ?", (place, pk))
            entries.append(search.entry(place, documents[pk]))
    search.insert(connection, entries)


class Known(NamedTuple):
    """A customer as it is in its table."""

    customer: int
    name_key: str
    doc: str


def snapshot(connection: Connection, ids: Sequence[str]) -> dict[str, Known]:
    """The customers of these ids that are in the table."""
    rows = connection.execute(
        f"SELECT id, pk, name_key, doc FROM customer WHERE id IN ({','.join('?' * len(ids))})", tuple(ids)
    )
    return {id: Known(*values) for id, *values in rows}


def follow(connection: Connection, before: dict[str, Known], after: dict[str, Known]) -> None:
    """Bring listing and index up to date with customers that were written."""
    moved: dict[int, search.Searched] = {}
    unmoved: list[int] = []
    old_entries: list[search.Entry] = []
    new_entries: list[search.Entry] = []
    for id, now in after.items():
        was = before.get(id)
        if was is None:
            continue
        customer = search.searched(was.doc)
        if was.name_key != now.name_key:
            moved[was.customer] = customer
            continue
        unmoved.append(now.customer)
        if was.doc != now.doc:
            place = connection.execute("SELECT place FROM listing WHERE customer = ?", (was.customer,)).fetchone()[0]
            old, new = search.entry(place, customer), search.entry(place, search.searched(now.doc))
            if old != new:
                old_entries.append(old)
                new_entries.append(new)
    remove(connection, moved)
    search.delete(connection, old_entries)
    search.insert(connection, new_entries)
    _update(connection, unmoved)
    stayed = set(unmoved)
    add(connection, [now.customer for now in after.values() if now.customer not in stayed])


def _update(connection: Connection, customers: Sequence[int]) -> None:
    """Renew what the listing says of customers, but their places. Columns that stay as they are spare their indexes."""
    names = ("customer", *COPIED, "owner_rank")
    marks = ",".join("?" * len(customers))
    held = connection.execute(f"SELECT {_COLUMNS} FROM listing WHERE customer IN ({marks})", tuple(customers))
    before = {customer: values for customer, *values in held}
    for customer, *values in _rows(connection, customers):
        changed = [
            (name, now) for name, was, now in zip(names[1:], before[customer], values, strict=True) if was != now
        ]
        if changed:
            assignments = ", ".join(f"{name} = ?" for name, _ in changed)
            connection.execute(
                f"UPDATE listing SET {assignments} WHERE customer = ?", (*(now for _, now in changed), customer)
            )


def _rows(connection: Connection, customers: Sequence[int], order: str = "") -> list[tuple[Any, ...]]:
    """Listing rows of customers, as ``_COLUMNS``."""
    marks = ",".join("?" * len(customers))
    return connection.execute(f"{_FROM_CUSTOMER} WHERE c.pk IN ({marks}){order}", tuple(customers)).fetchall()


_PLACED_BEFORE = (
    "SELECT l.place FROM customer c JOIN listing l ON l.customer = c.pk AND l.place >= 0"
    " WHERE (c.name_key, c.id) < (SELECT name_key, id FROM customer WHERE pk = ?)"
    " ORDER BY c.name_key DESC, c.id DESC LIMIT 1"
)


def _runs(connection: Connection, added: list[int]) -> Iterator[list[int]]:
    """Cut customers in name order into runs that go between the same two neighbours."""
    run: list[int] = []
    place_after: int | None = None
    for pk in added:
        # Everybody already placed who comes before this one came before the run too, or else the run ends here.
        if run and place_after is not None and _comes_after(connection, pk, place_after):
            yield run
            run = []
        if not run:
            place_after = _next_place(connection, _place_before(connection, pk))
        run.append(pk)
    if run:
        yield run


def _place_before(connection: Connection, pk: int) -> int:
    row = connection.execute(_PLACED_BEFORE, (pk,)).fetchone()
    return row[0] if row else 0


def _next_place(connection: Connection, place: int) -> int | None:
    after: int | None
    (after,) = connection.execute("SELECT min(place) FROM listing WHERE place > ?", (place,)).fetchone()
    return after


def _comes_after(connection: Connection, pk: int, place: int) -> bool:
    (after,) = connection.execute(
        "SELECT (n.name_key, n.id) > (o.name_key, o.id) FROM customer n, listing l JOIN customer o ON o.pk = l.customer"
        " WHERE n.pk = ? AND l.place = ?",
        (pk, place),
    ).fetchone()
    return bool(after)


def _free_places(connection: Connection, first: int, count: int) -> list[int]:
    """Places for a run, evenly spread between its neighbours, who make room if they must."""
    before = _place_before(connection, first)
    after = _next_place(connection, before)
    if after is None:
        after = min(before + (count + 1) * GAP, SPAN)
    if after - before <= count:
        _spread(connection, before or after, count)
        return _free_places(connection, first, count)
    return [before + (after - before) * (number + 1) // (count + 1) for number in range(count)]


def _spread(connection: Connection, around: int, count: int) -> None:
    """Spread the places of the smallest aligned window around a place in which ``count`` more then find a gap."""
    bits = 8
    while True:
        low = around >> bits << bits
        high = low + (1 << bits)
        (held,) = connection.execute(
            "SELECT count(*) FROM listing WHERE place >= ? AND place < ?", (max(low, 1), high)
        ).fetchone()
        # Each neighbour needs a gap for the whole run, twice over so that this is not to be done again soon.
        if (held + 1) * (count + 1) * 2 <= high - low:
            break
        bits += 1
    rows = connection.execute(
        "SELECT l.place, l.customer, c.doc FROM listing l JOIN customer c ON c.pk = l.customer"
        " WHERE l.place >= ? AND l.place < ? ORDER BY l.place",
        (max(low, 1), high),
    ).fetchall()
    step = (high - low) // (held + 1)
    moved = [
        (place, low + step * number, customer, search.searched(doc))
        for number, (place, customer, doc) in enumerate(rows, 1)
    ]
    search.delete(connection, (search.entry(old, customer) for old, _, _, customer in moved))
    # By way of places that nobody has: the new ones overlap the old ones.
    update = "UPDATE listing SET place = ? WHERE place = ?"
    connection.executemany(update, ((-SPAN - new, old) for old, new, _, _ in moved))
    connection.executemany(update, ((new, -SPAN - new) for _, new, _, _ in moved))
    search.insert(connection, (search.entry(new, customer) for _, new, _, customer in moved))


# ------------------------------------------------------------------ owners


def rank_owners(connection: Connection) -> list[str]:
    """Rank the staff by name, with gaps, changing as few ranks as can be; returns the ids whose rank changed."""
    ranks = dict(connection.execute("SELECT staff, rank FROM owner_rank"))
    ids = [id for (id,) in connection.execute("SELECT id FROM staff ORDER BY name_key, id")]
    wanted = _ranked(ids, ranks)
    changed = [id for id in {*ranks, *wanted} if ranks.get(id) != wanted.get(id)]
    connection.executemany("DELETE FROM owner_rank WHERE staff = ?", ((id,) for id in changed))
    connection.executemany("INSERT INTO owner_rank VALUES (?, ?)", ((id, wanted[id]) for id in changed if id in wanted))
    return changed


def _ranked(ids: list[str], ranks: dict[str, int]) -> dict[str, int]:
    """Ranks that rise along ``ids``: the present ones where they do, others in the gaps between; else all anew."""
    kept: dict[str, int] = {}
    highest = 0
    for id in ids:
        if ranks.get(id, 0) > highest:
            highest = kept[id] = ranks[id]
    wanted: dict[str, int] = {}
    before = 0
    for number, id in enumerate(ids):
        if id not in kept:
            after = next((kept[later] for later in ids[number + 1 :] if later in kept), before + 2 * GAP)
            if after - before < 2:
                return {id: (number + 1) * GAP for number, id in enumerate(ids)}
            wanted[id] = before + (after - before) // 2
        else:
            wanted[id] = kept[id]
        before = wanted[id]
    return wanted


def owners_changed(connection: Connection) -> None:
    """Sort customers again whose owner's name or place in the directory changed."""
    for owner in rank_owners(connection):
        connection.execute(
            f"UPDATE listing SET owner_rank = ifnull((SELECT rank FROM owner_rank WHERE staff = ?1), {UNKNOWN})"
            " WHERE customer IN (SELECT pk FROM customer WHERE owner = ?1)",
            (owner,),
        )
