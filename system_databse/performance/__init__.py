"""What trading was worth: round trips, returns, figures to compare; live and backtest alike.

Pure arithmetic on fills and equity, beside the tables both are kept in: whoever shows a live algorithm reads the same
formulas as a backtest.
"""
