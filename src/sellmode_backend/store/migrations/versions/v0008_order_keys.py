"""Orders whose customer is not known keep by what they name them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unmatched_order",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "kind", name="unmatched_order_pkey"),
        sa.ForeignKeyConstraint(["order_id"], ["order_.id"], ondelete="CASCADE", name="unmatched_order_order_id_fkey"),
        sqlite_with_rowid=False,
    )
