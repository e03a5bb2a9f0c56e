"""Rules that make tasks, and the tasks that a head office asks for."""
