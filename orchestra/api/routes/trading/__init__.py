"""What was traded and what is held, to look at; and the cancel of one order."""
