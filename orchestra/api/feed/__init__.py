"""The live feed of the screens: a snapshot, numbered updates, a heartbeat."""
