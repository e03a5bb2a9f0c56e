"""Pictures of products on this terminal: asked for in the background, kept encrypted, read without a library."""
