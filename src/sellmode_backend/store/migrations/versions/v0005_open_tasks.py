"""Open tasks of rules are found by their customers, however many have been done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "record_open_tasks",
        "record",
        ["parent"],
        unique=False,
        sqlite_where=sa.text("kind = 'rule_task' AND instr(doc, '\"state\":') = 0"),
        postgresql_where=sa.text("kind = 'rule_task'::text AND strpos(doc, '\"state\":') = 0"),
    )
