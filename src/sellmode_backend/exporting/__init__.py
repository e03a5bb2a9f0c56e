"""All of a retailer as files: CSV that can be imported again, and a SQLite database to look at."""
