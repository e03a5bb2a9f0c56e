"""``sellmode tasks``: listed, shown, and what is done with them."""
