"""The systems whose exports are read, a module each."""
