"""Tasks: the agenda, one task whole, what is done with them, and the products that they name."""
