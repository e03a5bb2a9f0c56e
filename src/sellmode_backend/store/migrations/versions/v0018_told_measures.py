"""What other systems have counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    keys = ("store", "person", "day", "channel", "measure")
    op.create_table(
        "told_measure",
        *(sa.Column(name, sa.Text, nullable=False) for name in keys),
        sa.Column("value", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint(*keys, name="told_measure_pkey"),
        sqlite_with_rowid=False,
    )
