"""Requests of customers and what was written of them, as far as an account may know them."""
