"""Backtests over HTTP: what is asked for, what comes of it."""
