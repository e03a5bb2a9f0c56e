"""The one list page: rows, marks, and what is chosen."""
