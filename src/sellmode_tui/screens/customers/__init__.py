"""Customers: the list, a profile, and what is written about one."""
