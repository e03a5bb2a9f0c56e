"""The tables of what other systems send: see ``webhooks``."""

from __future__ import annotations

import sqlalchemy as sa

from sellmode_backend.store.columns import Instant, metadata

webhook_event = sa.Table(
    "webhook_event",
    metadata,
    sa.Column("source", sa.Text, primary_key=True, doc="Who sent it: shopify, plain"),
    sa.Column("id", sa.Text, primary_key=True, doc="As the sender counts: the same event, sent however often, has one"),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False, doc="When it came first"),
    sa.Column("body", sa.LargeBinary, doc="As it was sent; null once it is worked off"),
    sa.Column("taken_until", Instant, nullable=False, doc="Until then a worker is at it"),
    sa.Column("done_at", Instant),
    sa.Column("problem", sa.Text, nullable=False, doc="Why it could not be used, or what of it; repeats no value"),
    sa.Index(
        "webhook_event_waiting",
        "at",
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    ),
)
"""What was sent, to be worked off."""

webhook_version = sa.Table(
    "webhook_version",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True, doc="By what the source knows it"),
    sa.Column("at", Instant, nullable=False, doc="As the source says when it changed it last"),
    sqlite_with_rowid=False,
)
"""How new what was taken from events is: an older one that comes later changes nothing."""

webhook_name = sa.Table(
    "webhook_name",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True, doc="location, user, inventory_item"),
    sa.Column("key", sa.Text, primary_key=True, doc="The number that events have for it"),
    sa.Column("name", sa.Text, nullable=False, doc="What exports call it"),
    sqlite_with_rowid=False,
)
"""What the numbers in events stand for."""

order_refund = sa.Table(
    "order_refund",
    metadata,
    sa.Column("order_id", sa.Text, primary_key=True, doc="Which may be still to come"),
    sa.Column("id", sa.Text, primary_key=True, doc="As the source counts"),
    sa.Column("at", Instant, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""What was given back of an order, refund by refund. See refunds."""
