"""The backend's store: records with their tags, feed clocks, removals, settings, and the tables that answer questions.

One schema for SQLite (the embedded default) and PostgreSQL (scale); one database is one retailer. Everything takes a
connection from ``database.Database``, so that a caller decides what one transaction holds.
"""
