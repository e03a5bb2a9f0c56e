"""Rules that make tasks: how far passes are, what was made, who waits for a cap, events; who may write rules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_account = sa.table("account", sa.column("id", sa.Text()), sa.column("role"), sa.column("capabilities", sa.JSON()))
_GIVEN = {
    "manager": ({"sell", "reassign", "report"}, {"rules"}),
    "head_office": ({"report"}, {"rules", "announce"}),
}
"""What a role could do before, and what it gets; accounts that the retailer gave anything else keep what they have."""


def upgrade() -> None:
    op.create_table(
        "rule_event",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("fresh", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="rule_event_pkey"),
    )
    op.create_index("rule_event_customer_at", "rule_event", ["customer", "at"], unique=False)
    op.create_index(
        "rule_event_fresh",
        "rule_event",
        ["customer"],
        unique=False,
        sqlite_where=sa.text("fresh"),
        postgresql_where=sa.text("fresh"),
    )
    op.create_table(
        "rule_occurrence",
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("occurrence", sa.Text(), nullable=False),
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("customer", "rule", "occurrence", name="rule_occurrence_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_index("rule_occurrence_store_day_rule", "rule_occurrence", ["store", "day", "rule"], unique=False)
    op.create_table(
        "rule_pass",
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("seen_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store", name="rule_pass_pkey"),
    )
    op.create_table(
        "rule_waiting",
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("occurrence", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("spend", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store", "rule", "customer", "occurrence", name="rule_waiting_pkey"),
        sqlite_with_rowid=False,
    )
    op.drop_index("record_parent", table_name="record")
    op.create_index("record_parent_kind", "record", ["parent", "kind"], unique=False)
    op.create_index(
        "record_customers_of",
        "record",
        ["team", "id"],
        unique=False,
        sqlite_where=sa.text("kind = 'customer'"),
        postgresql_where=sa.text("kind = 'customer'::text"),
    )
    _give_capabilities()


def _give_capabilities() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(_account)).all():
        before, more = _GIVEN.get(row.role, (None, set()))
        if set(row.capabilities) == before:
            given = sorted(before | more)
            connection.execute(sa.update(_account).where(_account.c.id == row.id).values(capabilities=given))
