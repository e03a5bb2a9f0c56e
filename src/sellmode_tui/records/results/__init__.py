"""Figures, what they are made of, and the credit for online sales, from what the cache holds."""
