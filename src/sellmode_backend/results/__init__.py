"""Figures for the operator: facts added up anew and compared, and the rules of credit for online sales."""
