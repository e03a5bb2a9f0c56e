"""The backend: stateless HTTP workers over SQLite (embedded, the default) or PostgreSQL.

It holds the retailer's records, decides what each account may see and change, imports the retailer's exports and
answers the sync of the terminals. It shares `sellmode_contract` with the terminal and never imports `sellmode_tui`.
"""
