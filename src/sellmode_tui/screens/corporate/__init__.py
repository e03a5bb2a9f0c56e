"""Corporate tasks: what the head office asks, and how far its people are."""
