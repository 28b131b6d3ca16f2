"""Bars and what stands around them: schema, recent ones in memory, what was fetched, what may be seen when."""
