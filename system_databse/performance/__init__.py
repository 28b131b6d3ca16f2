"""What trading was worth: round trips, returns, figures to compare. Pure functions, for live runs and backtests alike."""
