"""How a made-up market comes about: every number follows from the seed, the symbol and the day."""
