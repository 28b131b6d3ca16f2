"""Other programs: the keys they read with, how often they may ask, which pages of theirs may."""
