"""Products: found, with their styles, stock, buyers."""
