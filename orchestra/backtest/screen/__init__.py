"""Backtests as a screen has them: wishes in, JSON values out, all of a bounded size."""
