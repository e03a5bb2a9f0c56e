"""Pairs of customers who may be one say what is the same, and no values; who changed waits for a look at pairs."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_record = sa.table("record", *(sa.column(name) for name in ("kind", "id", "feed", "seq", "rev", "doc")))
_feed = sa.table("feed", sa.column("id"), sa.column("seq"))
_ROWS_PER_SEQ = 500


def upgrade() -> None:
    op.create_table(
        "changed_customer",
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("customer", name="changed_customer_pkey"),
    )
    _take_values_off()


def _take_values_off() -> None:
    """Each store's pairs are written anew, with numbers of its feed, so that terminals get them."""
    connection = op.get_bind()
    query = sa.select(_record).where(_record.c.kind == "duplicate_pair").order_by(_record.c.feed, _record.c.id)
    rows: dict[str, list[sa.Row[tuple[object, ...]]]] = {}
    for row in connection.execute(query):
        rows.setdefault(row.feed, []).append(row)
    for feed, mine in rows.items():
        seq = connection.scalar(sa.select(_feed.c.seq).where(_feed.c.id == feed)) or 0
        for number, row in enumerate(mine):
            doc = {name: value for name, value in msgspec.json.decode(row.doc).items() if name != "fields"}
            changes = {
                "doc": msgspec.json.encode(doc, order="deterministic").decode(),
                "rev": row.rev + 1,
                "seq": seq + 1 + number // _ROWS_PER_SEQ,
            }
            connection.execute(
                sa.update(_record).where(_record.c.kind == row.kind, _record.c.id == row.id).values(changes)
            )
        moved = seq + 1 + (len(mine) - 1) // _ROWS_PER_SEQ
        connection.execute(sa.update(_feed).where(_feed.c.id == feed).values(seq=moved))
