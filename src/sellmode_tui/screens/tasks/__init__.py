"""Tasks: the agenda, one task, and what is done with them."""
