"""Removals note the revision, so that a record that is made again does not begin below what terminals hold."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("gone", sa.Column("rev", sa.Integer(), server_default="0", nullable=False))
