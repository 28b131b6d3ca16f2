"""What we did: algorithms, signals, orders, fills, positions, settings (spelling is the owner's)."""
