"""The running process. The map of the house follows in this docstring."""
