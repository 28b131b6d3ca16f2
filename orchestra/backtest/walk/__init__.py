"""One run through the minutes: turns, orders, what was decided."""
