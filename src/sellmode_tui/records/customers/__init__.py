"""Customers: found, listed, shown whole, written about."""
