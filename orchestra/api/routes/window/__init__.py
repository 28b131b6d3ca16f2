"""The window for other programs: everything to look at, nothing to act with (S1)."""
