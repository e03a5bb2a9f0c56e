"""Rules that make tasks: what the store knows of customers, judged in passes by any number of workers."""
