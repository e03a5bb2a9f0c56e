"""Widgets that know nothing of customers: they take rows and texts, and draw them safely and quietly."""
