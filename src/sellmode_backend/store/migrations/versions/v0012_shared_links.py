"""What customers did with what was shared with them; products are found by SKU, shared pages by their links."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "record_key",
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", "id", name="record_key_pkey"),
        sqlite_with_rowid=False,
    )
    sku = "doc ->> '$.sku'" if op.get_bind().dialect.name == "sqlite" else "doc::jsonb ->> 'sku'"
    op.execute(
        f"INSERT INTO record_key (kind, key, id) SELECT kind, {sku}, id FROM record"  # noqa: S608  # one of two texts
        f" WHERE kind = 'product' AND {sku} <> ''"
    )
    op.create_table(
        "touch",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("way", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("store", sa.Text, nullable=False),
        sa.Column("person", sa.Text),
        sa.Column("customer", sa.Text),
        sa.Column("sku", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("silent", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="touch_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_index("touch_about_at", "touch", ["about", "at"])
    op.create_index("touch_customer_at", "touch", ["customer", "at"])
    op.create_table(
        "tracking_refusal",
        sa.Column("customer", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("customer", name="tracking_refusal_pkey"),
    )
