"""A database of the backend as it was before its later migrations, for tests of these."""

from __future__ import annotations

import sqlalchemy as sa

_ADDED = {
    "0003": (
        *(f"DROP TABLE {table}" for table in ("rule_event", "rule_occurrence", "rule_pass", "rule_waiting")),
        "DROP INDEX record_customers_of",
        "DROP INDEX record_parent_kind",
        "CREATE INDEX record_parent ON record (parent)",
    ),
    "0005": ("DROP INDEX record_open_tasks",),
    "0006": (
        "ALTER TABLE record DROP COLUMN team_since",
        "ALTER TABLE record DROP COLUMN own_since",
        "ALTER TABLE gone DROP COLUMN since",
        "DROP TABLE account_sent",
    ),
    "0007": ("DROP TABLE changed_customer",),
    "0008": ("DROP TABLE unmatched_order",),
    "0009": ("ALTER TABLE rule_pass DROP COLUMN since",),
    "0010": ("DROP INDEX unmatched_order_key",),
    "0012": tuple(f"DROP TABLE {table}" for table in ("record_key", "touch", "tracking_refusal")),
    "0013": ("DROP TABLE picture",),
    "0014": ("ALTER TABLE order_ DROP COLUMN net_sales",),
    "0015": ("DELETE FROM record_key WHERE kind = 'pick_list'",),
    "0016": (
        "ALTER TABLE order_ DROP COLUMN click",
        *(f"DROP TABLE {table}" for table in ("webhook_event", "webhook_version", "webhook_name", "order_refund")),
    ),
    "0017": ("ALTER TABLE order_ DROP COLUMN refunds", "DROP TABLE judgement"),
    "0018": ("DROP TABLE told_measure",),
    "0019": ("DELETE FROM record_key WHERE kind = 'stock'",),
    "0020": ("DROP TABLE presence_lease", "DROP TABLE presence_interval"),
    "0021": ("DROP TABLE talk_session",),
    "0022": ("DROP TABLE talk_typing",),
}
"""What takes back the tables, columns and indexes that each migration has added."""


def make_older(connection: sa.Connection, version: str) -> None:
    """Take back what came after a migration; the rows of tables that stay are as they are."""
    for migration, statements in reversed(_ADDED.items()):
        if migration > version:
            for statement in statements:
                connection.execute(sa.text(statement))
    connection.execute(sa.text("UPDATE alembic_version SET version_num = :version"), {"version": version})
