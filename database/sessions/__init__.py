"""The table of exchange sessions: where it comes from, and the file that spares every start the making of it."""
