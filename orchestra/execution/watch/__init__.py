"""Onlookers of the broker: whether it answers, and whether its stream tells everything."""
