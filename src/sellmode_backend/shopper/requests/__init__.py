"""What customers ask of a store, and their talks with who answers."""
