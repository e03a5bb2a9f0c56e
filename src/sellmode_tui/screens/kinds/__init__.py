"""Pages for a record of any kind, made from what its kind declares."""
