"""What happened, for onlookers: one table of events as JSON, the log that keeps them, and who notices the rest."""
