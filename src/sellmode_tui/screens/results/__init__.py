"""Figures, what is behind them, and whose they are."""
