"""The operator's work on tasks that are there."""
