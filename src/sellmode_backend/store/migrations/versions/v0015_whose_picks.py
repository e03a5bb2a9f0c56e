"""Lists of picks are found by whose they are."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    lite = op.get_bind().dialect.name == "sqlite"
    owner, store = (f"doc ->> '$.{name}'" if lite else f"doc::jsonb ->> '{name}'" for name in ("owner", "store"))
    op.execute(
        "INSERT INTO record_key (kind, key, id)"  # noqa: S608  # one of two texts
        f" SELECT kind, coalesce({owner}, '') || '/' || ({store}), id FROM record WHERE kind = 'pick_list'"
    )
