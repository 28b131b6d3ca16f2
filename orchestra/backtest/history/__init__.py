"""Past minutes in memory, and what of them may be seen when."""
