"""Online sales: the list of them, and one with who earned it and why."""
