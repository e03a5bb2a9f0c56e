"""The way in: signing in, and the lock."""
