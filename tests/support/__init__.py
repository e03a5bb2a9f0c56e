"""What the tests stand on: a PostgreSQL server, a guard around the network."""
