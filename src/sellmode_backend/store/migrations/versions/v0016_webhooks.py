"""What other systems send, refunds one by one, and by which link the customer of an order came to the shop."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("order_", sa.Column("click", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.create_table(
        "webhook_event",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary),
        sa.Column("taken_until", sa.BigInteger, nullable=False),
        sa.Column("done_at", sa.BigInteger),
        sa.Column("problem", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("source", "id", name="webhook_event_pkey"),
    )
    waiting = sa.text("done_at IS NULL")
    op.create_index("webhook_event_waiting", "webhook_event", ["at"], sqlite_where=waiting, postgresql_where=waiting)
    for table, last in (
        ("webhook_version", sa.Column("at", sa.BigInteger, nullable=False)),
        ("webhook_name", sa.Column("name", sa.Text, nullable=False)),
    ):
        op.create_table(
            table,
            *(sa.Column(name, sa.Text, nullable=False) for name in ("source", "kind", "key")),
            last,
            sa.PrimaryKeyConstraint("source", "kind", "key", name=f"{table}_pkey"),
            sqlite_with_rowid=False,
        )
    op.create_table(
        "order_refund",
        sa.Column("order_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("order_id", "id", name="order_refund_pkey"),
        sqlite_with_rowid=False,
    )
