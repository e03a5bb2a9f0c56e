"""``sellmode rules`` and ``sellmode corporate``."""
