"""Who is connected, and when somebody was available for chat."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    leases = ("account", "device", "stream")
    op.create_table(
        "presence_lease",
        *(sa.Column(name, sa.Text, nullable=False) for name in leases),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint(*leases, name="presence_lease_pkey"),
        sqlite_with_rowid=False,
    )
    intervals = ("store", "person", "begins")
    op.create_table(
        "presence_interval",
        *(sa.Column(name, sa.Text, nullable=False) for name in intervals[:2]),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("begins", "ends")),
        sa.PrimaryKeyConstraint(*intervals, name="presence_interval_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_index("presence_interval_store_ends", "presence_interval", ["store", "ends"])
