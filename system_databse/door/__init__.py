"""door.db: who may come in, who tried, and what was done through the API."""
