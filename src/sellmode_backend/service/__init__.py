"""How customers reach a store: opening hours, rules of service, and who is available."""
