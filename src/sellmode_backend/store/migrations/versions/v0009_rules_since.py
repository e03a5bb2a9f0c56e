"""Since which of its days each rule is on in a store; of those that are on already the next pass notes its own day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rule_pass", sa.Column("since", sa.JSON(), nullable=True))
