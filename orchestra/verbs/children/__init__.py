"""Processes that the program starts by itself, at the lowest priority."""
