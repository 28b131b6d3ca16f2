"""Backtests in child processes: queue, progress, cancel, and the results that are kept."""
