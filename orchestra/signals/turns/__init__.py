"""One turn of a strategy: its limit, its answer, and the signal it becomes."""
