"""The cache file's tables.

Rows come first and bare: ``pk``, the id, the document and plain columns. What lists and search need besides (indexes,
``listing``, the two search tables) is made when a first sync is complete, because making it afterwards is several times
faster, and thrown away when most of the cache is to be replaced.
"""

from __future__ import annotations

from sellmode_contract.kinds import KINDS
from sellmode_tui.cache import sorting
from sellmode_tui.cache.tables import CHILDREN, COMMON, OTHER, OTHERS_OWN, TABLES, TASK_COLUMNS, TASK_KINDS, VERSION
from sellmode_tui.migrations import Step
from sellmode_tui.sealed import Connection

KNOWN = " ".join(sorted(KINDS))
"""The kinds that a file's columns were worked out for (``learning``)."""

ASIDE = "aside"
"""The table of the backend's rows whose place in the kinds' tables what was written here has taken."""


def tables(connection: Connection) -> None:
    """Kinds, scopes and what is known of the backend."""
    connection.execute("CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID")
    # `derived` is here rather than set by whoever opens the file, so that nobody meets a file without it.
    connection.execute(
        "INSERT INTO meta VALUES ('version', 0), ('content', 0), ('built', 0), ('deleted', 0), ('scrubbed', 0),"
        " ('derived', ?), ('kinds', ?)",
        (VERSION, KNOWN),
    )
    # A scope that is not current has lost its name: nothing in it is ever shown again. `swept` is the reset that the
    # scope has completed, whose rows count as generation 0; `only` is the generation of all its rows, if it is but one.
    connection.execute(
        "CREATE TABLE scope (pk INTEGER PRIMARY KEY, name TEXT UNIQUE, current INTEGER NOT NULL DEFAULT 0,"
        " dropped INTEGER NOT NULL DEFAULT 0, swept INTEGER, only INTEGER)"
    )
    for kind in TABLES:
        create_table(connection, kind)
    columns = ", ".join(f"{name} {type}" for name, type in {**COMMON, **OTHERS_OWN}.items())
    connection.execute(f"CREATE TABLE {OTHER} (pk INTEGER PRIMARY KEY, {columns}, UNIQUE (kind, id))")
    columns = f"pk, id, scope, {', '.join(TASK_COLUMNS)}"
    selects = (
        f"SELECT '{kind}' AS kind, {'customer' if kind in CHILDREN else 'NULL'} AS customer, {columns} FROM {kind}"
        for kind in TASK_KINDS
    )
    connection.execute(f"CREATE VIEW task AS {' UNION ALL '.join(selects)}")
    # What was written here and folds (see `fold`): the mutations in their order, what each of them reads or writes, and
    # of the records that they change the rows as the backend sent them; NULLs, if it has sent none.
    connection.execute(
        "CREATE TABLE pending (number INTEGER PRIMARY KEY, mid TEXT NOT NULL, body BLOB NOT NULL,"
        " made_at TEXT NOT NULL, rev INTEGER, arrived INTEGER NOT NULL DEFAULT 0)"
    )
    connection.execute(
        "CREATE TABLE pending_key (key TEXT NOT NULL, writes INTEGER NOT NULL, number INTEGER NOT NULL,"
        " PRIMARY KEY (key, writes, number)) WITHOUT ROWID"
    )
    connection.execute("CREATE INDEX pending_key_number ON pending_key (number)")
    columns = ", ".join(f"{name} {type.removesuffix(' NOT NULL')}" for name, type in COMMON.items() if name != "id")
    connection.execute(
        f"CREATE TABLE {ASIDE} (key TEXT PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, {columns}) WITHOUT ROWID"
    )


def create_table(connection: Connection, kind: str) -> None:
    """Make the table of a kind that has one of its own."""
    columns = ", ".join(f"{name} {type}" for name, type in {**COMMON, **TABLES[kind].columns}.items())
    connection.execute(f'CREATE TABLE "{kind}" (pk INTEGER PRIMARY KEY, {columns}, UNIQUE (id))')


def sorted_lists(connection: Connection) -> None:
    """The orders of the kinds that are listed. No kind was, when a file had no such step."""
    sorting.create(connection)


STEPS: list[Step] = [tables, sorted_lists]


PRODUCT_KEYS = ("sku", "barcode", "style", "vendor", "type")
"""The columns that products are found by."""

FACTS = ("fact", "fact_card", "target", "target_card")
"""The kinds that figures and their targets are read from: of some months of a store or a person."""

INDEXED = {
    **dict.fromkeys((*TABLES, OTHER), ("scope", "gen")),
    **dict.fromkeys(CHILDREN, ("scope", "gen", "customer")),
    **{
        kind: (
            *("scope", "gen", "state", "due_at", "expires_at", "whose", "ended_at", "done_by"),
            *(["customer"] if kind in CHILDREN else []),
        )
        for kind in TASK_KINDS
    },
    "product": ("scope", "gen", *PRODUCT_KEYS),
    "stock": ("scope", "gen", "product"),
    "brief_card": ("scope", "gen", "brief"),
    **dict.fromkeys(FACTS, ("scope", "gen", "store", "person", "month")),
    "customer": ("scope", "gen", "name_key", "owner"),
    "customer_card": ("scope", "gen", "customer", "owner"),
    OTHER: ("scope", "gen", "customer"),
}
"""Of each table, the columns that are in an index after a first sync: best left alone where they do not change."""

INDEXES = {
    **{f"{table}_scope": f'"{table}" (scope, gen)' for table in (*TABLES, OTHER)},
    **{f"{kind}_customer": f'"{kind}" (customer)' for kind in (*CHILDREN, OTHER)},
    # All that counting open tasks takes.
    **{f"{kind}_open": f"{kind} (due_at, expires_at, whose, scope, state) WHERE state = 'open'" for kind in TASK_KINDS},
    **{f"{kind}_done": f"{kind} (ended_at, done_by, scope, state) WHERE state = 'done'" for kind in TASK_KINDS},
    **{f"product_{column}": f"product ({column})" for column in PRODUCT_KEYS},
    "stock_product": "stock (product)",
    "brief_card_brief": "brief_card (brief)",
    **{f"{kind}_of": f"{kind} (store, person, month)" for kind in FACTS},
    "customer_name_key": "customer (name_key, id)",
    # All that counting what somebody owns takes.
    **{f"{table}_owner": f"{table} (owner, scope)" for table in ("customer", "customer_card")},
}
"""These indexes."""


def create_indexes(connection: Connection) -> None:
    """Make the indexes beside the kinds' tables."""
    for name, columns in INDEXES.items():
        connection.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {columns}")


def drop_indexes(connection: Connection) -> None:
    """Drop them again."""
    for name in INDEXES:
        connection.execute(f"DROP INDEX IF EXISTS {name}")
