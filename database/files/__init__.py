"""Files of bars: recorded days to play, and bars on their way into or out of the store."""
