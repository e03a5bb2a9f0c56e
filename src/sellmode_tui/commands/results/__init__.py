"""Commands of figures and of their targets."""
