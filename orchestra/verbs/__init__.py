"""The verbs of the command line: one module each, for a person at a terminal."""
