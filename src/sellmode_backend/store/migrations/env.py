"""Run by Alembic: applies migrations on the connection, and in the transaction, that `migrate` has begun."""

from __future__ import annotations

from alembic import context

from sellmode_backend.store.columns import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
