"""What clients write: the ledger, who sends, what each account had, customers who were merged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_scope",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "scope", name="account_scope_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "client",
        sa.Column("cid", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("failing_mid", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("cid", name="client_pkey"),
    )
    op.create_table(
        "disabled_account",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name="disabled_account_account_fkey", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account", name="disabled_account_pkey"),
    )
    op.create_table(
        "merged_customer",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kept", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="merged_customer_pkey"),
    )
    op.create_index("merged_customer_kept", "merged_customer", ["kept"], unique=False)
    op.create_table(
        "mutation",
        sa.Column("mid", sa.Text(), nullable=False),
        sa.Column("cid", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("st", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("op", sa.Text(), nullable=True),
        sa.Column("target_kind", sa.Text(), nullable=True),
        sa.Column("target_id", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("mid", name="mutation_pkey"),
        sa.UniqueConstraint("cid", "seq", name="mutation_cid_seq_key"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "mutation_target_id",
        "mutation",
        ["target_id"],
        unique=False,
        sqlite_where=sa.text("st = 'rejected'"),
        postgresql_where=sa.text("st = 'rejected'::text"),
    )
