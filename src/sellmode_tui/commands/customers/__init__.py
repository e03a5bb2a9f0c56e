"""``sellmode customers``: found, shown, and written about."""
