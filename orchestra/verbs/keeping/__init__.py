"""Looking after what is kept: whether a session is sound, how the machine is, what is set."""
