"""Commands on a store's people."""
