"""The operator's commands on existing tasks."""
