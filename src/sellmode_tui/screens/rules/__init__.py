"""Rules that make tasks: listed, made, previewed."""
