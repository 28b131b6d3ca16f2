"""Telling the owner when nobody looks at the screen: notices, the daily summary, the heartbeat."""
