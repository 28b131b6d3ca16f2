"""Who may come in: the PIN, its lockout, sessions, and which request needs what."""
