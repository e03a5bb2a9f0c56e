"""Pages about a store's people: what each has to do, and whose the customers are."""
