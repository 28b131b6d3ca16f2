"""What trading was worth: round trips, returns, figures to compare; live and backtest alike."""
