"""Customers' requests: the inbox, and one with what was written of it."""
