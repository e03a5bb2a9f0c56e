"""Answering a terminal's sync: what its account may see and has changed since its cursor."""
