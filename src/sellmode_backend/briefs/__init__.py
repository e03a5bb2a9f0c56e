"""Corporate tasks: what the head office asks of its people, made of its briefs."""
