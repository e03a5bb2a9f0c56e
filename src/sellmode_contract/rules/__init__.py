"""Rules that make tasks: data (``records.TaskRule``) and pure functions from facts about customers to tasks."""
