"""Who earned which sale, and when what was refunded; what was sold before is added up when facts are rebuilt."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("order_", sa.Column("refunds", sa.JSON()))
    op.create_table(
        "judgement",
        sa.Column("order_id", sa.Text, nullable=False),
        sa.Column("doc", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("order_id", name="judgement_pkey"),
        sqlite_with_rowid=False,
    )
