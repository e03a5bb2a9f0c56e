"""Since when each record is in its scopes, and up to where each account was sent its scopes.

Of what there is already nobody noted it: a record counts as having been there always, and an account that was told of a
scope as having been sent what is in it by now.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, column in (("record", "team_since"), ("record", "own_since"), ("gone", "since")):
        op.add_column(table, sa.Column(column, sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "account_sent",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "scope", "seq", name="account_sent_pkey"),
        sqlite_with_rowid=False,
    )
    _note_what_was_told()


def _note_what_was_told() -> None:
    connection = op.get_bind()
    feeds = {row.id: row.seq for row in connection.execute(sa.text("SELECT id, seq FROM feed"))}
    told = connection.execute(sa.text("SELECT account, scope, last_at FROM account_scope")).all()
    sent = sa.table("account_sent", *(sa.column(name) for name in ("account", "scope", "seq", "at")))
    rows = [
        {"account": row.account, "scope": row.scope, "seq": feeds.get(_feed(row.scope), 0), "at": row.last_at}
        for row in told
    ]
    if rows:
        connection.execute(sa.insert(sent), rows)


def _feed(scope: str) -> str:
    audience = scope.partition("/")[2]
    return "retailer" if audience == "all" else audience.split(":")[1]
