"""What each order adds to what was spent; of those that are there no line was known to be a gift card or a tip."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("order_", sa.Column("net_sales", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE order_ SET net_sales = total - refunded")
