"""What a run is worth: round trips, metrics, buy and hold, and whether luck explains it."""
