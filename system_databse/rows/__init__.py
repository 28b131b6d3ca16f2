"""Plain rows and visible SQL: each module reads and writes one table on a connection it is given."""
