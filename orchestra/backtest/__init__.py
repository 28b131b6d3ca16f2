"""Backtests: the same files, rules and fills as live, over years of stored minutes."""
