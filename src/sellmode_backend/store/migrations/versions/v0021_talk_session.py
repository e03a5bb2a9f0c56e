"""Customers go on with the talks of their requests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "talk_session",
        sa.Column("token_hash", sa.Text, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="talk_session_pkey"),
    )
    op.create_index("talk_session_expires_at", "talk_session", ["expires_at"])
