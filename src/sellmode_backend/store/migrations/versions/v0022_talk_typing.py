"""Either side of a talk learns that the other one is writing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "talk_typing",
        sa.Column("talk", sa.Text, nullable=False),
        sa.Column("side", sa.Text, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("talk", "side", name="talk_typing_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_index("talk_typing_at", "talk_typing", ["at"])
