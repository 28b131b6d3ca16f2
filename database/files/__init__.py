"""Files of minute bars: read strictly for a replay, tolerantly for the store, and written again."""
