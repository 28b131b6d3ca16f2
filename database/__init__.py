"""What the market did: bars, sessions, history. Knows nothing of the packages to its right."""
