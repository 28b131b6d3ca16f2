"""Counters where the owner settles what only the owner can know: whose shares these are."""
