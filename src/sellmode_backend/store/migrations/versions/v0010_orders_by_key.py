"""Orders whose customer is not known are found by what they name them."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("unmatched_order_key", "unmatched_order", ["key"])
