"""Stock is found by its product."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    product = "doc ->> '$.product'" if op.get_bind().dialect.name == "sqlite" else "doc::jsonb ->> 'product'"
    op.execute(
        "INSERT INTO record_key (kind, key, id)"  # noqa: S608  # one of two texts
        f" SELECT kind, {product}, id FROM record WHERE kind = 'stock'"
    )
