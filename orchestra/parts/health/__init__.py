"""What the health screen shows: read where it is known, judged where nobody waits for it."""
