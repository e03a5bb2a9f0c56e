"""The journal's tables, step by step, and its transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sellmode_tui.migrations import transaction
from sellmode_tui.sealed import Connection


@contextmanager
def committing(connection: Connection) -> Iterator[None]:
    """A transaction of the journal, which is counted: what it has to hold afterwards is known."""
    with transaction(connection):
        yield
        connection.execute("UPDATE outbox SET commits = commits + 1")


def count_change(connection: Connection) -> int:
    """Count a change of what folds, of a count or of the tray; returns its number."""
    (change,) = connection.execute("UPDATE outbox SET change = change + 1 RETURNING change").fetchone()
    return int(change)


def create_session_clock_and_filters(connection: Connection) -> None:
    """The first journal. Tables of one row have the id 1."""
    connection.execute(
        "CREATE TABLE session (id INTEGER PRIMARY KEY CHECK (id = 1), account TEXT NOT NULL, retailer TEXT NOT NULL, "
        "token TEXT, expires_at TEXT NOT NULL) STRICT"
    )
    connection.execute("CREATE TABLE revocation (token TEXT PRIMARY KEY) STRICT, WITHOUT ROWID")
    connection.execute(
        "CREATE TABLE clock (id INTEGER PRIMARY KEY CHECK (id = 1), contact TEXT NOT NULL, soft_s REAL NOT NULL, "
        "hard_s REAL NOT NULL, mark TEXT NOT NULL, boot TEXT NOT NULL, since_boot REAL NOT NULL) STRICT"
    )
    connection.execute(
        "CREATE TABLE saved_filter (name TEXT PRIMARY KEY, text TEXT NOT NULL, created TEXT NOT NULL) "
        "STRICT, WITHOUT ROWID"
    )


def create_outbox(connection: Connection) -> None:
    """The first outbox, and the tray."""
    connection.execute(
        "CREATE TABLE outbox (id INTEGER PRIMARY KEY CHECK (id = 1), journal TEXT NOT NULL, cid TEXT NOT NULL, "
        "next_seq INTEGER NOT NULL, change INTEGER NOT NULL) STRICT"
    )
    connection.execute("INSERT INTO outbox VALUES (1, lower(hex(randomblob(16))), lower(hex(randomblob(16))), 1, 0)")
    connection.execute(
        "CREATE TABLE mutation (number INTEGER PRIMARY KEY AUTOINCREMENT, mid TEXT NOT NULL UNIQUE, "
        "body BLOB NOT NULL, made_at TEXT NOT NULL, boot TEXT NOT NULL, since_boot REAL NOT NULL, "
        "before TEXT NOT NULL, undoes TEXT, cid TEXT, seq INTEGER, sent INTEGER NOT NULL DEFAULT 0, "
        "state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'applied', 'refused', 'withdrawn')), "
        "result TEXT, settled_at TEXT, said TEXT NOT NULL DEFAULT '', said_at TEXT, tries INTEGER NOT NULL DEFAULT 0, "
        "folds INTEGER NOT NULL DEFAULT 1, change INTEGER NOT NULL, UNIQUE (cid, seq)) STRICT"
    )
    connection.execute("CREATE INDEX mutation_waiting ON mutation (number) WHERE state = 'waiting'")
    connection.execute("CREATE INDEX mutation_change ON mutation (change)")
    # Asked for by every pass, among thousands that are kept for 30 days.
    connection.execute("CREATE INDEX mutation_folding ON mutation (change) WHERE state = 'applied' AND folds")
    connection.execute(
        "CREATE INDEX mutation_done ON mutation (ifnull(settled_at, made_at)) WHERE state <> 'waiting' AND NOT folds"
    )
    connection.execute("CREATE INDEX mutation_undoes ON mutation (undoes) WHERE undoes IS NOT NULL")
    connection.execute(
        "CREATE TABLE tray (mid TEXT PRIMARY KEY, body BLOB NOT NULL, result TEXT NOT NULL, made_at TEXT NOT NULL, "
        "at TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'open' "
        "CHECK (state IN ('open', 'resent', 'handed_over', 'discarded')), before TEXT NOT NULL, left_at TEXT, "
        "replaced_by TEXT) STRICT, WITHOUT ROWID"
    )
    connection.execute("CREATE INDEX tray_open ON tray (result ->> '$.code') WHERE state = 'open'")
    connection.execute("CREATE INDEX tray_left ON tray (left_at) WHERE state <> 'open'")


def add_bulks(connection: Connection) -> None:
    """Which mutations were written at once."""
    connection.execute("ALTER TABLE mutation ADD COLUMN bulk TEXT")


def add_epoch(connection: Connection) -> None:
    """The backend's epoch of what was settled."""
    connection.execute("ALTER TABLE outbox ADD COLUMN epoch TEXT")


def add_losses(connection: Connection) -> None:
    """Losses; how many commits there were, and which damaged journal this replaces."""
    connection.execute(
        "CREATE TABLE loss (id INTEGER PRIMARY KEY, at TEXT NOT NULL, changes INTEGER, refused INTEGER NOT NULL, "
        "filters INTEGER NOT NULL, drafts INTEGER NOT NULL, kept_as TEXT NOT NULL, seen_at TEXT) STRICT"
    )
    connection.execute("ALTER TABLE outbox ADD COLUMN commits INTEGER NOT NULL DEFAULT 0")
    connection.execute("ALTER TABLE outbox ADD COLUMN succeeds TEXT")


def add_drafts(connection: Connection) -> None:
    """Drafts by window and place from the bottom up, and how each window looked at its lists; times in milliseconds."""
    at = "at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER))"
    connection.execute(
        "CREATE TABLE draft (id TEXT PRIMARY KEY, window TEXT NOT NULL, place INTEGER NOT NULL, "
        f"{at}, body TEXT NOT NULL) STRICT, WITHOUT ROWID"
    )
    connection.execute(f"CREATE TABLE looked (window TEXT PRIMARY KEY, {at}, body TEXT NOT NULL) STRICT, WITHOUT ROWID")


def add_held(connection: Connection) -> None:
    """What waits for a newer backend, and what the backend knows."""
    connection.execute("ALTER TABLE mutation ADD COLUMN held INTEGER NOT NULL DEFAULT 0")
    connection.execute("ALTER TABLE outbox ADD COLUMN knows TEXT NOT NULL DEFAULT ''")


def add_filters_of_products(connection: Connection) -> None:
    """What a saved filter finds: names are of customers' filters, or of products'."""
    connection.execute("ALTER TABLE saved_filter RENAME TO saved_filter_before")
    connection.execute(
        "CREATE TABLE saved_filter (name TEXT NOT NULL, text TEXT NOT NULL, created TEXT NOT NULL, "
        "finds TEXT NOT NULL DEFAULT 'customers', PRIMARY KEY (finds, name)) STRICT, WITHOUT ROWID"
    )
    connection.execute("INSERT INTO saved_filter SELECT name, text, created, 'customers' FROM saved_filter_before")
    connection.execute("DROP TABLE saved_filter_before")


STEPS: Final = (
    create_session_clock_and_filters,
    create_outbox,
    add_bulks,
    add_epoch,
    add_losses,
    add_drafts,
    add_held,
    add_filters_of_products,
)
