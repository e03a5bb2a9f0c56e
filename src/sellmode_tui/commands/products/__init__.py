"""``sellmode products``: the catalogue."""
